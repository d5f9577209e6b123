import { METHODS } from '@agentproto/protocol/a2a/0.3';
import type {
  Artifact,
  ListTaskPushNotificationConfigsResponse,
  ListTasksResponse,
  Message,
  Part,
  SendMessageResponse,
  StreamResponse,
  Task,
  TaskPushNotificationConfig,
  TaskStatus,
} from '@agentproto/protocol/a2a/1.0';
import { restPatterns } from '../rest.ts';
import type { Form, Fields } from './era.ts';
import { downData, downWebhook, isFinal, upData, upWebhook } from './words.ts';

/**
 * HTTP+JSON of 0.3 as servers and clients speak it: the messages of its proto, as ProtoJSON writes them (§3.2.3, §3.2.2). Only members
 * that the proto has are written, for its readers refuse others.
 */
export const protoForm: Form = {
  methods: {
    SendMessage: 'SendMessage',
    SendStreamingMessage: 'SendStreamingMessage',
    GetTask: 'GetTask',
    ListTask: 'ListTasks',
    CancelTask: 'CancelTask',
    TaskSubscription: 'SubscribeToTask',
    CreateTaskPushNotificationConfig: 'CreateTaskPushNotificationConfig',
    GetTaskPushNotificationConfig: 'GetTaskPushNotificationConfig',
    ListTaskPushNotificationConfig: 'ListTaskPushNotificationConfigs',
    DeleteTaskPushNotificationConfig: 'DeleteTaskPushNotificationConfig',
    GetAgentCard: 'GetExtendedAgentCard',
  },
  routes: restPatterns(
    Object.entries(METHODS).flatMap(([name, { binding, http }]) =>
      binding === 'HTTP+JSON' ? [{ name, ...http }] : [],
    ),
  ),
  requests: {
    SendMessageRequest: 'ProtoSendMessageRequest',
    GetTaskRequest: 'ProtoGetTaskRequest',
    CancelTaskRequest: 'ProtoTaskRequest',
    SubscribeToTaskRequest: 'ProtoTaskRequest',
    TaskPushNotificationConfig: 'ProtoCreateTaskPushNotificationConfigRequest',
    GetTaskPushNotificationConfigRequest: 'ProtoPushNotificationConfigRequest',
    ListTaskPushNotificationConfigsRequest: 'ProtoListTaskPushNotificationConfigRequest',
    DeleteTaskPushNotificationConfigRequest: 'ProtoPushNotificationConfigRequest',
  },
  up: {
    SendMessage: upSend,
    SendStreamingMessage: upSend,
    GetTask: ({ id, historyLength }) => ({ id, ...limit(historyLength) }),
    ListTasks: () => ({ includeArtifacts: true, pageSize: 100 }),
    CancelTask: ({ id }) => ({ id }),
    SubscribeToTask: ({ id }) => ({ id }),
    CreateTaskPushNotificationConfig: ({ id, configId = '', config, pushNotificationConfig }) => {
      const { pushNotificationConfig: given } = (config ?? { pushNotificationConfig }) as Fields;
      const webhook = upWebhook(given as Fields);
      return { ...webhook, id: webhook.id || configId, taskId: id };
    },
    GetTaskPushNotificationConfig: ({ id, configId }) => ({ taskId: id, id: configId }),
    ListTaskPushNotificationConfigs: ({ id, pageSize, pageToken }) => ({ taskId: id, pageSize, pageToken }),
    DeleteTaskPushNotificationConfig: ({ id, configId }) => ({ taskId: id, id: configId }),
    GetExtendedAgentCard: () => ({}),
  },
  down: {
    SendMessage: ({ task, message, ...rest }: SendMessageResponse) =>
      task ? { task: protoTask(task) } : message ? { message: protoMessage(message) } : rest,
    GetTask: protoTask,
    ListTasks: ({ tasks }: ListTasksResponse) => tasks.map(protoTask),
    CancelTask: protoTask,
    CreateTaskPushNotificationConfig: protoConfig,
    GetTaskPushNotificationConfig: protoConfig,
    ListTaskPushNotificationConfigs: ({ configs = [], nextPageToken }: ListTaskPushNotificationConfigsResponse) => ({
      configs: configs.map(protoConfig),
      nextPageToken: nextPageToken || undefined,
    }),
    DeleteTaskPushNotificationConfig: () => ({}),
  },
  event: protoEvent,
};

