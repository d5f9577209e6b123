import { cardPayload } from '@agentproto/protocol/a2a/1.0';
import type { Exchange, Headers } from '@agentproto/recording';
import { requirements } from '@agentproto/rules';
import { exportJWK, FlattenedSign, generateKeyPair } from 'jose';
import { describe, expect, test } from 'vitest';
import type { ClientRecording } from '../../kit/client-check.ts';
import { judgeClient } from '../../kit/judge-client.ts';
import { exchange as exchangeAt, type Options } from './exchange.test.data.ts';
import { clientChecks } from './index.ts';

/** Small recordings: what a client sent and got, at which second. */

const BASE = 'https://agent.example.com';
const RPC = `${BASE}/rpc`;
const REST = `${BASE}/rest`;
const VERSION: [string, string] = ['A2A-Version', '1.0'];

const exchange = (at: number, method: string, url: string, body: unknown, options: Options = {}) =>
  exchangeAt(at, method, url, body, { headers: [VERSION], ...options });

const one = { url: RPC, protocolBinding: 'JSONRPC', protocolVersion: '1.0' };
const two = { url: REST, protocolBinding: 'HTTP+JSON', protocolVersion: '1.0' };
const card = (more: object = {}) => ({
  name: 'A',
  capabilities: { streaming: true },
  supportedInterfaces: [one, two],
  ...more,
});
const shown = (at: number, json: unknown = card(), options: Options = {}) =>
  exchange(at, 'GET', `${BASE}/.well-known/agent-card.json`, undefined, { json, ...options });
const rpc = (at: number, method: string, params: object = {}, options: Options & { url?: string } = {}) =>
  exchange(
    at,
    'POST',
    options.url ?? RPC,
    { jsonrpc: '2.0', id: 1, method, params },
    {
      ...options,
      ...(options.json !== undefined && { json: { jsonrpc: '2.0', id: 1, result: options.json } }),
      ...(options.frames && { frames: options.frames.map((result) => ({ jsonrpc: '2.0', id: 1, result })) }),
    },
  );
const message = (more: object = {}) => ({
  message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'x' }], ...more },
});
const task = (state: string) => ({ id: 't', contextId: 'ctx', status: { state: `TASK_STATE_${state}` } });

const etag: Headers = [
  ['ETag', '"1"'],
  ['Cache-Control', 'max-age=60'],
];
const push = { url: 'https://hook.example.com/1', authentication: { scheme: 'Bearer', credentials: 'abc' } };
const delivery = (at: number, credentials: string, status: number) =>
  exchange(
    at,
    'POST',
    push.url,
    { task: task('WORKING') },
    {
      ...{ binding: 'webhook', status, headers: [['Authorization', `Bearer ${credentials}`]] },
    },
  );
const refusedVersion = {
  jsonrpc: '2.0',
  id: 1,
  error: { code: -32009, message: 'no', data: [{ '@type': 't', reason: 'VERSION_NOT_SUPPORTED' }] },
};
const refused = exchange(
  1,
  'POST',
  RPC,
  { jsonrpc: '2.0', id: 1, method: 'GetTask', params: { id: 't' } },
  { json: refusedVersion },
);

const { privateKey, publicKey } = await generateKeyPair('ES256');
const key = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' };
const jws = await new FlattenedSign(new TextEncoder().encode(cardPayload(card() as never)))
  .setProtectedHeader({ alg: 'ES256', typ: 'JOSE', kid: 'k' })
  .sign(privateKey);
const signature = { protected: jws.protected, signature: jws.signature };
const knows = card({ capabilities: { extendedAgentCard: true } });
const extended = card({ supportedInterfaces: [{ ...one, url: `${BASE}/known/rpc` }] });
const strange = {
  statusUpdate: { taskId: 't', contextId: 'ctx', status: { state: 'TASK_STATE_WORKING' }, mood: 'good' },
};
const last = { statusUpdate: { taskId: 't', contextId: 'ctx', status: { state: 'TASK_STATE_COMPLETED' } } };

