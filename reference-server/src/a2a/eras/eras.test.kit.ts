import * as v01 from '@agentproto/rules/a2a/0.1';
import * as v02 from '@agentproto/rules/a2a/0.2';
import * as v03 from '@agentproto/rules/a2a/0.3';
import type { Script } from '@agentproto/script';
import { decodeSse } from '@agentproto/wire/sse';
import { expect } from 'vitest';
import type { ReferenceServer } from '../../server.ts';

/** The earlier revisions as their clients speak them. */

export type Json = Record<string, unknown>;
export interface Spoken {
  revision: string;
  binding: string;
  valid(name: string, value: unknown): unknown[];
  /** A message with a script, as the request of a send. */
  send(script: Script, more?: Json): Json;
  names: { send: string; stream: string; get: string; cancel: string; subscribe: string };
  /** Of the schema: what a stream's event is, and a task. */
  event: string;
  task: string;
}

const message = (script: Script, more: Json = {}) => ({
  kind: 'message',
  messageId: 'm-1',
  role: 'user',
  parts: [{ kind: 'text', text: 'hello' }],
  metadata: { 'agentproto/script': script },
  ...more,
});
const slashed = {
  send: 'message/send',
  stream: 'message/stream',
  get: 'tasks/get',
  cancel: 'tasks/cancel',
  subscribe: 'tasks/resubscribe',
};
const kind = (revision: string, { validate }: typeof v03 | typeof v02): Spoken => ({
  revision,
  binding: 'JSONRPC',
  valid: validate as Spoken['valid'],
  send: (script, more) => ({ message: message(script, more) }),
  names: slashed,
  event: 'StreamEvent',
  task: 'Task',
});
let sent = 0;
export const ERAS: Spoken[] = [
  kind('0.3', v03),
  {
    revision: '0.3',
    binding: 'HTTP+JSON',
    valid: v03.validate as Spoken['valid'],
    send(script, more = {}) {
      const { kind: _kind, parts: _parts, role: _role, ...rest } = message(script, more);
      return { message: { ...rest, role: 'ROLE_USER', content: [{ text: 'hello' }] } };
    },
    names: {
      send: 'POST /v1/message:send',
      stream: 'POST /v1/message:stream',
      get: 'GET /v1/tasks/{id}',
      cancel: 'POST /v1/tasks/{id}:cancel',
      subscribe: 'POST /v1/tasks/{id}:subscribe',
    },
    event: 'ProtoStreamResponse',
    task: 'ProtoTask',
  },
  kind('0.2', v02),
  {
    revision: '0.1',
    binding: 'JSONRPC',
    valid: v01.validate as Spoken['valid'],
    send: (script, { taskId, contextId, ...more } = {}) => ({
      id: taskId ?? `task-${++sent}`,
      sessionId: contextId ?? 's-1',
      message: {
        role: 'user',
        parts: [{ type: 'text', text: 'hello' }],
        metadata: { 'agentproto/script': script },
        ...more,
      },
    }),
    names: { ...slashed, send: 'tasks/send', stream: 'tasks/sendSubscribe' },
    event: 'StreamEvent',
    task: 'Task',
  },
];

export function speak({ url }: ReferenceServer, { revision, names }: Spoken, base = `${url}/a2a/${revision}`) {
  const ask = (name: string, params: Json): Promise<Response> => {
    const [, verb, path] = /^([A-Z]+) (.*)$/.exec(name) ?? [];
    const id = typeof params['id'] === 'string' ? params['id'] : '';
    const query = params['historyLength'] === undefined ? '' : `?historyLength=${String(params['historyLength'])}`;
    const headers = { 'content-type': 'application/json' };
    if (path === undefined)
      return fetch(base, {
        method: 'POST',
        headers,
        body: JSON.stringify({ jsonrpc: '2.0', id: 7, method: name, params }),
      });
    return fetch(`${base}${path.replace('{id}', id)}${verb === 'GET' ? query : ''}`, {
      method: verb!,
      ...(verb === 'POST' && { headers, body: JSON.stringify(path.includes('{id}') ? {} : params) }),
    });
  };
  const read = (name: string, body: Json): Json => {
    if (name.includes(' ')) return body;
    expect(body).toMatchObject({ jsonrpc: '2.0', id: 7 });
    return (body['result'] ?? { error: body['error'] }) as Json;
  };
  return {
    async call(operation: keyof Spoken['names'], params: Json): Promise<Json> {
      const response = await ask(names[operation], params);
      expect(response.headers.get('content-type')).toBe('application/json');
      return read(names[operation], (await response.json()) as Json);
    },
    async *stream(operation: 'stream' | 'subscribe', params: Json): AsyncGenerator<Json> {
      const response = await ask(names[operation], params);
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      for await (const { data } of decodeSse(response.body!)) yield read(names[operation], JSON.parse(data) as Json);
    },
  };
}

export const taskOf = (result: Json): Json => (result['task'] ?? result) as Json;
/** What a state, in whichever spelling, is called in a script. */
export const stateOf = ({ status }: Json): string =>
  (status as { state: string }).state
    .replace('TASK_STATE_', '')
    .toLowerCase()
    .replaceAll('_', '-')
    .replace('cancelled', 'canceled');
export const statusIn = (event: Json): Json | undefined => {
  const update = (event['statusUpdate'] ?? event) as Json;
  return update['status'] && (event['kind'] ?? 'status-update') === 'status-update' ? update : undefined;
};
export const all = async (events: AsyncIterable<Json>): Promise<Json[]> => {
  const list: Json[] = [];
  for await (const event of events) list.push(event);
  return list;
};

export const STORY: Script = {
  steps: [
    { status: 'on it' },
    { text: 'one ' },
    { text: 'two' },
    {
      artifact: { id: 'table', parts: [{ data: { n: 1 } }, { url: 'https://example.com/a', mediaType: 'image/png' }] },
    },
    { end: 'completed', text: 'done' },
  ],
};