function upSend({ message, configuration, metadata }: Fields): object {
  return {
    message: upMessage(message as Fields),
    ...(configuration !== undefined && { configuration: upConfiguration(configuration as Fields) }),
    ...(metadata !== undefined && { metadata }),
  };
}

function upMessage({ content, ...rest }: Fields): object {
  return { ...rest, parts: (content as readonly Fields[]).map(upPart) };
}

function upPart({ text, file, data, metadata }: Fields): Part {
  const more = metadata === undefined ? {} : { metadata };
  if (text !== undefined) return { text, ...more } as Part;
  if (data !== undefined) return upData((data as Fields)['data'], metadata as Fields | undefined);
  const { fileWithBytes, fileWithUri, mimeType, name } = (file ?? {}) as Fields;
  return {
    ...(fileWithBytes === undefined ? { url: fileWithUri } : { raw: fileWithBytes }),
    ...(mimeType ? { mediaType: mimeType } : {}),
    ...(name ? { filename: name } : {}),
    ...more,
  } as Part;
}

/** What is false or 0 is not written: who says anything of how he wants an answer, and not that he waits for it, does not. */
function upConfiguration({ acceptedOutputModes, blocking, historyLength, pushNotification }: Fields): object {
  return {
    ...(acceptedOutputModes !== undefined && { acceptedOutputModes }),
    ...(blocking !== true && { returnImmediately: true }),
    ...limit(historyLength),
    ...(pushNotification !== undefined && { taskPushNotificationConfig: upWebhook(pushNotification as Fields) }),
  };
}

/** 0 is what is not said, and no limit. */
const limit = (historyLength: unknown): object => (historyLength ? { historyLength } : {});

function protoTask({ id, contextId, status, artifacts, history, metadata }: Task): object {
  return {
    id,
    contextId,
    status: protoStatus(status),
    artifacts: artifacts?.map(protoArtifact),
    history: history?.map(protoMessage),
    metadata,
  };
}

function protoStatus({ state, message, timestamp }: TaskStatus): object {
  return {
    state: state === 'TASK_STATE_CANCELED' ? 'TASK_STATE_CANCELLED' : state,
    message: message && protoMessage(message),
    timestamp,
  };
}

function protoMessage({ messageId, contextId, taskId, role, parts, metadata, extensions }: Message): object {
  return { messageId, contextId, taskId, role, content: parts.map(protoPart), metadata, extensions };
}

function protoArtifact({ artifactId, name, description, parts, metadata, extensions }: Artifact): object {
  return { artifactId, name, description, parts: parts.map(protoPart), metadata, extensions };
}

function protoPart(part: Part): object {
  const { text, raw, url, data, filename: name, mediaType: mimeType, metadata } = part;
  if (text !== undefined) return { text, metadata };
  if (raw !== undefined) return { file: { fileWithBytes: raw, mimeType, name }, metadata };
  if (url !== undefined) return { file: { fileWithUri: url, mimeType, name }, metadata };
  if (data === undefined) return part;
  const { data: object, metadata: more } = downData(part);
  return { data: { data: object }, metadata: more };
}

function protoEvent(event: StreamResponse): unknown {
  const { task, message, statusUpdate, artifactUpdate } = event;
  if (task) return { task: protoTask(task) };
  if (message) return { message: protoMessage(message) };
  if (statusUpdate) {
    const { taskId, contextId, status, metadata } = statusUpdate;
    const final = isFinal(status.state) || undefined;
    return { statusUpdate: { taskId, contextId, status: protoStatus(status), final, metadata } };
  }
  if (!artifactUpdate) return event;
  const { taskId, contextId, artifact, append, lastChunk, metadata } = artifactUpdate;
  return {
    artifactUpdate: {
      taskId,
      contextId,
      artifact: protoArtifact(artifact),
      append: append || undefined,
      lastChunk: lastChunk || undefined,
      metadata,
    },
  };
}

function protoConfig(config: TaskPushNotificationConfig): object {
  const { taskId = '', id = '' } = config;
  return { name: `tasks/${taskId}/pushNotificationConfigs/${id}`, pushNotificationConfig: downWebhook(config) };
}