type Sample = readonly Exchange[] | ClientRecording;

/** For each rule what keeps it, and what breaks it. */
const SAMPLES: Record<string, { green: Sample[]; red: Sample[] }> = {
  'A2A10-CLI-001': {
    green: [
      [rpc(1, 'GetTask', { id: 't' })],
      // A request parameter will do (3.6.1).
      [exchange(1, 'GET', `${REST}/tasks/t?A2A-Version=1.0`, undefined, { headers: [] })],
    ],
    red: [
      [rpc(1, 'GetTask', { id: 't' }, { headers: [] })],
      [rpc(1, 'GetTask', { id: 't' }, { headers: [['A2A-Version', ' ']] })],
    ],
  },
  'A2A10-CLI-002': {
    green: [[rpc(1, 'GetTask', { id: 't' })]],
    red: [[rpc(1, 'GetTask', { id: 't' }, { headers: [['a2a-version', '1.0.1']] })]],
  },
  'A2A10-CLI-003': {
    green: [
      [shown(0), rpc(1, 'GetTask', { id: 't' })],
      // Who does not speak the first one uses the second.
      [shown(0), exchange(1, 'GET', `${REST}/tasks/t`, undefined)],
    ],
    red: [
      [shown(0), rpc(1, 'GetTask', { id: 't' }, { url: `${BASE}/other` })],
      [
        shown(0, card({ supportedInterfaces: [one, { ...one, url: `${BASE}/spare` }] })),
        rpc(1, 'GetTask', { id: 't' }, { url: `${BASE}/spare` }),
      ],
    ],
  },
  'A2A10-CLI-004': {
    green: [
      [shown(0), rpc(1, 'GetTask', { id: 't', tenant: '' })],
      [
        shown(0, card({ supportedInterfaces: [{ ...one, tenant: 'north' }] })),
        rpc(1, 'GetTask', { id: 't', tenant: 'north' }),
      ],
      [
        shown(0, card({ supportedInterfaces: [{ ...two, tenant: 'north' }] })),
        exchange(1, 'GET', `${REST}/north/tasks/t`, undefined),
      ],
    ],
    red: [
      [shown(0), rpc(1, 'GetTask', { id: 't', tenant: 'north' })],
      [shown(0, card({ supportedInterfaces: [{ ...one, tenant: 'north' }] })), rpc(1, 'GetTask', { id: 't' })],
      [
        shown(0, card({ supportedInterfaces: [{ ...two, tenant: 'north' }] })),
        exchange(1, 'GET', `${REST}/tasks/t`, undefined),
      ],
    ],
  },
  'A2A10-CLI-005': {
    green: [
      [shown(0), rpc(1, 'SubscribeToTask', { id: 't' })],
      // What was said at another place, where there is no card.
      [
        shown(0),
        exchange(1, 'GET', `${BASE}/v2/.well-known/agent-card.json`, undefined, { status: 404, json: { error: {} } }),
        rpc(2, 'SubscribeToTask', { id: 't' }),
      ],
    ],
    red: [[shown(0), rpc(1, 'ListTaskPushNotificationConfigs', { taskId: 't' })]],
  },
  'A2A10-CLI-006': {
    green: [
      [
        rpc(1, 'SendMessage', message(), { json: { task: task('COMPLETED') } }),
        rpc(2, 'SendMessage', message({ contextId: 'ctx' })),
      ],
    ],
    red: [[rpc(1, 'SendMessage', message({ contextId: 'mine' }))]],
  },
  'A2A10-CLI-007': {
    green: [
      [rpc(1, 'ListTasks', {}, { json: { tasks: [], nextPageToken: '' } }), rpc(2, 'ListTasks')],
      // Who never leaves a member out.
      [
        rpc(1, 'ListTasks', { pageToken: '' }, { json: { tasks: [], nextPageToken: '' } }),
        rpc(2, 'ListTasks', { pageToken: '' }),
      ],
    ],
    red: [
      [rpc(1, 'ListTasks', {}, { json: { tasks: [], nextPageToken: '' } }), rpc(2, 'ListTasks', { pageToken: '' })],
    ],
  },
  'A2A10-CLI-008': {
    green: [
      [
        rpc(1, 'CreateTaskPushNotificationConfig', { taskId: 't', ...push }),
        ...[delivery(2, 'abc', 204), delivery(3, 'abc', 200), delivery(4, 'wrong', 401)],
      ],
    ],
    red: [
      [rpc(1, 'CreateTaskPushNotificationConfig', { taskId: 't', ...push }), delivery(2, 'abc', 500)],
      [
        rpc(1, 'SendMessage', { ...message(), configuration: { taskPushNotificationConfig: push } }),
        delivery(2, 'wrong', 200),
      ],
    ],
  },
  'A2A10-CLI-009': {
    green: [
      [
        shown(0, card(), { answerHeaders: etag }),
        shown(100, undefined, { status: 304, headers: [['If-None-Match', '"1"']] }),
      ],
    ],
    red: [[shown(0, card(), { answerHeaders: etag }), shown(100)]],
  },
  'A2A10-CLI-010': {
    green: [
      {
        exchanges: [
          shown(0, card({ name: 'Forged', signatures: [signature] })),
          shown(1, card({ signatures: [signature] })),
          rpc(2, 'GetTask', { id: 't' }),
        ],
        keys: [key],
      },
      // Beside one that goes on where the signature is right.
      {
        exchanges: [shown(0, card({ name: 'Forged', signatures: [signature] }))],
        keys: [key],
        twin: { exchanges: [shown(0, card({ signatures: [signature] })), rpc(1, 'GetTask', { id: 't' })], keys: [key] },
      },
    ],
    red: [
      {
        exchanges: [shown(0, card({ name: 'Forged', signatures: [signature] })), rpc(1, 'GetTask', { id: 't' })],
        keys: [key],
      },
      // Not at the address of the card, and yet to its agent.
      {
        exchanges: [
          shown(0, card({ name: 'Forged', signatures: [signature] })),
          rpc(1, 'GetTask', { id: 't' }, { url: `${BASE}/` }),
        ],
        keys: [key],
      },
    ],
  },
  'A2A10-CLI-011': {
    green: [
      [
        shown(0, knows),
        rpc(1, 'GetExtendedAgentCard', {}, { json: extended }),
        rpc(2, 'GetTask', { id: 't' }, { url: `${BASE}/known/rpc` }),
      ],
    ],
    red: [[shown(0, knows), rpc(1, 'GetExtendedAgentCard', {}, { json: extended }), rpc(2, 'GetTask', { id: 't' })]],
  },
  'A2A10-CLI-012': {
    green: [
      [exchange(1, 'GET', `${REST}/tasks?pageSize=5`, undefined)],
      // A key of the scheme that the card declares is no parameter of the operation.
      [exchange(1, 'GET', `${REST}/tasks?pageSize=5&api_key=k&A2A-Version=1.0`, undefined)],
      // As a2a-go 2.3.1 does: nothing is said by it.
      [exchange(1, 'GET', `${REST}/tasks/t`, null)],
      [exchange(1, 'DELETE', `${REST}/tasks/t/pushNotificationConfigs/c`, {})],
    ],
    red: [
      [exchange(1, 'GET', `${REST}/tasks?page_size=5`, undefined)],
      [exchange(1, 'GET', `${REST}/tasks?PageSize=5`, undefined)],
      [exchange(1, 'DELETE', `${REST}/tasks/t/pushNotificationConfigs/c`, { tenant: 'x' })],
    ],
  },
  'A2A10-CLI-013': {
    green: [
      [refused, rpc(2, 'GetTask', { id: 't' })],
      // The same in other words, or a newer one, takes nothing away.
      [refused, rpc(2, 'GetTask', { id: 't' }, { headers: [['A2A-Version', '1.00']] })],
      [refused, rpc(2, 'GetTask', { id: 't' }, { headers: [['A2A-Version', '1.10']] })],
    ],
    red: [
      [refused, rpc(2, 'GetTask', { id: 't' }, { headers: [['A2A-Version', '0.3']] })],
      // In the words of 0.3.
      [refused, rpc(2, 'tasks/get', { id: 't' }, { headers: [] })],
    ],
  },
  'A2A10-CLI-014': {
    green: [
      [rpc(1, 'SendMessage', message(), { json: { task: task('AUTH_REQUIRED') } }), rpc(2, 'GetTask', { id: 't' })],
      [
        rpc(1, 'SendStreamingMessage', message(), {
          frames: [{ task: task('AUTH_REQUIRED') }],
          end: { kind: 'left', at: 9 },
        }),
        rpc(5, 'ListTasks'),
      ],
      // Seen by a later look, where the recording ends soon after.
      {
        exchanges: [
          rpc(1, 'SendMessage', message(), { json: { task: task('AUTH_REQUIRED') } }),
          rpc(1.2, 'SubscribeToTask', { id: 't' }),
        ],
        endedAtMs: 1_500,
      },
    ],
    red: [
      [rpc(1, 'SendMessage', message(), { json: { task: task('AUTH_REQUIRED') } }), rpc(3, 'GetTask', { id: 'other' })],
      { exchanges: [rpc(1, 'SendMessage', message(), { json: { task: task('AUTH_REQUIRED') } })], endedAtMs: 60_000 },
    ],
  },
  'A2A10-CLI-015': {
    green: [
      [rpc(1, 'SendStreamingMessage', message(), { frames: [strange, last] })],
      // Whoever has the last event need not wait for the end of the stream.
      [rpc(1, 'SendStreamingMessage', message(), { frames: [{ ...last, extra: 1 }], end: { kind: 'left', at: 1.1 } })],
    ],
    red: [[rpc(1, 'SendStreamingMessage', message(), { frames: [strange], end: { kind: 'left', at: 1.1 } })]],
  },
  'A2A10-CLI-016': {
    green: [
      [rpc(1, 'SendMessage', message({ parts: [{ text: 'x' }, { data: null }], taskId: null, mood: 'good' }))],
      // ProtoJSON takes digits for a number (5.5).
      [rpc(1, 'GetTask', { id: 't', historyLength: '3' })],
      [exchange(1, 'POST', `${REST}/message:send`, message())],
      [exchange(1, 'POST', `${REST}/tasks/t:cancel`, undefined)],
    ],
    red: [
      [rpc(1, 'SendMessage', message({ messageId: undefined }))],
      [rpc(1, 'SendMessage', message({ parts: [] }))],
      [rpc(1, 'SendMessage', message({ parts: [{ text: 'x', url: 'y' }] }))],
      [rpc(1, 'SendMessage', { message: { message_id: 'm', role: 'ROLE_USER', parts: [{ text: 'x' }] } })],
      [rpc(1, 'GetTask', {})],
      [exchange(1, 'POST', `${REST}/message:send`, {})],
    ],
  },
};

