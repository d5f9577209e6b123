import type { MethodName } from '@agentproto/protocol/a2a/1.0';
import { isRecord } from '../../kit/json.ts';
import { plainEvent } from '../plain-event.ts';

/**
 * What eras before 1.0 wrote, in the words of 1.0: objects that say their `kind`, or are ProtoJSON of 0.3, or of the time of
 * tasks/send. It takes what is plainly meant; whether it is written as its era has it, invariants judge on what came.
 */

type Json = Record<string, unknown>;

const list = (value: unknown, read: (one: unknown, place: number) => unknown): unknown =>
  Array.isArray(value) ? value.map(read) : value;
const given = (members: Json): Json =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
const first = (...values: unknown[]): unknown => values.find((value) => value !== undefined && value !== null);

function readPart(raw: unknown): unknown {
  if (!isRecord(raw)) return raw;
  const { kind, type, file, ...rest } = raw;
  if (isRecord(file))
    return given({
      ...rest,
      raw: first(file.bytes, file.fileWithBytes, file.data),
      url: first(file.uri, file.fileWithUri, file.url),
      mediaType: file.mimeType,
      filename: file.name,
    });
  // ProtoJSON of 0.3 has an object around the data.
  if (kind === undefined && type === undefined && isRecord(rest.data) && isRecord(rest.data.data))
    return { ...rest, data: rest.data.data };
  return rest;
}

/** `user` -> `ROLE_USER`, `input-required` -> `TASK_STATE_INPUT_REQUIRED`; what is neither stays as it is. */
const named = (prefix: string, value: unknown): unknown =>
  typeof value === 'string' && /^[a-z-]+$/.test(value) ? prefix + value.toUpperCase().replaceAll('-', '_') : value;

export function readMessage(raw: unknown): unknown {
  if (!isRecord(raw)) return raw;
  const { kind: _kind, content, ...rest } = raw;
  return given({ ...rest, role: named('ROLE_', rest.role), parts: list(first(rest.parts, content), readPart) });
}

function readStatus(raw: unknown): unknown {
  if (!isRecord(raw)) return raw;
  const state = raw.state === 'TASK_STATE_CANCELLED' ? 'TASK_STATE_CANCELED' : named('TASK_STATE_', raw.state);
  return given({ ...raw, state, message: readMessage(raw.message) });
}

/** An artifact of the time of tasks/send has an index instead of an id, or its place. */
function readArtifact(raw: unknown, place = 0): unknown {
  if (!isRecord(raw)) return raw;
  const { index, append: _append, lastChunk: _last, ...rest } = raw;
  return given({
    ...rest,
    artifactId: first(rest.artifactId, String(first(index, place))),
    parts: list(rest.parts, readPart),
  });
}

export function readTask(raw: unknown): unknown {
  if (!isRecord(raw)) return raw;
  const { kind: _kind, sessionId, final: _final, ...rest } = raw;
  return given({
    ...rest,
    contextId: first(rest.contextId, sessionId),
    status: readStatus(rest.status),
    artifacts: list(rest.artifacts, readArtifact),
    history: list(rest.history, readMessage),
  });
}

const READ = {
  task: readTask,
  message: readMessage,
  statusUpdate: (raw: Json): Json => {
    const { kind: _kind, id, sessionId, ...rest } = raw;
    return given({
      ...rest,
      taskId: first(rest.taskId, id),
      contextId: first(rest.contextId, sessionId),
      status: readStatus(rest.status),
    });
  },
  artifactUpdate: (raw: Json): Json => {
    const { kind: _kind, id, ...rest } = raw;
    const piece = isRecord(rest.artifact) ? rest.artifact : {};
    return given({
      ...rest,
      taskId: first(rest.taskId, id),
      append: first(rest.append, piece.append),
      lastChunk: first(rest.lastChunk, piece.lastChunk),
      artifact: readArtifact(rest.artifact),
    });
  },
};

/**
 * An event. That a stream begins with the task is a rule of 1.0 alone: an update that opens one is read as the task, as far as
 * it tells of it.
 */
export function readEvent(raw: unknown, isFirst: boolean): unknown {
  const plain = plainEvent(oldUpdate(raw, isFirst));
  if (!plain) return raw;
  const content = READ[plain.member](plain.content) as Json;
  if (!isFirst || plain.member === 'task' || plain.member === 'message') return { [plain.member]: content };
  const { taskId, contextId, status, artifact } = content;
  return { task: given({ id: taskId, contextId, status, ...(isRecord(artifact) ? { artifacts: [artifact] } : {}) }) };
}

/** Updates of the time of tasks/send have the id of their task as `id`, and say no kind. */
function oldUpdate(raw: unknown, isFirst: boolean): unknown {
  if (!isRecord(raw) || 'kind' in raw || 'taskId' in raw || typeof raw.id !== 'string') return raw;
  if (isRecord(raw.artifact)) return { ...raw, taskId: raw.id };
  const isUpdate = isRecord(raw.status) && !isFirst && !('artifacts' in raw) && !('history' in raw);
  return isUpdate ? { kind: 'status-update', ...raw } : raw;
}

/** A configuration, which 1.0 has flat: without an id of its own it is that of its task. */
export function readConfig(raw: unknown): unknown {
  if (!isRecord(raw) || !isRecord(raw.pushNotificationConfig)) return raw;
  const { pushNotificationConfig: config, name, ...rest } = raw;
  const [, inName, ofName] = /^tasks\/(.*)\/pushNotificationConfigs\/(.*)$/.exec(String(name)) ?? [];
  const taskId = first(rest.taskId, rest.id, inName);
  const { authentication, ...flat } = config;
  return given({
    ...flat,
    taskId,
    id: first(flat.id === '' ? undefined : flat.id, ofName === '' ? undefined : ofName, taskId),
    authentication: isRecord(authentication)
      ? given({
          scheme: Array.isArray(authentication.schemes) ? authentication.schemes[0] : undefined,
          credentials: authentication.credentials,
        })
      : undefined,
  });
}

/** The result of an operation, as far as that needs no more than its members. */
export function readResult(method: MethodName | undefined, raw: unknown): unknown {
  switch (method) {
    case 'GetTask':
    case 'CancelTask':
      // One that is wrapped is told so by the driver.
      return isRecord(raw) && isRecord(raw.task) && raw.status === undefined
        ? { ...raw, task: readTask(raw.task) }
        : readTask(raw);
    case 'CreateTaskPushNotificationConfig':
    case 'GetTaskPushNotificationConfig':
      return readConfig(raw);
    case 'ListTaskPushNotificationConfigs': {
      const configs = Array.isArray(raw) ? raw : isRecord(raw) ? raw.configs : undefined;
      // ProtoJSON leaves an empty list out.
      if (!Array.isArray(configs)) return isRecord(raw) && Object.keys(raw).length === 0 ? { configs: [] } : raw;
      return { configs: configs.map(readConfig) };
    }
    default:
      return raw;
  }
}
