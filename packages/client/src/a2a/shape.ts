import type {
  AgentCard,
  ListTaskPushNotificationConfigsResponse,
  ListTasksResponse,
  SendMessageResponse,
  StreamResponse,
  Task,
  TaskPushNotificationConfig,
} from '@agentproto/protocol/a2a/1.0';
import { MalformedResponseError } from '../errors.ts';
import type { Report } from './deviation.ts';
import { isObject, type Json, type Place } from '../json.ts';
import { mendedConfig, mendedEvent, mendedPart, mendedRole, mendedState } from './mend.ts';

/**
 * The least that the rest of the client relies on; the full validators would be ten times its size.
 * Unknown members stay where they are (§5.7). What is known to be written otherwise is mended, and reported.
 */

const STREAM_MEMBERS = ['task', 'message', 'statusUpdate', 'artifactUpdate'] as const;
const ONE_OF = STREAM_MEMBERS.join(', ');

/** A text: why it cannot be read, an event of a kind that this version does not know. */
export function readStreamResponse(value: unknown, where: Place, report: Report): StreamResponse | string {
  let event = object(value, where, '', `an object with one of ${ONE_OF}`);
  let member = onlyMember(event, where);
  if (!member) {
    const mended = mendedEvent(event, where, report);
    if (!mended) return `expected one of ${ONE_OF}, got the members ${Object.keys(event).join(', ') || '(none)'}`;
    member = onlyMember((event = mended), where)!;
  }
  const payload = object(event[member], where, member, 'an object');
  if (member === 'artifactUpdate') artifact(payload['artifact'], where, 'artifactUpdate.artifact', report);
  else if (member === 'statusUpdate') status(payload, where, member, report);
  else if (member === 'message') message(payload, where, member, report);
  else task(payload, where, member, report);
  return event as StreamResponse;
}

function onlyMember(event: Json, where: Place): (typeof STREAM_MEMBERS)[number] | undefined {
  // One by one, not by their names in a list: that costs as much as all the rest.
  const { task = null, message = null, statusUpdate = null, artifactUpdate = null } = event;
  const count = +(task !== null) + +(message !== null) + +(statusUpdate !== null) + +(artifactUpdate !== null);
  if (count > 1) throw malformed(`exactly one of ${ONE_OF}`, where, '', event);
  if (artifactUpdate !== null) return 'artifactUpdate';
  if (statusUpdate !== null) return 'statusUpdate';
  if (task !== null) return 'task';
  return message === null ? undefined : 'message';
}

export function readSendMessageResponse(value: unknown, where: Place, report: Report): SendMessageResponse {
  const answer = readStreamResponse(value, where, (kind, said) =>
    report(kind, said, kind === 'bare-payload' ? 'A2A10-SEND-001' : undefined),
  );
  if (typeof answer === 'object' && (answer.task ?? answer.message)) return answer as SendMessageResponse;
  throw malformed('exactly one of task, message', where, '', value);
}

export function readTask(value: unknown, where: Place, report: Report): Task {
  const given = object(value, where, '', 'a task');
  if (given['id'] !== undefined || !given['task']) return task(given, where, '', report);
  report('wrapped-task', `${where}: expected a bare task`);
  return task(object(given['task'], where, 'task', 'a task'), where, 'task', report);
}

/** SDKs that follow proto rules leave `""`, `0` and `[]` out; this puts them back. */
export function readListTasksResponse(value: unknown, where: Place, report: Report): ListTasksResponse {
  const page = object(value, where, '', 'a page of tasks');
  const missing = ['tasks', 'nextPageToken', 'pageSize', 'totalSize'].filter((member) => page[member] === undefined);
  if (missing.length > 0) report('missing-member', `${where}: expected the members ${missing.join(', ')}`);
  const tasks = array(page['tasks'] ?? [], where, 'tasks').map((each, index) => {
    const path = `tasks[${index}]`;
    return task(object(each, where, path, 'a task'), where, path, report);
  });
  return { nextPageToken: '', pageSize: tasks.length, totalSize: tasks.length, ...page, tasks };
}