const judge = async (sample: Sample) =>
  judgeClient(clientChecks, 'exchanges' in sample ? sample : { exchanges: sample });

test('every rule for clients has a recording that keeps it, and one that breaks it', () => {
  const rows = Object.keys(requirements).filter((id) => id.startsWith('A2A10-CLI-'));
  expect(Object.keys(SAMPLES).sort()).toEqual(rows.sort());
});

describe.each(Object.entries(SAMPLES))('%s', (id, { green, red }) => {
  test.each(green.map((sample, index) => [index, sample] as const))('is kept (%i)', async (_index, sample) => {
    const findings = await judge(sample);
    expect(findings.find(({ requirement }) => requirement === id)?.verdict).toBe('pass');
    expect(findings.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
  });
  test.each(red.map((sample, index) => [index, sample] as const))('is broken (%i)', async (_index, sample) => {
    const wanted = requirements[id as keyof typeof requirements].level === 'must' ? 'violation' : 'warning';
    const broken = (await judge(sample)).filter(({ verdict }) => verdict !== 'pass');
    expect(broken.map(({ requirement }) => requirement)).toContain(id);
    expect(new Set(broken.filter(({ requirement }) => requirement === id).map(({ verdict }) => verdict))).toEqual(
      new Set([wanted]),
    );
  });
});

test('a client that reads a signed card and does no more shows nothing of what it believes', async () => {
  const signed = shown(0, card({ signatures: [signature] }));
  const forged = shown(0, card({ name: 'Forged', signatures: [signature] }));
  for (const exchanges of [[signed], [forged], [signed, rpc(1, 'GetTask', { id: 't' })]])
    expect(
      (await judge({ exchanges, keys: [key] })).filter(({ requirement }) => requirement === 'A2A10-CLI-010'),
    ).toEqual([]);
  const twin = { exchanges: [signed], keys: [key] };
  expect((await judge({ exchanges: [forged], keys: [key], twin })).map(({ requirement }) => requirement)).toEqual([]);
});

test('a client that fails where members are unknown, and nowhere else, does not ignore them', async () => {
  // a2akit 0.0.35 reads no event of a stream of 1.0, here as elsewhere.
  const exchanges = [rpc(1, 'SendStreamingMessage', message(), { frames: [strange, last] })];
  const strict = {
    exchanges,
    situation: { name: 'unknown-members', title: '', options: {} },
    told: { failed: 'mood?' },
  };
  const of15 = async (twin: ClientRecording) =>
    (await judge({ ...strict, twin })).flatMap(({ requirement, verdict }) =>
      requirement === 'A2A10-CLI-015' ? [verdict] : [],
    );
  expect(await of15({ exchanges, told: { text: 'x' } })).toEqual(['warning']);
  expect(await of15({ exchanges, told: { failed: 'always' } })).toEqual([]);
});

const registered = rpc(1, 'CreateTaskPushNotificationConfig', { taskId: 't', ...push });
const situation = { name: 'webhook', title: '', options: {}, expected: { text: 'the truth' } };
const ofWebhooks = async (sample: Sample) =>
  (await judge(sample)).flatMap(({ requirement, verdict }) => (requirement === 'A2A10-CLI-008' ? [verdict] : []));

test('a false call that is thanked for is forgiven who shows that it was not believed', async () => {
  const exchanges = [registered, delivery(2, 'wrong', 202), delivery(3, 'abc', 202)];
  expect(await ofWebhooks({ exchanges, situation, told: { text: 'the truth' } })).toEqual(['pass']);
  expect(await ofWebhooks({ exchanges, situation, told: { text: 'a lie' } })).toEqual(['violation']);
  expect(await ofWebhooks({ exchanges, situation })).toEqual(['violation']);
});

test('what is delivered again should be taken, and where nobody answers nothing is said', async () => {
  const gone = { ...delivery(5, 'abc', 200), response: undefined } as unknown as Exchange;
  expect(await ofWebhooks([registered, delivery(2, 'abc', 204), delivery(3, 'abc', 409), gone])).toEqual(['warning']);
  expect(await ofWebhooks([registered, gone])).toEqual([]);
});

test('a recording that hides secrets says nothing of them', async () => {
  const hidden = { ...push, authentication: { scheme: 'Bearer', credentials: '[redacted]' } };
  const exchanges = [
    rpc(1, 'CreateTaskPushNotificationConfig', { taskId: 't', ...hidden }),
    delivery(2, '[redacted]', 500),
  ];
  expect((await judge(exchanges)).filter(({ requirement }) => requirement === 'A2A10-CLI-008')).toEqual([]);
});
