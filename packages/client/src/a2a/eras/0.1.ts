import type * as v01 from '@agentproto/protocol/a2a/0.1';
import {
  JSON_MEDIA_TYPE,
  type Message,
  type Part,
  type SendMessageRequest,
  type TaskPushNotificationConfig,
} from '@agentproto/protocol/a2a/1.0';
import { isObject, type Json } from '../../json.ts';
import { type DeviationKind, type Row, rowIn } from '../deviation.ts';
import type { Dialect, SpokenInterface } from '../dialect.ts';
import { keepRaw } from '../raw.ts';
import { downPart, downPushConfig, downRole } from './down.ts';
import { present } from './present.ts';
import { upPushConfig } from './push-config.ts';
import { bare, earlierRpc, type RpcMethods, withHistory } from './rpc.ts';
import { withSnapshot } from './snapshot.ts';
import { type Reading, upEvent as upKnownEvent, upTask } from './up.ts';

/**
 * A2A before 0.2, of `tasks/send`: the caller makes the task's id, a context is a session, and parts say by `type` what they are.
 * Messages have no ids and artifacts have numbers; the ids that 1.0 asks for are made of the task's and those.
 */
export function dialect({ url }: SpokenInterface): Dialect {
  return {
    binding: earlierRpc(url, '0.1', 'type', METHODS),
    mediaTypes: [JSON_MEDIA_TYPE],
    headers: () => ({}),
    rowOf: (kind) => rowIn(ROWS, kind, 0),
    waits: false,
    withSnapshot,
  };
}

const METHODS: RpcMethods = {
  SendMessage: {
    name: 'tasks/send',
    down: sent,
    up: (result, to, { message, configuration }) => {
      const task = upOldTask(bare(result, to), to, contextOf(message));
      const historyLength = isObject(configuration) ? configuration['historyLength'] : undefined;
      return isObject(task) ? keepRaw({ task: withHistory(task, historyLength) }, result) : task;
    },
  },
  SendStreamingMessage: {
    name: 'tasks/sendSubscribe',
    down: sent,
    up: (result, to, { message }) => upEvent(result, to, contextOf(message)),
  },
  GetTask: {
    name: 'tasks/get',
    down: ({ id, historyLength }) => ({ id, historyLength }),
    up: (result, to, { historyLength }) => withHistory(upOldTask(bare(result, to), to), historyLength),
  },
  CancelTask: {
    name: 'tasks/cancel',
    down: ({ id, metadata }) => ({ id, metadata }),
    up: (result, to) => upOldTask(bare(result, to), to),
  },
  SubscribeToTask: { name: 'tasks/resubscribe', down: ({ id }) => ({ id }), up: upEvent },
  CreateTaskPushNotificationConfig: {
    name: 'tasks/pushNotification/set',
    down: (params) => ({ id: params['taskId'], pushNotificationConfig: pushConfig(params as never) }),
    up: upPushConfig,
  },
  GetTaskPushNotificationConfig: {
    name: 'tasks/pushNotification/get',
    down: ({ taskId }) => ({ id: taskId }),
    up: upPushConfig,
  },
};

/** It is the caller who makes a task here. */
function sent(params: Json): v01.TaskSendParams {
  const { message, configuration = {}, metadata } = params as unknown as SendMessageRequest;
  const { taskPushNotificationConfig, historyLength } = configuration;
  return {
    id: message.taskId ?? crypto.randomUUID(),
    ...(message.contextId !== undefined && { sessionId: message.contextId }),
    message: oldMessage(message),
    ...(historyLength !== undefined && { historyLength }),
    ...(taskPushNotificationConfig && { pushNotification: pushConfig(taskPushNotificationConfig) }),
    ...(metadata !== undefined && { metadata }),
  };
}

function oldMessage({ role, parts, metadata }: Message): v01.Message {
  return { role: downRole(role), parts: parts.map(oldPart), ...(metadata !== undefined && { metadata }) };
}

