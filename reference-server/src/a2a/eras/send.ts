import type {
  Artifact,
  Message,
  SendMessageResponse,
  StreamResponse,
  Task,
  TaskPushNotificationConfig,
  TaskStatus,
} from '@agentproto/protocol/a2a/1.0';
import type { A2AContext } from '../context.ts';
import type { Form, Fields } from './era.ts';
import { downPart, downRole, downState, downWebhook, isFinal, upPart, upRole, upWebhook } from './words.ts';

/** Under which the one webhook of a task is kept: a second one replaces it (§7.5). */
export const WEBHOOK_ID = 'webhook';

/** 0.1: parts have a `type`, tasks the client's id, contexts are sessions, and artifacts are known by their index (§6, §7). */
export const sendForm: Form = {
  methods: {
    'tasks/send': 'SendMessage',
    'tasks/sendSubscribe': 'SendStreamingMessage',
    'tasks/get': 'GetTask',
    'tasks/cancel': 'CancelTask',
    'tasks/pushNotification/set': 'CreateTaskPushNotificationConfig',
    'tasks/pushNotification/get': 'GetTaskPushNotificationConfig',
    'tasks/resubscribe': 'SubscribeToTask',
  },
  requests: {
    SendMessageRequest: 'TaskSendParams',
    GetTaskRequest: 'TaskQueryParams',
    CancelTaskRequest: 'TaskIdParams',
    SubscribeToTaskRequest: 'TaskQueryParams',
    TaskPushNotificationConfig: 'TaskPushNotificationConfig',
    GetTaskPushNotificationConfigRequest: 'TaskIdParams',
  },
  up: {
    SendMessage: upSend,
    SendStreamingMessage: upSend,
    // Nothing said is no history asked for (§7.3.1).
    GetTask: ({ id, historyLength = 0 }) => ({ id, historyLength }),
    CreateTaskPushNotificationConfig: ({ id, pushNotificationConfig }) => ({
      ...upWebhook(pushNotificationConfig as Fields),
      id: WEBHOOK_ID,
      taskId: id,
    }),
    GetTaskPushNotificationConfig: ({ id }) => ({ taskId: id, id: WEBHOOK_ID }),
  },
  down: {
    SendMessage: ({ task, ...rest }: SendMessageResponse) => (task ? downTask(task) : rest),
    GetTask: downTask,
    CancelTask: downTask,
    CreateTaskPushNotificationConfig: downConfig,
    GetTaskPushNotificationConfig: downConfig,
  },
  event: downEvent,
};

function upSend(
  { id, sessionId, message, pushNotification, historyLength = 0, metadata }: Fields,
  ctx: A2AContext,
): object {
  const { role, parts, ...rest } = message as Fields;
  return {
    message: {
      ...rest,
      messageId: ctx.impl.newId(ctx),
      taskId: id,
      ...(sessionId ? { contextId: sessionId } : {}),
      role: upRole(role),
      parts: (parts as readonly Fields[]).map(upPart),
    },
    configuration: {
      historyLength,
      ...(pushNotification !== undefined && {
        taskPushNotificationConfig: { ...upWebhook(pushNotification as Fields), id: WEBHOOK_ID },
      }),
    },
    ...(metadata !== undefined && { metadata }),
  };
}

export function downTask({ id, contextId, status, artifacts, history, metadata }: Task): object {
  return {
    id,
    sessionId: contextId,
    status: downStatus(status),
    artifacts: artifacts?.map((artifact, index) => ({ ...downArtifact(artifact), index })),
    history: history?.map(downMessage),
    metadata,
  };
}

function downStatus({ state, message, timestamp }: TaskStatus): object {
  return { state: STATES[state] ?? downState(state), message: message && downMessage(message), timestamp };
}

/** What the states that came later are here: nothing but a script that is refused, or an agent of somebody's own, brings them (§6.3, §4.5). */
const STATES: { readonly [state: string]: string } = {
  TASK_STATE_REJECTED: 'failed',
  TASK_STATE_AUTH_REQUIRED: 'input-required',
};

function downMessage({ role, parts, metadata }: Message): object {
  return { role: downRole(role), parts: parts.map((part) => downPart(part, 'type')), metadata };
}

/** An artifact has no id; its name says what it was called. */
function downArtifact({ artifactId, name = artifactId, description, parts, metadata }: Artifact): object {
  return { name, description, parts: parts.map((part) => downPart(part, 'type')), metadata };
}

function downEvent(event: StreamResponse & Indexed): unknown {
  const { statusUpdate, artifactUpdate, index } = event;
  if (statusUpdate) {
    const { taskId: id, status, metadata } = statusUpdate;
    return { id, status: downStatus(status), final: isFinal(status.state), metadata };
  }
  if (!artifactUpdate) return event;
  const { taskId: id, artifact, append, lastChunk, metadata } = artifactUpdate;
  // What is appended goes on with a piece that has said the name.
  const named = append ? { name: artifact.name } : {};
  return { id, artifact: { ...downArtifact(artifact), ...named, index, append, lastChunk }, metadata };
}

/** An event with the place of its artifact among those of the task. */
export interface Indexed {
  index?: number;
}

function downConfig(config: TaskPushNotificationConfig): object {
  const { url } = config;
  const { id: _ours, ...webhook } = downWebhook(config);
  // A task without one: §7.6.
  return { id: config.taskId, pushNotificationConfig: url === '' ? null : webhook };
}
