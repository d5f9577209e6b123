import type { Message, Part, TaskPushNotificationConfig } from '@agentproto/protocol/a2a/1.0';
import { INTERRUPTED_STATES, TERMINAL_STATES } from '@agentproto/protocol/a2a/1.0';
import type { Fields } from './era.ts';

/** What is spelled alike in the revisions before 1.0. */

const STATE = 'TASK_STATE_';
const ROLE = 'ROLE_';

/** `TASK_STATE_INPUT_REQUIRED` -> `input-required` */
export const downState = (state: string): string =>
  state.startsWith(STATE) ? state.slice(STATE.length).toLowerCase().replaceAll('_', '-') : state;

const LAST: ReadonlySet<string> = new Set([...TERMINAL_STATES, ...INTERRUPTED_STATES]);

/** What an event says in `final`: the stream is over with the turn, at an end or where the caller is waited for. */
export const isFinal = (state: string): boolean => LAST.has(state);

export const downRole = (role: string): string =>
  role.startsWith(ROLE) ? role.slice(ROLE.length).toLowerCase() : role;

/** Another text than the two is left as it is, for who looks at it. */
export function upRole(role: unknown): Message['role'] {
  return (role === 'user' || role === 'agent' ? ROLE + role.toUpperCase() : role) as Message['role'];
}

/** Before 1.0 data was an object: another value is its member `value`, which `data_part_compat` says. So do the SDKs that speak both. */
const WRAPPED = 'data_part_compat';

export function downData({ data, metadata }: Part): { data: object; metadata?: object } {
  if (typeof data === 'object' && data !== null && !Array.isArray(data)) return { data, ...(metadata && { metadata }) };
  return { data: { value: data }, metadata: { ...metadata, [WRAPPED]: true } };
}

export function upData(data: unknown, metadata: Fields | undefined): Part {
  if (metadata?.[WRAPPED] !== true) return { data, ...(metadata && { metadata }) } as Part;
  const { [WRAPPED]: _wrapped, ...rest } = metadata;
  return { data: (data as Fields)['value'], ...(Object.keys(rest).length > 0 && { metadata: rest }) } as Part;
}

/** A part of the revisions that tell parts apart by `tag`. Of a text or of data they say no media type, and no name. */
export function downPart(part: Part, tag: 'kind' | 'type'): object {
  const { text, raw, url, data, filename: name, mediaType: mimeType, metadata } = part;
  if (text !== undefined) return { [tag]: 'text', text, metadata };
  if (raw !== undefined) return { [tag]: 'file', file: { bytes: raw, name, mimeType }, metadata };
  if (url !== undefined) return { [tag]: 'file', file: { uri: url, name, mimeType }, metadata };
  return data === undefined ? part : { [tag]: 'data', ...downData(part) };
}

export function upPart({ text, file, data, metadata }: Fields): Part {
  if (file) return { ...upFile(file as Fields), ...(metadata ? { metadata } : {}) } as Part;
  if (text !== undefined) return { text, ...(metadata ? { metadata } : {}) } as Part;
  return upData(data, (metadata ?? undefined) as Fields | undefined);
}

function upFile({ bytes, uri, name, mimeType }: Fields): object {
  return {
    ...(bytes === undefined ? { url: uri } : { raw: bytes }),
    ...(name ? { filename: name } : {}),
    ...(mimeType ? { mediaType: mimeType } : {}),
  };
}

/** A webhook as it is kept: 1.0 has one scheme, and the revisions before it any number, of which the first is used. */
type Kept = TaskPushNotificationConfig['authentication'] & { schemes?: unknown };

export function upWebhook({ authentication, ...rest }: Fields): TaskPushNotificationConfig {
  if (!authentication) return rest as unknown as TaskPushNotificationConfig;
  const { schemes, ...more } = authentication as Fields & { schemes?: readonly string[] };
  return { ...rest, authentication: { scheme: schemes?.[0] ?? '', schemes, ...more } } as never;
}

/** Without the task, which stands beside it. */
export function downWebhook(config: TaskPushNotificationConfig): { id?: string; url: string } {
  const { taskId: _task, tenant: _tenant, authentication, ...rest } = config;
  if (!authentication) return rest;
  const { scheme, schemes = [scheme], ...more } = authentication as NonNullable<Kept>;
  return { ...rest, authentication: { schemes, ...more } } as never;
}
