import { inspect } from 'node:util';
import {
  approve,
  chatClient,
  type ChatInput,
  decide,
  isChatHttpError,
  isChatTurnError,
  type Message,
  reject,
  type ToolCall,
} from '@agentproto/client/chat';
import { isAgentProtoError } from '@agentproto/client/errors';
import { describe, expect, test } from 'vitest';
import { scriptedServer, sendJson } from '../scripted-server.ts';
import { call, DONE, delta, failureOf, plays } from './scripted-agent.ts';

const REPLY = { role: 'assistant', content: 'hi' };
const fast = { baseMs: 1, attempts: 4 };

describe('chat', () => {
  test('what is sent, what comes back', async () => {
    const answer = {
      ...REPLY,
      data: { tool_calls: [call('t1')], executed_tool_calls: [{ ...call('t0'), output: 'ok' }] },
      meta_data: { request_context: { tenant_id: 'x' } },
    };
    await using server = await scriptedServer((response) => sendJson(response, answer));
    const agent = chatClient(`${server.url}/agents/one/?key=1`, { headers: { 'x-one': '1', accept: '*/*' } });
    const reply = await agent.chat(
      { messages: [{ role: 'user', content: 'go' }], tenant_id: 'x' },
      { headers: { 'x-one': '2' } },
    );
    expect(reply).toEqual({
      content: 'hi',
      toolCalls: [call('t1')],
      approvals: [],
      commands: [],
      executedToolCalls: [{ ...call('t0'), output: 'ok' }],
      executedApprovals: [],
      executedCommands: [],
      stopReason: undefined,
      metaData: { request_context: { tenant_id: 'x' } },
      requestContext: { tenant_id: 'x' },
      message: answer,
    });
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/agents/one/api/chat?key=1' });
    expect(server.requests[0]!.headers).toMatchObject({
      'x-one': '2',
      accept: '*/*',
      'content-type': 'application/json',
    });
    expect(JSON.parse(server.requests[0]!.body)).toEqual({
      messages: [{ role: 'user', content: 'go' }],
      tenant_id: 'x',
    });
  });

  test('null for what is absent, or nothing at all', async () => {
    await using server = await scriptedServer((response, _request, count) =>
      sendJson(
        response,
        count === 1 ? { ...REPLY, data: null, meta_data: null } : { content: 'hi', data: { tool_calls: null } },
      ),
    );
    const agent = chatClient(server.url);
    expect(await agent.chat('x')).toMatchObject({ content: 'hi', toolCalls: [], metaData: {} });
    expect(await agent.chat([{ role: 'user', content: 'x' }])).toMatchObject({
      content: 'hi',
      toolCalls: [],
      message: { role: 'assistant' },
    });
  });

  test.each<[string, unknown, string]>([
    ['a job instead of an answer', { job_id: 'j', status: 'queued' }, 'a text'],
    ['a list', [], 'an object'],
    ['data that is none', { content: 'x', data: [] }, 'an object'],
    ['calls that are none', { content: 'x', data: { tool_calls: [{}] } }, 'a list of objects with an id'],
  ])('%s is malformed', async (_, answer, expected) => {
    await using server = await scriptedServer((response) => sendJson(response, answer));
    expect(await failureOf(chatClient(server.url).chat('x'))).toMatchObject({ code: 'MALFORMED_RESPONSE', expected });
  });

  test('a page is malformed before it is read', async () => {
    await using server = await scriptedServer(
      (response) => void response.writeHead(200, { 'content-type': 'text/html' }).write('<html>'),
    );
    expect(await failureOf(chatClient(server.url).chat('x'))).toMatchObject({
      code: 'MALFORMED_RESPONSE',
      expected: 'application/json',
      received: 'text/html',
    });
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['no messages', []],
    ['a request without messages', {}],
    ['a role that is none', [{ role: 'system', content: 'x' }]],
    ['no message', [null]],
  ])('%s cannot be sent', async (_, input) => {
    const agent = chatClient('http://agent.test');
    expect(await failureOf(agent.chat(input as ChatInput))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(() => agent.stream(input as ChatInput)).toThrow(/expected/);
  });

  test('a url that is none', () => {
    for (const url of ['agent', 'ws://agent.test', ''])
      expect(() => chatClient(url)).toThrow('expected an http or https url');
    const withPassword = 'http://me:hunter2@agent.test';
    expect(() => chatClient(withPassword)).toThrow('expected no user and password in it; give them as auth');
  });

  test.each([
    ['', '/api/chat'],
    ['/', '/api/chat'],
    ['/agents/a//', '/agents/a/api/chat'],
    ['/agents/a?tenant=%2Fx', '/agents/a/api/chat?tenant=%2Fx'],
    ['/agents/{a}', '/agents/%7Ba%7D/api/chat'],
  ])('the path of %j', async (base, path) => {
    const asked: unknown[] = [];
    const agent = chatClient(`http://agent.test${base}`, {
      fetch: async (url, init) => {
        asked.push([url, init?.method, init?.body, new Headers(init?.headers).get('content-type')]);
        return Response.json(REPLY);
      },
    });
    await agent.chat('x');
    const body = '{"messages":[{"role":"user","content":"x"}]}';
    expect(asked).toEqual([[`http://agent.test${path}`, 'POST', body, 'application/json']]);
  });
});

describe('errors of HTTP', () => {
  const answers = (status: number, body: string, headers: object = {}) =>
    scriptedServer(
      (response) => void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body),
    );

  test('400 with a sentence, on both paths', async () => {
    await using server = await answers(400, '{"detail":"\'messages\' field missing from request body"}');
    for (const [path, work] of [
      ['chat', () => chatClient(server.url).chat('x')],
      ['chat-stream', () => chatClient(server.url).stream('x').final()],
    ] as const) {
      const error = await failureOf(work());
      expect(error).toMatchObject({
        code: 'HTTP_STATUS',
        status: 400,
        detail: "'messages' field missing from request body",
        retryable: false,
      });
      expect((error as Error).message).toBe(
        `${path} at ${server.url}/api/${path} answered HTTP 400: 'messages' field missing from request body`,
      );
      expect(isChatHttpError(error) && isAgentProtoError(error, 'HTTP_STATUS') && !isChatTurnError(error)).toBe(true);
    }
    expect(server.requests).toHaveLength(2);
  });

  test('422 with one entry a fault', async () => {
    const detail = [
      { type: 'missing', loc: ['body', 'messages', 0, 'role'], msg: 'Field required', input: { secret: 1 } },
      null,
    ];
    await using server = await answers(422, JSON.stringify({ detail }));
    const error = await failureOf(chatClient(server.url).chat('x'));
    expect(isChatHttpError(error) && error.detail).toEqual([
      { type: 'missing', loc: ['body', 'messages', 0, 'role'], msg: 'Field required' },
      { type: 'undefined', loc: [], msg: 'undefined' },
    ]);
    expect((error as Error).message).toContain('HTTP 422: body.messages.0.role: Field required');
  });

  test('a page, or nothing: the status alone', async () => {
    for (const body of ['<html>Bad gateway', '', 'null', '{"detail":5}']) {
      await using server = await answers(502, body);
      const error = await failureOf(chatClient(server.url, { retry: false }).chat('x'));
      expect(error).toMatchObject({ code: 'HTTP_STATUS', status: 502, retryable: true, bodyExcerpt: body });
      expect(isChatHttpError(error)).toBe(false);
    }
  });

  test('Retry-After stays with it', async () => {
    await using server = await answers(503, '{"detail":"busy"}', { 'retry-after': '7' });
    expect(await failureOf(chatClient(server.url, { retry: false }).stream('x').final())).toMatchObject({
      detail: 'busy',
      retryAfterMs: 7_000,
      retryable: true,
    });
  });
});

