import type { Exchange, Headers } from '@agentproto/recording';
import type { ClientRecording } from '../../../kit/client-check.ts';
import { exchange, type Options } from '../exchange.test.data.ts';
import { TEXT } from '../situations.ts';
import { oldSituations } from './situations.ts';

/** Recordings of clients of 0.3: what keeps each rule, and what breaks it. */

export const BASE = 'https://agent.example.com';
export const RPC = `${BASE}/rpc`;
const REST = `${BASE}/rest`;
export const JSON_TYPE: Headers = [['Content-Type', 'application/json']];
const STREAM: Headers = [['Content-Type', 'text/event-stream']];

export const card = (more: object = {}) => ({
  protocolVersion: '0.3.0',
  name: 'A',
  url: RPC,
  preferredTransport: 'JSONRPC',
  additionalInterfaces: [{ url: REST, transport: 'HTTP+JSON' }],
  capabilities: { streaming: true },
  ...more,
});
export const shown = (at: number, json: unknown = card(), { place = 'agent-card.json' } = {}) =>
  exchange(at, 'GET', `${BASE}/.well-known/${place}`, undefined, { json });

interface Rpc extends Options {
  url?: string;
  /** Members of the envelope. */
  request?: object;
  result?: unknown;
  events?: unknown[];
}
export const rpc = (
  at: number,
  method: string,
  params?: object,
  { url = RPC, request, result, events, ...rest }: Rpc = {},
) =>
  exchange(
    at,
    'POST',
    url,
    { jsonrpc: '2.0', id: 1, method, params, ...request },
    {
      headers: JSON_TYPE,
      ...rest,
      ...(result !== undefined && { json: { jsonrpc: '2.0', id: 1, result } }),
      ...(events && { answerHeaders: STREAM, frames: events.map((one) => ({ jsonrpc: '2.0', id: 1, result: one })) }),
    },
  );
const rest = (at: number, method: string, path: string, body?: unknown, options: Options = {}) =>
  exchange(at, method, REST + path, body, { headers: JSON_TYPE, ...options });

export const message = (more: object = {}) => ({
  message: { kind: 'message', messageId: 'm', role: 'user', parts: [{ kind: 'text', text: 'x' }], ...more },
});
export const proto = { message: { messageId: 'm', role: 'ROLE_USER', content: [{ text: 'x' }] } };
const task = (state: string) => ({ kind: 'task', id: 't', contextId: 'ctx', status: { state } });
const update = (state: string, more: object = {}) => ({
  ...{ kind: 'status-update', taskId: 't', contextId: 'ctx', status: { state }, final: state === 'completed' },
  ...more,
});
const ended = rpc(1, 'message/send', message(), { result: task('completed') });

export const schemes = {
  capabilities: {},
  securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' }, bearer: { type: 'http', scheme: 'Bearer' } },
  supportsAuthenticatedExtendedCard: true,
};
const knows = card(schemes);
const extended = card({ ...schemes, url: `${BASE}/known` });
const EXTENDED = 'agent/getAuthenticatedExtendedCard';
const bearer: Headers = [...JSON_TYPE, ['Authorization', 'Bearer k']];

const hook = 'https://hook.example.com/1';
const push = { url: hook, token: 'secret', authentication: { schemes: ['Bearer'] } };
const delivery = (at: number, token: string, status: number) =>
  exchange(at, 'POST', hook, task('completed'), {
    ...{ binding: 'webhook', status, headers: [['X-A2A-Notification-Token', token]] },
  });
const pushed = rpc(1, 'message/send', { ...message(), configuration: { pushNotificationConfig: push } });

const situation = (name: string) => oldSituations.find((one) => one.name === name)!;
const through: ClientRecording = { exchanges: [], situation: situation('plain'), told: { text: TEXT } };
export const refused = rpc(1, 'message/send', message(), {
  json: { jsonrpc: '2.0', id: 1, error: { code: -32005, message: 'no text' } },
});
export const inError = (told: object) => ({
  exchanges: [shown(0), refused],
  situation: situation('error'),
  told,
  twin: through,
});
const unfinished = rpc(1, 'message/stream', message(), { events: [task('working'), update('working')] });
const inNoEnd = (told: object) => ({
  ...{ exchanges: [shown(0), unfinished], situation: situation('no-end'), told, twin: through },
});
const lost = rpc(1, 'message/stream', message(), {
  ...{ events: [task('working'), update('working')], end: { kind: 'broken', at: 1.1 } },
});
const asking = rpc(1, 'message/send', message(), { result: task('input-required') });
const answered = (more: object) => ({
  exchanges: [shown(0), asking, rpc(2, 'message/send', message({ messageId: 'n', contextId: 'ctx', ...more }))],
  situation: situation('input'),
});
const inKey = (headers: Headers) => ({
  ...{
    exchanges: [shown(0, knows), rpc(1, 'tasks/get', { id: 't' }, { headers })],
    situation: situation('extended-card'),
  },
});
const strange = update('working', { mood: 'good' });

