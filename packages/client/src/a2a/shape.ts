import type { ListTasksResponse, SendMessageResponse, StreamResponse, Task } from '@agentproto/protocol/a2a/1.0';
import { MalformedResponseError } from '../errors.ts';
import type { Report } from './deviation.ts';

/**
 * The least that the rest of the client relies on; the full validators would be ten times its size.
 * Unknown members stay where they are (§5.7).
 */

type Json = { [key: string]: unknown };

const STREAM_MEMBERS = ['task', 'message', 'statusUpdate', 'artifactUpdate'] as const;

/** Undefined: an event of a kind that this version does not know. */
export function readStreamResponse(value: unknown, where: string, report: Report): StreamResponse | undefined {
  const event = object(value, where, 'an object with one of task, message, statusUpdate, artifactUpdate');
  const members = STREAM_MEMBERS.filter((member) => event[member] !== undefined && event[member] !== null);
  const [member, second] = members;
  if (second) throw malformed(`exactly one of ${STREAM_MEMBERS.join(', ')}`, where, event);
  if (!member) {
    report(
      'unknown-event',
      `${where}: expected one of ${STREAM_MEMBERS.join(', ')}, got the members ${Object.keys(event).join(', ') || '(none)'}`,
    );
    return undefined;
  }
  const at = `${where}: ${member}`;
  const payload = object(event[member], at, 'an object');
  if (member === 'task') readTask(payload, at);
  if (member === 'message') parts(payload, at);
  if (member === 'statusUpdate') status(payload, at);
  if (member === 'artifactUpdate') artifact(payload['artifact'], `${at}.artifact`);
  return event as StreamResponse;
}

export function readSendMessageResponse(value: unknown, where: string): SendMessageResponse {
  const answer = readStreamResponse(value, where, () => {});
  if (answer?.task ?? answer?.message) return answer as SendMessageResponse;
  // A bare task or message with `kind` is what A2A 0.3 answers.
  throw malformed('exactly one of task, message', where, value);
}

export function readTask(value: unknown, where: string): Task {
  const task = object(value, where, 'a task');
  string(task['id'], `${where}.id`);
  status(task, where);
  for (const [index, each] of array(task['artifacts'] ?? [], `${where}.artifacts`).entries()) {
    artifact(each, `${where}.artifacts[${index}]`);
  }
  return task as unknown as Task;
}

/** SDKs that follow proto rules leave `""`, `0` and `[]` out; this puts them back. */
export function readListTasksResponse(value: unknown, where: string, report: Report): ListTasksResponse {
  const page = object(value, where, 'a page of tasks');
  const missing = ['tasks', 'nextPageToken', 'pageSize', 'totalSize'].filter((member) => page[member] === undefined);
  if (missing.length > 0) report('missing-member', `${where}: expected the members ${missing.join(', ')}`);
  const tasks = array(page['tasks'] ?? [], `${where}.tasks`).map((task, index) =>
    readTask(task, `${where}.tasks[${index}]`),
  );
  return { nextPageToken: '', pageSize: tasks.length, totalSize: tasks.length, ...page, tasks };
}

function status(owner: Json, where: string): void {
  const value = object(owner['status'], `${where}.status`, 'a task status');
  string(value['state'], `${where}.status.state`);
}

function artifact(value: unknown, where: string): void {
  const owner = object(value, where, 'an artifact');
  string(owner['artifactId'], `${where}.artifactId`);
  parts(owner, where);
}

/** Empty lists are left out by SDKs that follow proto rules. */
function parts(owner: Json, where: string): void {
  array((owner['parts'] ??= []), `${where}.parts`);
}

export function object(value: unknown, where: string, expected: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw malformed(expected, where, value);
}

function array(value: unknown, where: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw malformed('an array', where, value);
}

function string(value: unknown, where: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw malformed('a non-empty string', where, value);
}

function malformed(expected: string, where: string, value: unknown): MalformedResponseError {
  return new MalformedResponseError(expected, where, JSON.stringify(value) ?? 'nothing');
}
