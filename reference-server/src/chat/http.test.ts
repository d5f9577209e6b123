import { request } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { is } from '@agentproto/rules/chat/docs';
import { describe, expect, test } from 'vitest';
import { assistant, clientOf, scripted, startServer, user } from './client.test.kit.ts';
import type { Posted } from './client.test.kit.ts';

const DETAIL = (text: RegExp) => ({ detail: expect.stringMatching(text) });
const FAULT = (type: string, text: RegExp, loc: unknown = ['body']) => ({
  detail: [{ type, loc, msg: expect.stringMatching(text) }],
});

test('GET /health answers at once, also while a turn is running, and needs no key', async () => {
  const server = await startServer({ apiKey: 'hush' });
  const client = clientOf(server, 'chat@docs', 'hush');
  const turn = await client.stream([user('@hold')]);
  const response = await fetch(`${client.url}/health`);
  expect([response.status, response.headers.get('content-type'), await response.json()]).toEqual([
    200,
    'application/json',
    { status: 'ok' },
  ]);
  const head = await fetch(`${client.url}/health`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  turn.leave();
});

describe('one turn in one piece', () => {
  test('an agent without a script says the text back', async () => {
    const client = clientOf(await startServer());
    const { headers, body } = await client.post('/api/chat', { messages: [user('Grüße 😀\u2028')] });
    expect(headers.get('content-type')).toBe('application/json');
    expect(body).toEqual({
      role: 'assistant',
      content: 'Grüße 😀\u2028',
      data: {
        tool_calls: [],
        executed_tool_calls: [],
        cmds: [],
        executed_cmds: [],
        approvals: [],
        executed_approvals: [],
      },
    });
  });

  test("the last message is the current turn, the script is the conversation's", async () => {
    const client = clientOf(await startServer());
    expect((await client.chat([user('a'), assistant('b'), user('c')])).content).toBe('c');
    const begin = scripted({
      steps: [{ text: 'one' }],
      turns: [{ steps: [{ expect: { text: 'go on' } }, { text: 'two' }] }],
    });
    expect((await client.chat([begin])).content).toBe('one');
    expect((await client.chat([begin, assistant('one'), user('go on')])).content).toBe('two');
    expect(
      (await client.chat([begin, assistant('one'), user('go on'), assistant('two'), user('past the end')])).content,
    ).toBe('past the end');
  });

  test('all members of the request but messages come back; unknown ones are no fault', async () => {
    const client = clientOf(await startServer());
    const fields = { thread_id: 't', source: 'help-desk', queue: 'false', deep: { a: [1, null, { b: true }] } };
    const answer = await client.chat([user('x', { mood: 'odd', user: { name: 'Ann', id: 'U1', age: 9 } })], fields);
    expect(answer.meta_data).toEqual({ request_context: fields });
    expect(await client.chat([user('x')])).not.toHaveProperty('meta_data');
  });

  test('the agent works in the platform context of the last user message that has one', async () => {
    const client = clientOf(await startServer());
    const script = scripted(
      { steps: [], turns: [{ steps: [], echo: true }] },
      { platform_context: { tenant_name: 'old', k8s_namespace: 'old' } },
    );
    const { content } = await client.chat(
      [script, user('x', { platform_context: { tenant_name: 'mine' } }), user('y', { platform_context: {} })].slice(
        0,
        2,
      ),
      {
        tenant_name: 'theirs',
        thread_id: 't',
      },
    );
    expect(JSON.parse(content)).toEqual({
      text: 'x',
      request: {
        binding: 'HTTP',
        method: 'POST',
        path: '/api/chat',
        messages: 2,
        context: { tenant_name: 'mine', thread_id: 't' },
      },
    });
  });

  test('statuses leave no trace, a failure is a 500', async () => {
    const client = clientOf(await startServer());
    expect(
      (await client.chat([scripted({ steps: [{ status: 'On it' }, { text: 'a' }, { text: 'b' }] })])).content,
    ).toBe('ab');
    expect(await client.post('/api/chat', { messages: [user('@fail no luck')] })).toMatchObject({
      status: 500,
      body: { detail: 'no luck' },
    });
    expect(await client.post('/api/chat', { messages: [user('@crash secret')] })).toMatchObject({
      status: 500,
      body: { detail: 'The agent crashed.' },
    });
  });

  test("an agent of somebody's own", async () => {
    const server = await startServer({
      agent: ({ input: { text }, protocol }) =>
        text === 'mine'
          ? (async function* () {
              yield { type: 'text' as const, text: `${protocol}: ` };
              yield { type: 'end' as const, state: 'input-required' as const, text: 'And now?' };
            })()
          : undefined,
    });
    expect((await clientOf(server).chat([user('@chunks 1'), user('mine')].slice(1))).content).toBe(
      'chat@docs: And now?',
    );
    // The run is over: the next request is another one.
    expect((await server.store.runs.list({ family: 'chat', owner: 'anonymous', limit: 9 })).runs).toMatchObject([
      { state: 'completed', revision: 'docs' },
    ]);
  });
});

test('the old paths answer like the new ones, with all members of a message and without request fields', async () => {
  const client = clientOf(await startServer());
  const body = { messages: [user('hi')], thread_id: 't' };
  const { status, body: reply } = await client.post('/api/sendMessage', body);
  expect(status).toBe(200);
  expect(is('AgentMessage', reply)).toBe(true);
  expect(reply).toEqual({
    role: 'assistant',
    content: 'hi',
    data: {
      tool_calls: [],
      executed_tool_calls: [],
      cmds: [],
      executed_cmds: [],
      approvals: [],
      executed_approvals: [],
      url_configs: [],
      user_file_uploads: [],
    },
    meta_data: {},
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    user: null,
    agent: null,
  });
  // It can be sent back as it is.
  expect((await client.post('/api/chat', { messages: [user('hi'), reply, user('more')] })).status).toBe(200);
  const stream = await client.post('/api/sendMessageStream', body);
  expect(stream.headers.get('content-type')).toBe('application/x-ndjson');
  expect(stream.text).toBe(
    '{"type":"text_delta","text":"hi"}\n{"type":"done","stop_reason":"end_turn","meta_data":{}}\n',
  );
});

describe.each(['/api/chat', '/api/chat-stream', '/api/sendMessage', '/api/sendMessageStream'])(
  'POST %s refuses',
  (path) => {
    test.each([
      ['what is no JSON', '{', 422, FAULT('json_invalid', /^Invalid JSON: /)],
      ['nothing', '', 422, FAULT('missing', /expected a JSON object, got nothing/)],
      ['what is not UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 400, DETAIL(/not UTF-8/)],
      ['an array', [1], 422, FAULT('dict_type', /expected a JSON object, got an array/)],
      ['a text', '"messages"', 422, FAULT('dict_type', /got "messages"/)],
      ['a number', '5', 422, FAULT('dict_type', /got 5/)],
      ['null', 'null', 422, FAULT('dict_type', /got null/)],
      ['a body without messages', { message: [] }, 400, DETAIL(/'messages'/)],
      ['no messages', { messages: [] }, 400, DETAIL(/'messages' is empty/)],
      [
        'messages that are none',
        { messages: 'hi' },
        422,
        FAULT('value_error', /messages: expected an array/, ['body', 'messages']),
      ],
      [
        'a message that is none',
        { messages: [null] },
        422,
        FAULT('value_error', /messages\[0\]/, ['body', 'messages', 0]),
      ],
      [
        'a strange role',
        { messages: [{ role: 'robot' }] },
        422,
        FAULT('value_error', /one of user, assistant/, ['body', 'messages', 0, 'role']),
      ],
      [
        'a decision without an id',
        { messages: [user('', { data: { tool_calls: [{ name: 'x', input: {}, execute: true }] } })] },
        422,
        FAULT('missing', /messages\[0\]\.data\.tool_calls\[0\]\.id is required/, [
          'body',
          'messages',
          0,
          'data',
          'tool_calls',
          0,
          'id',
        ]),
      ],
      [
        'what is nested too deep',
        `{"messages":[{"role":"user","meta_data":{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}}]}`,
        400,
        DETAIL(/nested too deep/),
      ],
      [
        'a number that JSON cannot say again',
        '{"messages":[{"role":"user","content":"x","meta_data":{"seed":1e999}}],"seed":1e999}',
        400,
        DETAIL(/^seed: expected a number within the range of a double, got Infinity$/),
      ],
      [
        'a script that cannot be read',
        { messages: [user('@script {"steps":1}')] },
        400,
        { ...DETAIL(/^steps: expected an array/), reason: 'SCRIPT_TYPE' },
      ],
      [
        'a script of artifacts',
        { messages: [user('@pad 5MB')] },
        400,
        { ...DETAIL(/script step "pad"/), reason: 'SCRIPT_STEP_UNSUPPORTED' },
      ],
      [
        'a script that asks for input',
        {
          messages: [user('a'), scripted({ steps: [{ text: 'a' }], turns: [{ steps: [{ end: 'input-required' }] }] })],
        },
        400,
        { ...DETAIL(/does not end input-required/), reason: 'SCRIPT_STEP_UNSUPPORTED' },
      ],
    ])('%s', async (_what, body, status, expected) => {
      const server = await startServer();
      const answer = await clientOf(server).post(path, body);
      expect([answer.status, answer.headers.get('content-type'), answer.body]).toEqual([
        status,
        'application/json',
        expected,
      ]);
      expect(is('ErrorBody', answer.body)).toBe(true);
      // Nothing was started.
      expect((await server.store.runs.list({ family: 'chat', owner: 'anonymous', limit: 1 })).total).toBe(0);
    });

    test('a form, but not JSON of another name', async () => {
      const client = clientOf(await startServer());
      const body = { messages: [user('hi')] };
      expect(await client.post(path, body, { 'content-type': 'text/plain' })).toMatchObject({
        status: 422,
        body: FAULT('value_error', /got text\/plain/),
      });
      expect((await client.post(path, body, { 'content-type': 'application/vnd.x+json; charset=utf-8' })).status).toBe(
        200,
      );
    });

    test('another method', async () => {
      const client = clientOf(await startServer());
      const response = await fetch(client.url + path);
      expect([response.status, response.headers.get('allow'), await response.json()]).toEqual([
        405,
        'POST',
        DETAIL(/expected POST, got GET/),
      ]);
    });

    test('a caller without the key', async () => {
      const server = await startServer({ apiKey: 'hush' });
      const refused = await clientOf(server).post(path, { messages: [user('hi')] });
      expect([refused.status, refused.headers.get('www-authenticate'), refused.body]).toEqual([
        401,
        'Bearer',
        DETAIL(/Authorization/),
      ]);
      expect((await clientOf(server, 'chat@docs', 'hush').post(path, { messages: [user('hi')] })).status).toBe(200);
    });

    test('a body that is too large, or too slow', async () => {
      const server = await startServer({ limits: { bodyBytes: 1_000, bodyMs: 50 } });
      const client = clientOf(server);
      expect(await client.post(path, { messages: [user('x'.repeat(1_000))] })).toMatchObject({
        status: 413,
        body: DETAIL(/1000 bytes/),
      });
      const ask = request(client.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': 100 },
      });
      ask.write('{');
      const [response] = await once(ask, 'response');
      expect(response.statusCode).toBe(408);
      ask.destroy();
    });
  },
);

test('a long history, and very many decisions, take no more than their length', async () => {
  const client = clientOf(await startServer());
  // Processor time: what others do on this machine does not count.
  const from = process.cpuUsage();
  const history = Array.from({ length: 100_000 }, (_none, i) => user(`${i}`, { platform_context: { a: i } }));
  expect(
    (await client.chat([scripted({ steps: [{ tool: { by: 'approval', calls: [{ name: 'x' }] } }] }), ...history])).data
      ?.tool_calls,
  ).toHaveLength(1);
  const tool_calls = Array.from({ length: 100_000 }, (_none, i) => ({
    id: `${i}`,
    name: 'x',
    input: {},
    execute: true,
  }));
  expect((await client.chat([user('x', { data: { tool_calls } })])).data?.executed_tool_calls).toHaveLength(100_000);
  expect(process.cpuUsage(from).user / 1000).toBeLessThan(5_000);
});

test('an unknown path below /api is refused in the same words, another one is not ours', async () => {
  const client = clientOf(await startServer());
  expect(await client.post('/api/nope', {})).toMatchObject<Partial<Posted>>({
    status: 404,
    body: DETAIL(/nothing at \/api\/nope/),
  });
  expect(await client.post('/nope', {})).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
});

test('a caller of the answer in one piece who leaves cancels the run', async () => {
  const server = await startServer();
  const { hostname, port } = new URL(clientOf(server).url);
  const socket = connect(Number(port), hostname);
  const body = JSON.stringify({ messages: [user('@hold')] });
  socket.write(
    `POST /api/chat HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  const state = async () =>
    (await server.store.runs.list({ family: 'chat', owner: 'anonymous', limit: 1 })).runs[0]?.state;
  await expect.poll(state).toBe('working');
  socket.destroy();
  await expect.poll(state).toBe('canceled');
});