describe('sending again', () => {
  const decided = (decision: (item: ToolCall) => ToolCall): Message[] => [
    { role: 'user', content: 'ok', data: { tool_calls: [decision(call('t1'))] } },
  ];
  const approvals: [string, Message[]][] = [
    ['a tool call', decided(approve)],
    ['an approval', [{ role: 'user', data: { approvals: [{ ...call('t1'), type: 'tool_call', execute: true }] } }]],
    ['a command', [{ role: 'user', data: { cmds: [{ command: 'ls', execute: true }] } }]],
    [
      'the form of the documents',
      [
        { role: 'assistant', data: { tool_calls: [approve(call('t1'))] } },
        { role: 'user', content: 'Yes, approved' },
      ],
    ],
    ['a rejection', decided((item) => reject(item, 'no'))],
  ];
  const failures: [string, Parameters<typeof scriptedServer>[0]][] = [
    ['503', (response) => void response.writeHead(503).end()],
    ['429 with Retry-After', (response) => void response.writeHead(429, { 'retry-after': '0' }).end()],
    ['a connection that is reset', (response) => void response.destroy()],
  ];

  test.each(
    approvals.flatMap(([what, messages]) => failures.map(([how, script]) => [what, how, messages, script] as const)),
  )('what decides is sent once, come what may: %s, %s', async (_what, _how, messages, script) => {
    await using server = await scriptedServer(script);
    const agent = chatClient(server.url, { retry: { ...fast, resend: true } });
    expect(await failureOf(agent.chat(messages))).toBeInstanceOf(Error);
    expect(await failureOf(agent.stream(messages).final())).toBeInstanceOf(Error);
    expect(server.requests).toHaveLength(2);
  });

  test('what decides is sent once, also where nobody listens', async () => {
    const server = await scriptedServer(() => {});
    await server[Symbol.asyncDispose]();
    const attempts: boolean[] = [];
    const agent = chatClient(server.url, {
      retry: { ...fast, onFailedAttempt: ({ willRetry }) => attempts.push(willRetry) },
    });
    expect(await failureOf(agent.chat(decided(approve)))).toMatchObject({
      code: 'CONNECTION_FAILED',
      nothingSent: true,
    });
    expect(attempts).toEqual([false]);
    await failureOf(agent.chat('plain'));
    expect(attempts).toEqual([false, true, true, true, false]);
  });

  test.each(failures)('what decides nothing is sent again if asked for: %s', async (_, script) => {
    await using server = await scriptedServer((response, request, count) =>
      count < 3 ? script(response, request, count) : plays(delta('hi'), DONE)(response, request, count),
    );
    const undecided = decided((item) => ({ ...item, execute: false, rejection_reason: '' }));
    const agent = chatClient(server.url, { retry: { ...fast, resend: true } });
    expect((await agent.stream(undecided).final()).content).toBe('hi');
    expect(server.requests).toHaveLength(3);
    expect(new Set(server.requests.map(({ body }) => body)).size).toBe(1);
  });

  test.each(failures)('by itself only after a refusal: %s', async (how, script) => {
    await using server = await scriptedServer(script);
    await failureOf(chatClient(server.url, { retry: { ...fast, attempts: 2 } }).chat('x'));
    expect(server.requests).toHaveLength(how.startsWith('429') ? 2 : 1);
  });

  test('once an answer has begun, nothing is sent again', async () => {
    await using server = await scriptedServer((response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"role":');
      setImmediate(() => response.destroy());
    });
    expect(await failureOf(chatClient(server.url, { retry: { ...fast, resend: true } }).chat('x'))).toMatchObject({
      code: 'CONNECTION_FAILED',
    });
    expect(server.requests).toHaveLength(1);
  });

  test('a 401 is met once by a fresh token: the server has refused, and run nothing', async () => {
    await using server = await scriptedServer((response, { headers }) =>
      headers.authorization === 'Bearer new' ? sendJson(response, REPLY) : void response.writeHead(401).end(),
    );
    const agent = chatClient(server.url, { auth: ({ refresh }) => (refresh ? 'new' : 'old') });
    expect((await agent.chat(decide([], [approve(call('t1'))]))).content).toBe('hi');
    expect(server.requests).toHaveLength(2);
  });
});