export type Sample = readonly Exchange[] | ClientRecording;

export const SAMPLES: Record<string, { green: Sample[]; red: Sample[] }> = {
  'A2A03-CLI-001': {
    green: [
      [shown(0), rpc(1, 'tasks/get', { id: 't' })],
      [shown(0), rest(1, 'GET', '/v1/tasks/t')],
      // As a2akit 0.0.32 does, though there is no such header yet.
      [shown(0), rest(1, 'GET', '/v1/tasks/t', undefined, { headers: [['A2A-Version', '0.3.0']] })],
      // The url has the version in it already.
      [
        shown(0, card({ additionalInterfaces: [{ url: `${REST}/v1/`, transport: 'HTTP+JSON' }] })),
        rest(1, 'GET', '/v1/tasks/t'),
      ],
    ],
    red: [
      // There is none at the other place, which is no card without interfaces.
      [
        shown(0),
        exchange(0.5, 'GET', `${BASE}/.well-known/agent.json`, undefined, { status: 404, json: { detail: 'none' } }),
        rpc(1, 'tasks/get', { id: 't' }, { url: `${BASE}/other` }),
      ],
      // Its transport is another: JSON-RPC has an address of its own.
      [
        shown(
          0,
          card({
            ...{ url: REST, preferredTransport: 'HTTP+JSON' },
            additionalInterfaces: [{ url: RPC, transport: 'JSONRPC' }],
          }),
        ),
        rpc(1, 'tasks/get', { id: 't' }, { url: REST }),
      ],
      [shown(0), rpc(1, 'tasks/get', { id: 't' }, { url: `${BASE}/` })],
      [shown(0), exchange(1, 'GET', `${RPC}/v1/tasks/t`, undefined, { headers: [['A2A-Version', '0.3']] })],
      [shown(0), exchange(1, 'GET', `${RPC}/v1/tasks/t`, undefined)],
      [shown(0, card({ additionalInterfaces: undefined })), rest(1, 'GET', '/v1/tasks/t')],
    ],
  },
  'A2A03-CLI-002': {
    green: [
      [shown(0), rpc(1, 'tasks/get', { id: 't' })],
      // The main url has let it down.
      [
        shown(0, card({ additionalInterfaces: [{ url: `${BASE}/spare`, transport: 'JSONRPC' }] })),
        rpc(1, 'tasks/get', { id: 't' }, { status: 503 }),
        rpc(2, 'tasks/get', { id: 't' }, { url: `${BASE}/spare` }),
      ],
    ],
    red: [
      [
        shown(0, card({ additionalInterfaces: [{ url: `${BASE}/spare`, transport: 'JSONRPC' }] })),
        rpc(1, 'tasks/get', { id: 't' }, { url: `${BASE}/spare` }),
      ],
    ],
  },
  'A2A03-CLI-003': {
    green: [
      [shown(0), rpc(1, 'tasks/get', { id: 't' }, { headers: [['content-type', 'Application/JSON; charset=utf-8']] })],
      [shown(0), rest(1, 'POST', '/v1/message:send', proto)],
    ],
    red: [
      [shown(0), rpc(1, 'tasks/get', { id: 't' }, { headers: [['Content-Type', 'text/plain']] })],
      [shown(0), rest(1, 'POST', '/v1/message:send', proto, { headers: [] })],
      // As 1.0 has it.
      [shown(0), rest(1, 'POST', '/v1/message:send', proto, { headers: [['Content-Type', 'application/a2a+json']] })],
    ],
  },
  'A2A03-CLI-004': {
    green: [[shown(0), rpc(1, 'tasks/get', { id: 't' }, { request: { id: 'one' } })]],
    red: [
      [shown(0), rpc(1, 'tasks/get', { id: 't' }, { request: { jsonrpc: '2' } })],
      [shown(0), rpc(1, 'tasks/get', { id: 't' }, { request: { jsonrpc: undefined } })],
      [shown(0), rpc(1, 'tasks/get', { id: 't' }, { request: { id: { n: 1 } } })],
    ],
  },
  'A2A03-CLI-005': {
    green: [[shown(0), rpc(1, 'tasks/get', { id: 't' }, { request: { id: 0 } })]],
    red: [null, 1.5, undefined].map((id) => [shown(0), rpc(1, 'tasks/get', { id: 't' }, { request: { id } })]),
  },
  'A2A03-CLI-006': {
    green: [
      [shown(0), rpc(1, 'tasks/get', { id: 't' })],
      [shown(0), rpc(1, 'org.example/greet', {})],
      [shown(0), rest(1, 'GET', '/v1/tasks/t')],
    ],
    red: [
      [shown(0), rpc(1, 'SendMessage', proto)],
      [shown(0), rest(1, 'POST', '/message:send', proto)],
      [shown(0), rest(1, 'GET', '/tasks/t')],
    ],
  },
  'A2A03-CLI-007': {
    green: [
      [shown(0), rpc(1, 'message/send', message({ taskId: null, mood: 'good' }))],
      [shown(0), rest(1, 'POST', '/v1/message:send', proto)],
      // The objects of section 6 are equivalent.
      [shown(0), rest(1, 'POST', '/v1/message:send', message())],
      [shown(0), rpc(1, 'tasks/get', { id: 't', historyLength: 3 })],
    ],
    red: [
      [shown(0), rpc(1, 'message/send', message({ messageId: undefined }))],
      [shown(0), rpc(1, 'message/send', message({ parts: [{ type: 'text', text: 'x' }] }))],
      [shown(0), rpc(1, 'message/send', message({ kind: undefined }))],
      [shown(0), rpc(1, 'tasks/get', { taskId: 't' })],
      [shown(0), rest(1, 'POST', '/v1/message:send', { message: { role: 'ROLE_USER', parts: [{ text: 'x' }] } })],
    ],
  },
  'A2A03-CLI-008': {
    green: [[shown(0), rpc(1, 'message/send', message())]],
    red: [[shown(0), rpc(1, 'message/send', message({ role: 'agent' }))]],
  },
  'A2A03-CLI-009': {
    green: [
      // Sent again.
      [shown(0), rpc(1, 'message/send', message(), { status: 503 }), rpc(2, 'message/send', message())],
      [shown(0), rpc(1, 'message/send', message()), rpc(2, 'message/send', message({ messageId: 'n' }))],
    ],
    red: [
      [
        shown(0),
        rpc(1, 'message/send', message()),
        rpc(2, 'message/send', message({ parts: [{ kind: 'text', text: 'y' }] })),
      ],
    ],
  },
  'A2A03-CLI-010': {
    green: [[shown(0), ended, rpc(2, 'message/send', message({ messageId: 'n', contextId: 'ctx' }))]],
    red: [[shown(0), ended, rpc(2, 'message/send', message({ messageId: 'n', contextId: 'mine' }))]],
  },
  'A2A03-CLI-011': {
    green: [[shown(0), asking, rpc(2, 'message/send', message({ messageId: 'n', taskId: 't' }))]],
    red: [[shown(0), rpc(2, 'message/send', message({ taskId: 'mine' }))]],
  },
  'A2A03-CLI-012': {
    green: [
      [shown(0), rpc(1, 'message/stream', message())],
      // What was said at the place of another revision is no card.
      [
        shown(0),
        exchange(1, 'GET', `${BASE}/.well-known/agent.json`, undefined, { status: 404, json: { error: {} } }),
        rpc(2, 'message/stream', message()),
      ],
    ],
    red: [
      [shown(0, card({ capabilities: {} })), rpc(1, 'message/stream', message())],
      [shown(0), rpc(1, 'tasks/pushNotificationConfig/list', { id: 't' })],
      [shown(0), rpc(1, EXTENDED)],
    ],
  },
  'A2A03-CLI-013': {
    green: [
      [shown(0, knows), rpc(1, EXTENDED, undefined, { headers: bearer })],
      [shown(0, knows), rpc(1, EXTENDED, undefined, { headers: [...JSON_TYPE, ['x-key', 'k']] })],
      // Asked to, it shows who it is.
      [shown(0, knows), rpc(1, EXTENDED, undefined, { status: 401 }), rpc(2, EXTENDED, undefined, { headers: bearer })],
    ],
    red: [
      [shown(0, knows), rpc(1, EXTENDED)],
      [shown(0, knows), rpc(1, EXTENDED, undefined, { headers: [...JSON_TYPE, ['X-Other', 'k']] })],
    ],
  },
  'A2A03-CLI-014': {
    green: [
      [
        shown(0, knows),
        rpc(1, EXTENDED, undefined, { headers: bearer, result: extended }),
        rpc(2, 'tasks/get', { id: 't' }, { url: `${BASE}/known` }),
      ],
    ],
    red: [
      [
        shown(0, knows),
        rpc(1, EXTENDED, undefined, { headers: bearer, result: extended }),
        rpc(2, 'tasks/get', { id: 't' }),
      ],
    ],
  },
  'A2A03-CLI-015': {
    green: [
      [
        shown(0, card({ capabilities: { pushNotifications: true } })),
        pushed,
        delivery(2, 'wrong', 401),
        delivery(3, 'secret', 200),
      ],
      // Thanked for, and not believed.
      {
        exchanges: [pushed, delivery(2, 'wrong', 200), delivery(3, 'secret', 200)],
        ...{ situation: situation('webhook'), told: { text: TEXT } },
      },
    ],
    red: [
      {
        exchanges: [pushed, delivery(2, 'wrong', 200)],
        ...{ situation: situation('webhook'), told: { text: 'a lie' } },
      },
    ],
  },
  'A2A03-CLI-016': { green: [inError({ failed: 'no text' })], red: [inError({ text: '' }), inError({})] },
  'A2A03-CLI-017': {
    green: [
      inNoEnd({ failed: 'cut' }),
      inNoEnd({ text: TEXT }),
      { ...inNoEnd({ failed: 'reset' }), situation: situation('lost') },
    ],
    red: [inNoEnd({ text: 'Hello from ' }), inNoEnd({}), { ...inNoEnd({ text: '' }), situation: situation('lost') }],
  },
  'A2A03-CLI-018': { green: [answered({ taskId: 't' })], red: [answered({}), answered({ taskId: 'ctx' })] },
  'A2A03-CLI-019': {
    green: [
      [shown(0), rpc(1, 'message/stream', message(), { events: [task('working'), strange, update('completed')] })],
      // `final` is a member of this revision: there is nothing strange here.
      [
        shown(0),
        rpc(1, 'message/stream', message(), { events: [task('working'), strange, update('completed')] }),
        rpc(2, 'message/stream', message(), { events: [update('working')], end: { kind: 'left', at: 2.1 } }),
      ],
    ],
    red: [
      [
        shown(0),
        rpc(1, 'message/stream', message(), {
          events: [task('working'), strange],
          end: { kind: 'left', at: 1.1 },
        }),
      ],
    ],
  },
  'A2A03-CLI-020': {
    green: [[shown(0), rest(1, 'GET', '/v1/tasks/t?historyLength=3')]],
    red: [
      [shown(0), rest(1, 'GET', '/v1/tasks/t?history_length=3')],
      [
        shown(0, card({ capabilities: { pushNotifications: true } })),
        rest(1, 'DELETE', '/v1/tasks/t/pushNotificationConfigs/c', { id: 'c' }),
      ],
    ],
  },
  'A2A03-CLI-021': { green: [inKey(bearer)], red: [inKey(JSON_TYPE)] },
  'A2A03-CLI-023': {
    green: [
      [shown(0), lost, rpc(2, 'tasks/resubscribe', { id: 't' })],
      [shown(0), lost, rest(2, 'GET', '/v1/tasks/t')],
    ],
    red: [
      [shown(0), lost],
      [shown(0), lost, rpc(2, 'tasks/get', { id: 'other' })],
    ],
  },
  'A2A03-CLI-022': {
    green: [
      [shown(0)],
      // The older place as well.
      [shown(0, card(), { place: 'agent.json' }), shown(1)],
    ],
    red: [[shown(0, card(), { place: 'agent.json' })]],
  },
};
