import type { MethodName } from '@agentproto/protocol/a2a/1.0';
import { isRecord } from '../../kit/json.ts';

/** Requests of 0.2 and 0.3 over JSON-RPC: objects that say their `kind`. What is broken on purpose stays as broken as it is. */

type Json = Record<string, unknown>;

const word = (value: unknown): unknown =>
  typeof value === 'string' ? value.replace(/^ROLE_/, '').toLowerCase() : value;

/** `tag`: the member that says what a part is. */
export function writePart(raw: unknown, tag: 'kind' | 'type'): unknown {
  if (!isRecord(raw)) return raw;
  const { text, data, raw: bytes, url, mediaType, filename, ...rest } = raw;
  if ('text' in raw) return { [tag]: 'text', text, ...rest };
  if ('data' in raw) return { [tag]: 'data', data, ...rest };
  if (bytes === undefined && url === undefined) return raw;
  const file = { ...(bytes === undefined ? { uri: url } : { bytes }), mimeType: mediaType, name: filename };
  return { [tag]: 'file', file, ...rest };
}

export function writeMessage(raw: unknown): unknown {
  if (!isRecord(raw)) return raw;
  const { parts, role } = raw;
  return {
    kind: 'message',
    ...raw,
    ...('role' in raw ? { role: word(role) } : {}),
    ...(Array.isArray(parts) ? { parts: parts.map((part) => writePart(part, 'kind')) } : {}),
  };
}

export function writeConfig({ taskId: _taskId, authentication, ...rest }: Json): Json {
  if (!isRecord(authentication)) return rest;
  const { scheme, ...more } = authentication;
  return { ...rest, authentication: { schemes: [scheme], ...more } };
}

/** `modes`: what a client takes that says what it takes. */
export function writeConfiguration(
  raw: unknown,
  modes: readonly string[],
  inlineName = 'pushNotificationConfig',
): Json {
  const { returnImmediately, taskPushNotificationConfig: config, ...rest } = isRecord(raw) ? raw : {};
  return {
    acceptedOutputModes: modes,
    ...rest,
    // Whether a send waits where nothing is said is left open: this suite's plays want that it does.
    blocking: returnImmediately !== true,
    ...(isRecord(config) ? { [inlineName]: writeConfig(config) } : {}),
  };
}

export function writeParams(method: MethodName, params: Json, modes: readonly string[]): Json | undefined {
  const { id, taskId } = params;
  switch (method) {
    case 'SendMessage':
    case 'SendStreamingMessage': {
      const { message, configuration, ...rest } = params;
      return {
        ...('message' in params ? { message: writeMessage(message) } : {}),
        configuration: writeConfiguration(configuration, modes),
        ...rest,
      };
    }
    case 'CreateTaskPushNotificationConfig':
      return { taskId, pushNotificationConfig: writeConfig(params) };
    case 'GetTaskPushNotificationConfig':
    case 'DeleteTaskPushNotificationConfig':
      // One without an id of its own goes by that of its task.
      return { id: taskId, pushNotificationConfigId: id };
    case 'ListTaskPushNotificationConfigs':
      return { id: taskId };
    case 'GetExtendedAgentCard':
      return undefined;
    default:
      return params;
  }
}