describe('secrets', () => {
  const TOKEN = 'duplo-token-0123456789';
  const KUBECONFIG = 'users:\n- name: x\n  user:\n    token: eyJhbGciOiJSUzI1NiJ9.abc\n';
  const messages: Message[] = [
    {
      role: 'user',
      content: 'List',
      platform_context: {
        duplo_token: TOKEN,
        kubeconfig: KUBECONFIG,
        aws_credentials: { key: 'AKIA0123456789' },
        scopes: [{ Credential: { Data: { password: 'hunter2!' } } }],
      },
    },
  ];
  const secrets = [TOKEN, 'eyJhbGciOiJSUzI1NiJ9.abc', 'AKIA0123456789', 'hunter2!'];
  const said = `cannot use ${TOKEN}, ${JSON.stringify(KUBECONFIG)}, AKIA0123456789 and hunter2!; line 4: eyJhbGciOiJSUzI1NiJ9.abc`;

  test.each<[string, Parameters<typeof scriptedServer>[0]]>([
    ['a detail', (response) => sendJson(response, { detail: said }, 500)],
    [
      'details',
      (response) => sendJson(response, { detail: [{ type: 'x', loc: ['body'], msg: said, input: messages }] }, 422),
    ],
    ['a page', (response) => void response.writeHead(500, { 'content-type': 'text/html' }).end(said)],
    ['an error event', plays(delta('x'), { type: 'error', error: said })],
    [
      'no JSON',
      (response) => void response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(`${said}\n`),
    ],
    ['a wrong event', plays({ type: 'tool_calls', tool_calls: [said] })],
  ])('what a server says back of platform_context is not in the error: %s', async (_, script) => {
    await using server = await scriptedServer(script);
    const failed: unknown[] = [];
    const agent = chatClient(server.url, {
      retry: { onFailedAttempt: (attempt) => failed.push(attempt) },
      onDeviation: (deviation) => failed.push(deviation),
    });
    const error = await failureOf(agent.stream(messages).final());
    expect(error).toHaveProperty('code');
    const shown =
      inspect([error, failed], { depth: 20 }) + JSON.stringify([error, failed]) + String((error as Error).stack);
    for (const secret of secrets) expect(shown).not.toContain(secret);
    expect(shown).toContain('[platform_context]');
  });
});
