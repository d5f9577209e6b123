import type { Message, Part, SendMessageConfiguration, TaskPushNotificationConfig } from '@agentproto/protocol/a2a/1.0';
import { isObject, type Json } from '../../json.ts';

/** What a caller says in the members of 1.0, in those of an earlier revision, whose parts are told apart by `kind`, or by `type`. */

export function downMessage({ role, parts, ...rest }: Message): Json {
  return { kind: 'message', ...rest, role: downRole(role), parts: parts.map((part) => downPart(part, 'kind')) };
}

export function downRole(role: Message['role']): string {
  return role === 'ROLE_AGENT' ? 'agent' : 'user';
}

/** `TASK_STATE_INPUT_REQUIRED` was `input-required`. */
export function downState(state: string): string {
  return state.replace('TASK_STATE_', '').toLowerCase().replaceAll('_', '-');
}

export function downPart(part: Part, discriminator: 'kind' | 'type'): Json {
  const { text, raw, url, data, filename, mediaType, metadata } = part as Json;
  const more = metadata === undefined ? {} : { metadata };
  if (text !== undefined) return { [discriminator]: 'text', text, ...more };
  if (raw !== undefined || url !== undefined) {
    const content = raw === undefined ? { uri: url } : { bytes: raw };
    const names = {
      ...(mediaType !== undefined && { mimeType: mediaType }),
      ...(filename !== undefined && { name: filename }),
    };
    return { [discriminator]: 'file', file: { ...content, ...names }, ...more };
  }
  return { [discriminator]: 'data', ...downData(data, metadata) };
}

/** See `upData`. */
export function downData(data: unknown, metadata: unknown): Json {
  if (isObject(data)) return { data, ...(metadata !== undefined && { metadata }) };
  return { data: { value: data }, metadata: { ...(isObject(metadata) && metadata), data_part_compat: true } };
}

/** `returnImmediately` is what was `blocking`, the other way round; of a stream neither says anything. */
export function downConfiguration(
  configuration: SendMessageConfiguration = {},
  streams: boolean,
  modes: readonly string[] | undefined,
): Json {
  const {
    acceptedOutputModes = modes,
    historyLength,
    returnImmediately,
    taskPushNotificationConfig,
    ...rest
  } = configuration;
  return {
    ...rest,
    ...(acceptedOutputModes && { acceptedOutputModes }),
    ...(historyLength !== undefined && { historyLength }),
    ...(!streams && { blocking: returnImmediately !== true }),
    ...(taskPushNotificationConfig && { pushNotificationConfig: downPushConfig(taskPushNotificationConfig) }),
  };
}

/** Without the task, which stands beside it. */
export function downPushConfig({ taskId: _, tenant: __, authentication, ...rest }: TaskPushNotificationConfig): Json {
  if (!authentication) return { ...rest };
  const { scheme, ...more } = authentication;
  return { ...rest, authentication: { schemes: [scheme], ...more } };
}