function oldPart(part: Part): v01.Part {
  const { kind, ...rest } = downPart(part);
  return { type: kind, ...rest } as v01.Part;
}

/** A task has one, which has no id. */
function pushConfig({ id: _, ...config }: TaskPushNotificationConfig): v01.PushNotificationConfig {
  return downPushConfig(config);
}

function contextOf(message: unknown): string {
  const { contextId = '' } = message as Message;
  return contextId;
}

function upOldTask(given: unknown, to: Reading, context = ''): unknown {
  if (!isObject(given)) return given;
  const { sessionId = context, status, artifacts, history, ...rest } = present(given);
  const id = String(rest['id']);
  const taken = new Set<unknown>();
  const upped = upTask(
    {
      ...rest,
      contextId: sessionId,
      status: withMessageId(status, id),
      ...(Array.isArray(artifacts) && {
        artifacts: artifacts.map((each, place) => {
          const artifact = namedArtifact(each);
          // Servers leave the number out, which then is 0 for all.
          if (isObject(artifact) && taken.has(artifact['artifactId'])) artifact['artifactId'] = `#${place}`;
          if (isObject(artifact)) taken.add(artifact['artifactId']);
          return artifact;
        }),
      }),
      ...(Array.isArray(history) && {
        history: history.map((each, place) => (isObject(each) ? { messageId: `${id}-${place}`, ...each } : each)),
      }),
    },
    to,
  );
  return keepRaw(upped as object, given);
}

/** By its members: no update says what it is, and a task is none. */
export function upEvent(given: unknown, to: Reading, context: unknown = ''): unknown {
  if (!isObject(given)) return given;
  const { id, artifact, status, ...rest } = present(given);
  const contextId = typeof context === 'string' ? context : '';
  if (isObject(artifact)) {
    const { append, lastChunk } = present(artifact);
    const pieces = { ...(append !== undefined && { append }), ...(lastChunk !== undefined && { lastChunk }) };
    const artifactUpdate = { ...rest, taskId: id, contextId, artifact: namedArtifact(artifact), ...pieces };
    return keepRaw(upKnownEvent({ artifactUpdate }, to) as object, given);
  }
  if (!isObject(status)) return given;
  const isTask = ['sessionId', 'artifacts', 'history'].some((member) => rest[member] !== undefined);
  if (isTask) return keepRaw({ task: upOldTask(given, to, contextId) }, given);
  const statusUpdate = { ...rest, taskId: id, contextId, status: withMessageId(status, String(id)) };
  return keepRaw(upKnownEvent({ statusUpdate }, to) as object, given);
}

function withMessageId(status: unknown, taskId: string): unknown {
  if (!isObject(status) || !isObject(status['message'])) return status;
  return { ...status, message: { messageId: `${taskId}-status`, ...status['message'] } };
}

function namedArtifact(given: unknown): unknown {
  if (!isObject(given)) return given;
  const { index = 0, append: _, lastChunk: __, ...rest } = present(given);
  return { artifactId: String(index), ...rest };
}

export const ROWS: { readonly [Kind in DeviationKind]?: Row } = {
  'interface-unavailable': 'A2A01-CARD-003',
  'content-type': 'A2A01-RPC-003',
  'stream-content-type': 'A2A01-STREAM-001',
  envelope: 'A2A01-RPC-001',
  'error-shape': 'A2A01-RPC-002',
  'wrapped-task': 'A2A01-GET-001',
  'missing-kind': 'A2A01-DM-001',
  'other-spelling': 'A2A01-DM-002',
  'unknown-event': 'A2A01-STREAM-003',
  'event-prefix': 'A2A01-STREAM-003',
  'plain-message': 'A2A01-DM-004',
  'unfinished-event': 'A2A01-STREAM-001',
  'not-final': 'A2A01-STREAM-004',
  'event-after-end': 'A2A01-STREAM-004',
  'stream-left-open': 'A2A01-STREAM-005',
  'other-context': 'A2A01-STREAM-007',
  'append-without-artifact': 'A2A01-STREAM-009',
};