export function readPushConfig(value: unknown, where: Place, report: Report): TaskPushNotificationConfig {
  let config = object(value, where, '', 'a push notification configuration');
  if (config['pushNotificationConfig']) config = mendedConfig(config, where, report);
  string(config['url'], where, '', 'url');
  return config as unknown as TaskPushNotificationConfig;
}

/** A bare list is what A2A 0.3 had over HTTP; empty members may be left out. */
export function readPushConfigs(
  value: unknown,
  where: Place,
  report: Report,
): Required<ListTaskPushNotificationConfigsResponse> {
  if (Array.isArray(value)) report('missing-member', `${where}: expected the member configs, got a list`, CONFIGS_ROW);
  const page = Array.isArray(value) ? { configs: value } : object(value, where, '', 'a page of configurations');
  const configs = array(page['configs'] ?? [], where, 'configs').map((each) => readPushConfig(each, where, report));
  return { nextPageToken: '', ...page, configs };
}

const CONFIGS_ROW = 'A2A10-PUSH-005';

/** A card of 1.0, or, by its `url`, one of an earlier revision. */
export function readCard(value: unknown, where: Place): AgentCard {
  const card = object(value, where, '', 'an agent card');
  if (Array.isArray(card['supportedInterfaces']) || isEarlierCard(card)) return card as unknown as AgentCard;
  const expected = 'the member supportedInterfaces, or before A2A 1.0 the member url';
  throw new MalformedResponseError(expected, String(where), JSON.stringify(card));
}

/** Also of a card for both: the members of the two do not collide. */
export function isEarlierCard(card: object): boolean {
  return typeof (card as Json)['url'] === 'string';
}

function task(value: Json, where: Place, path: string, report: Report): Task {
  string(value['id'], where, path, 'id');
  status(value, where, path, report);
  for (const each of array(value['artifacts'] ?? [], where, `${path}.artifacts`)) {
    artifact(each, where, `${path}.artifacts[]`, report);
  }
  for (const each of array(value['history'] ?? [], where, `${path}.history`)) {
    message(object(each, where, `${path}.history[]`, 'a message'), where, `${path}.history[]`, report);
  }
  return value as unknown as Task;
}

function status(owner: Json, where: Place, path: string, report: Report): void {
  const value = object(owner['status'], where, path, 'a task status', 'status');
  const state = string(value['state'], where, path, 'status.state');
  if (!state.startsWith('TASK_STATE_')) value['state'] = mendedState(state, where, report);
  if (value['message']) message(object(value['message'], where, path, 'a message'), where, path, report);
}

function message(owner: Json, where: Place, path: string, report: Report): void {
  if (owner['role'] === 'user' || owner['role'] === 'agent') owner['role'] = mendedRole(owner['role'], where, report);
  parts(owner, where, path, report);
}

function artifact(value: unknown, where: Place, path: string, report: Report): void {
  const owner = object(value, where, path, 'an artifact');
  string(owner['artifactId'], where, path, 'artifactId');
  parts(owner, where, path, report);
}

/** Empty lists are left out by SDKs that follow proto rules. */
function parts(owner: Json, where: Place, path: string, report: Report): void {
  const list = array((owner['parts'] ??= []), where, path, 'parts');
  for (let index = 0; index < list.length; index++) {
    const part = list[index] as { file?: unknown } | null;
    if (part?.file) list[index] = mendedPart(part as Json, where, report);
  }
}

export function object(value: unknown, where: Place, path: string, expected: string, member?: string): Json {
  if (isObject(value)) return value;
  throw malformed(expected, where, path, value, member);
}

function array(value: unknown, where: Place, path: string, member?: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw malformed('an array', where, path, value, member);
}

function string(value: unknown, where: Place, path: string, member: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw malformed('a non-empty string', where, path, value, member);
}

function malformed(
  expected: string,
  where: Place,
  path: string,
  value: unknown,
  member?: string,
): MalformedResponseError {
  const at = [path, member].filter(Boolean).join('.');
  return new MalformedResponseError(expected, `${where}${at && `: ${at}`}`, JSON.stringify(value) ?? 'nothing');
}
