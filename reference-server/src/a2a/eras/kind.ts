import type {
  Artifact,
  ListTaskPushNotificationConfigsResponse,
  Message,
  SendMessageResponse,
  StreamResponse,
  Task,
  TaskPushNotificationConfig,
  TaskStatus,
} from '@agentproto/protocol/a2a/1.0';
import type { Form, Fields } from './era.ts';
import { downPart, downRole, downState, downWebhook, isFinal, upPart, upRole, upWebhook } from './words.ts';

/** JSON-RPC of 0.2 and 0.3: everything says its `kind`, and nothing is in a member that says it (§6, §7). */
export const kindForm: Form = {
  methods: {
    'message/send': 'SendMessage',
    'message/stream': 'SendStreamingMessage',
    'tasks/get': 'GetTask',
    'tasks/cancel': 'CancelTask',
    'tasks/resubscribe': 'SubscribeToTask',
    'tasks/pushNotificationConfig/set': 'CreateTaskPushNotificationConfig',
    'tasks/pushNotificationConfig/get': 'GetTaskPushNotificationConfig',
    'tasks/pushNotificationConfig/list': 'ListTaskPushNotificationConfigs',
    'tasks/pushNotificationConfig/delete': 'DeleteTaskPushNotificationConfig',
    'agent/getAuthenticatedExtendedCard': 'GetExtendedAgentCard',
  },
  requests: {
    SendMessageRequest: 'MessageSendParams',
    GetTaskRequest: 'TaskQueryParams',
    CancelTaskRequest: 'TaskIdParams',
    SubscribeToTaskRequest: 'TaskIdParams',
    TaskPushNotificationConfig: 'TaskPushNotificationConfig',
    GetTaskPushNotificationConfigRequest: 'GetTaskPushNotificationConfigParams',
    ListTaskPushNotificationConfigsRequest: 'ListTaskPushNotificationConfigParams',
    DeleteTaskPushNotificationConfigRequest: 'DeleteTaskPushNotificationConfigParams',
  },
  up: {
    SendMessage: upSend,
    SendStreamingMessage: upSend,
    CreateTaskPushNotificationConfig: ({ taskId, pushNotificationConfig }) => ({
      ...upWebhook(pushNotificationConfig as Fields),
      taskId,
    }),
    GetTaskPushNotificationConfig: ({ id, pushNotificationConfigId = '' }) => ({
      taskId: id,
      id: pushNotificationConfigId,
    }),
    ListTaskPushNotificationConfigs: ({ id }) => ({ taskId: id }),
    DeleteTaskPushNotificationConfig: ({ id, pushNotificationConfigId }) => ({
      taskId: id,
      id: pushNotificationConfigId,
    }),
    GetExtendedAgentCard: () => ({}),
  },
  down: {
    SendMessage: ({ task, message, ...rest }: SendMessageResponse) =>
      task ? downTask(task) : message ? downMessage(message) : rest,
    GetTask: downTask,
    CancelTask: downTask,
    CreateTaskPushNotificationConfig: downConfig,
    GetTaskPushNotificationConfig: downConfig,
    ListTaskPushNotificationConfigs: ({ configs = [] }: ListTaskPushNotificationConfigsResponse) =>
      configs.map(downConfig),
    DeleteTaskPushNotificationConfig: () => null,
  },
  event: downEvent,
};

function upSend({ message, configuration, metadata }: Fields): object {
  return {
    message: upMessage(message as Fields),
    configuration: upConfiguration((configuration ?? {}) as Fields),
    ...(metadata !== undefined && { metadata }),
  };
}

function upMessage({ kind: _kind, role, parts, ...rest }: Fields): object {
  return { ...rest, role: upRole(role), parts: (parts as readonly Fields[]).map(upPart) };
}

/** The text has no default for `blocking` (§7.1.1): as in 1.0, and as both SDKs do, the answer is waited for. */
function upConfiguration({ blocking, pushNotificationConfig, ...rest }: Fields): object {
  return {
    ...rest,
    ...(blocking === false && { returnImmediately: true }),
    ...(pushNotificationConfig !== undefined && {
      taskPushNotificationConfig: upWebhook(pushNotificationConfig as Fields),
    }),
  };
}

export function downTask({ id, contextId, status, artifacts, history, metadata, ...rest }: Task): object {
  return {
    kind: 'task',
    ...rest,
    id,
    contextId,
    status: downStatus(status),
    artifacts: artifacts?.map(downArtifact),
    history: history?.map(downMessage),
    metadata,
  };
}

function downStatus({ state, message, timestamp }: TaskStatus): object {
  return { state: downState(state), message: message && downMessage(message), timestamp };
}

function downMessage({ role, parts, ...rest }: Message): object {
  return { kind: 'message', ...rest, role: downRole(role), parts: parts.map((part) => downPart(part, 'kind')) };
}

function downArtifact({ parts, ...rest }: Artifact): object {
  return { ...rest, parts: parts.map((part) => downPart(part, 'kind')) };
}

function downEvent(event: StreamResponse): unknown {
  const { task, message, statusUpdate, artifactUpdate } = event;
  if (task) return downTask(task);
  if (message) return downMessage(message);
  if (statusUpdate) {
    const { status, ...rest } = statusUpdate;
    return { kind: 'status-update', ...rest, status: downStatus(status), final: isFinal(status.state) };
  }
  if (!artifactUpdate) return event;
  const { artifact, ...rest } = artifactUpdate;
  return { kind: 'artifact-update', ...rest, artifact: downArtifact(artifact) };
}

function downConfig(config: TaskPushNotificationConfig): object {
  return { taskId: config.taskId, pushNotificationConfig: downWebhook(config) };
}
