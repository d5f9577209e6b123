import type * as v03 from '@agentproto/protocol/a2a/0.3';
import type {
  Message,
  Part,
  SendMessageConfiguration,
  Struct,
  TaskPushNotificationConfig,
} from '@agentproto/protocol/a2a/1.0';
import { isObject } from '../../json.ts';

/** What a caller says in the members of 1.0, in those of A2A 0.3, which are those of 0.2, too. */

export function downMessage({ role, parts, ...rest }: Message): v03.Message {
  return { kind: 'message', ...rest, role: downRole(role), parts: parts.map(downPart) };
}

export function downRole(role: Message['role']): v03.Role {
  return role === 'ROLE_AGENT' ? 'agent' : 'user';
}

/** `TASK_STATE_INPUT_REQUIRED` was `input-required`. */
export function downState(state: string): string {
  return state.replace('TASK_STATE_', '').toLowerCase().replaceAll('_', '-');
}

export function downPart({ text, raw, url, data, filename, mediaType, metadata }: Part): v03.Part {
  const more = metadata === undefined ? {} : { metadata };
  if (text !== undefined) return { kind: 'text', text, ...more };
  const named = {
    ...(mediaType !== undefined && { mimeType: mediaType }),
    ...(filename !== undefined && { name: filename }),
  };
  if (raw !== undefined) return { kind: 'file', file: { bytes: raw, ...named }, ...more };
  if (url !== undefined) return { kind: 'file', file: { uri: url, ...named }, ...more };
  return { kind: 'data', ...downData(data, metadata) };
}

/** See `upData`. */
function downData(data: unknown, metadata: Struct | undefined): { data: Struct; metadata?: Struct } {
  if (isObject(data)) return { data, ...(metadata !== undefined && { metadata }) };
  return { data: { value: data }, metadata: { ...metadata, data_part_compat: true } };
}

/** `returnImmediately` is what was `blocking`, the other way round; of a stream neither says anything. */
export function downConfiguration(
  configuration: SendMessageConfiguration = {},
  streams: boolean,
  modes: readonly string[] | undefined,
): v03.MessageSendConfiguration {
  const { acceptedOutputModes, historyLength, returnImmediately, taskPushNotificationConfig, ...rest } = configuration;
  const outputs = acceptedOutputModes ?? modes;
  return {
    ...rest,
    ...(outputs && { acceptedOutputModes: [...outputs] }),
    ...(historyLength !== undefined && { historyLength }),
    ...(!streams && { blocking: returnImmediately !== true }),
    ...(taskPushNotificationConfig && { pushNotificationConfig: downPushConfig(taskPushNotificationConfig) }),
  };
}

/** Without the task, which stands beside it. */
export function downPushConfig(config: Omit<TaskPushNotificationConfig, 'taskId'>): v03.PushNotificationConfig {
  const { taskId: _, tenant: __, authentication, ...rest } = config as TaskPushNotificationConfig;
  if (!authentication) return { ...rest };
  const { scheme, ...more } = authentication;
  return { ...rest, authentication: { schemes: [scheme], ...more } };
}
