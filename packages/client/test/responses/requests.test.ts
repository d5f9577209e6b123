import { isAgentProtoError } from '@agentproto/client/errors';
import { type Deviation, isResponsesError, requestIdOf, responsesClient } from '@agentproto/client/responses';
import { expect, test } from 'vitest';
import { failureOf, sendJson } from '../scripted-server.ts';
import { messageOf, responseIn, scripted } from './scripted.ts';

const list = (ids: string[], has_more = false) => ({
  object: 'list',
  data: ids.map((id) => messageOf(id, id)),
  first_id: ids[0] ?? null,
  last_id: ids.at(-1) ?? null,
  has_more,
});

test('every operation asks for its own path', async () => {
  const deleted = { id: 'x', object: 'response.deleted', deleted: true };
  const conversation = { id: 'conv_1', object: 'conversation', created_at: 1, metadata: {} };
  await using given = await scripted((response, { method, path }) => {
    const { pathname } = new URL(path, 'http://h');
    const result = /input_tokens/.test(path)
      ? { object: 'response.input_tokens', input_tokens: 3 }
      : method === 'DELETE' && !/items/.test(path)
        ? deleted
        : /items\/|conversations(\/[^/]+)?$/.test(pathname) && !pathname.endsWith('items')
          ? { type: 'message', ...conversation }
          : /items$|models$/.test(pathname)
            ? list(['a'])
            : /models\//.test(path)
              ? { id: 'm', object: 'model', created: 1, owned_by: 'o' }
              : responseIn('completed');
    sendJson(response, result);
  });
  const { client } = given;
  await client.create([{ role: 'user', content: 'hi' }, messageOf('a') as never]);
  await client.retrieve('a/b', { include: ['reasoning.encrypted_content', 'message.output_text.logprobs'] });
  await client.delete('r');
  await client.cancel('r');
  await client.listInputItems('r', { limit: 5, order: 'asc', after: 'x' });
  expect(await client.countInputTokens({ input: 'hi' })).toMatchObject({ input_tokens: 3 });
  await client.compact({ input: 'hi' });
  await client.listModels();
  await client.getModel('m');
  await client.deleteModel('m');
  await client.conversations.create({ metadata: { a: 'b' } });
  await client.conversations.get('c');
  await client.conversations.update('c', { a: 'b' });
  await client.conversations.delete('c');
  await client.conversations.addItems('c', [{ type: 'message', role: 'user', content: 'hi' }]);
  await client.conversations.listItems('c');
  await client.conversations.getItem('c', 'i');
  await client.conversations.deleteItem('c', 'i');
  expect(given.requests.map(({ method, path }) => `${method} ${path.slice('/v1'.length)}`)).toEqual([
    'POST /responses',
    'GET /responses/a%2Fb?include=reasoning.encrypted_content&include=message.output_text.logprobs',
    'DELETE /responses/r',
    'POST /responses/r/cancel',
    'GET /responses/r/input_items?limit=5&order=asc&after=x',
    'POST /responses/input_tokens',
    'POST /responses/compact',
    'GET /models',
    'GET /models/m',
    'DELETE /models/m',
    'POST /conversations',
    'GET /conversations/c',
    'POST /conversations/c',
    'DELETE /conversations/c',
    'POST /conversations/c/items',
    'GET /conversations/c/items',
    'GET /conversations/c/items/i',
    'DELETE /conversations/c/items/i',
  ]);
  expect(JSON.parse(given.requests[0]!.body)).toEqual({
    model: 'm',
    input: [{ type: 'message', role: 'user', content: 'hi' }, messageOf('a')],
  });
  expect(JSON.parse(given.requests[5]!.body)).toEqual({ model: 'm', input: 'hi' });
  for (const { body, headers } of given.requests) {
    expect(headers['content-type']).toBe(body ? 'application/json' : undefined);
    expect(Object.keys(headers).filter((name) => name.startsWith('x-'))).toEqual([]);
  }
});

test('keeps the query of the url, and sends the credentials', async () => {
  await using given = await scripted((response) => sendJson(response, responseIn('completed')));
  const client = responsesClient(`${given.server.url}/v1/?api-version=3`, { auth: 'secret-token' });
  await client.create({ input: 'hi', model: 'n' });
  await client.listInputItems('r', { limit: 1 }).catch(() => {});
  expect(given.requests.map(({ path }) => path)).toEqual([
    '/v1/responses?api-version=3',
    '/v1/responses/r/input_items?api-version=3&limit=1',
  ]);
  expect(given.requests[0]!.headers.authorization).toBe('Bearer secret-token');
});

test('pages are asked for when they are needed', async () => {
  const pages = [list(['a', 'b'], true), list(['c'])];
  await using given = await scripted((response, _, count) => sendJson(response, pages[count - 1]));
  const ids: unknown[] = [];
  for await (const item of given.client.inputItems('r', { limit: 2 })) {
    ids.push((item as { id: string }).id);
    expect(given.requests).toHaveLength(ids.length < 3 ? 1 : 2);
  }
  expect(ids).toEqual(['a', 'b', 'c']);
  expect(given.requests[1]!.path).toBe('/v1/responses/r/input_items?limit=2&after=b');
});

test('a page that leads to itself is an error, not a loop', async () => {
  await using given = await scripted((response) => sendJson(response, list(['a'], true)));
  const read = (async () => {
    for await (const item of given.client.inputItems('r')) void item;
  })();
  expect(await failureOf(read)).toMatchObject({ code: 'MALFORMED_RESPONSE', expected: 'a new last_id' });
});

test.each([
  [
    'the specification',
    { error: { type: 'invalid_request', code: 'x', param: 'model', message: 'bad' } },
    'bad',
    'model',
    0,
  ],
  ['a sentence of FastAPI', { detail: 'bad' }, 'bad', undefined, 1],
  [
    'faults of FastAPI',
    {
      detail: [
        { loc: ['body', 'input', 0], msg: 'no text', type: 't', input: 'SECRET' },
        { loc: ['body'], msg: 'bad' },
      ],
    },
    'input.0: no text; bad',
    'input.0',
    1,
  ],
  ['flat', { code: 'x', message: 'bad', param: 'model' }, 'bad', 'model', 1],
  ['a text for an error', { error: 'bad' }, 'bad', undefined, 1],
])('an error in the shape of %s', async (_, body, reason, param, deviations) => {
  const told: Deviation[] = [];
  await using given = await scripted((response) => sendJson(response, body, 400), {
    onDeviation: (deviation) => told.push(deviation),
  });
  const error = await failureOf(given.client.create('hi'));
  expect(error).toMatchObject({ code: 'RESPONSES_ERROR', status: 400, reason, param, retryable: false });
  expect(told.map(({ row }) => row)).toEqual(deviations ? ['RESP-ERR-001'] : []);
});

test('a text is a typed error too; a page of a gateway is an HTTP error', async () => {
  await using given = await scripted((response, _, count) => {
    response.writeHead(500, { 'content-type': count === 1 ? 'text/plain' : 'text/html' });
    response.end(count === 1 ? 'Internal Server Error' : '<h1>no</h1>');
  });
  expect(await failureOf(given.client.create('hi'))).toMatchObject({
    code: 'RESPONSES_ERROR',
    reason: 'Internal Server Error',
  });
  expect(await failureOf(given.client.create('hi'))).toMatchObject({ code: 'HTTP_STATUS', status: 500 });
});

test('errors do not repeat credentials', async () => {
  await using given = await scripted(
    (response) => sendJson(response, { error: { type: 'x', message: 'no such key secret-token' } }, 401),
    { auth: 'secret-token' },
  );
  const error = (await failureOf(given.client.create('hi'))) as Error;
  expect(isResponsesError(error) && error.reason).toBe('no such key [redacted]');
  expect(error.message).not.toContain('secret');
});

test('429 is waited for as the server says, and quota is not', async () => {
  await using given = await scripted((response, { body }, count) => {
    if (body.includes('quota')) {
      return sendJson(
        response,
        { error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'pay' } },
        429,
      );
    }
    if (count > 1) return sendJson(response, responseIn('completed'));
    response.setHeader('retry-after-ms', '5');
    response.setHeader('x-request-id', 'req_1');
    sendJson(response, { error: { type: 'too_many_requests', message: 'wait' } }, 429);
  });
  const delays: number[] = [];
  const onFailedAttempt = ({ delayMs }: { delayMs: number }) => delays.push(delayMs);
  await given.client.create('hi', { retry: { onFailedAttempt } });
  expect(delays).toHaveLength(1);
  expect(delays[0]).toBeGreaterThanOrEqual(5);
  expect(delays[0]).toBeLessThan(100);
  expect(await failureOf(given.client.create('quota'))).toMatchObject({
    retryable: false,
    errorCode: 'insufficient_quota',
  });
  expect(given.requests).toHaveLength(3);
});

test('a request is not sent again when the server may have begun; what only reads is', async () => {
  await using given = await scripted((response, { method }, count) => {
    if (count < 3)
      return sendJson(response, { error: { type: 'server_error', message: 'oh' } }, method === 'GET' ? 500 : 501);
    sendJson(response, responseIn('completed'));
  });
  expect(await failureOf(given.client.create('hi'))).toMatchObject({ status: 501, retryable: false });
  await given.client.retrieve('r', { retry: { baseMs: 1 } });
  expect(given.requests.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET']);
});

test('results have the id of their request', async () => {
  await using given = await scripted((response) => {
    response.setHeader('x-request-id', 'req_2');
    sendJson(response, responseIn('completed'));
  });
  expect(requestIdOf(await given.client.create('hi'))).toBe('req_2');
});

test('what is no response is refused, and says where', async () => {
  await using given = await scripted((response, _, count) =>
    sendJson(response, count === 1 ? { hello: 1 } : { error: { message: 'oh' } }),
  );
  expect(await failureOf(given.client.create('hi'))).toMatchObject({
    code: 'MALFORMED_RESPONSE',
    expected: 'a response',
    where: expect.stringContaining('/v1/responses'),
  });
  expect(await failureOf(given.client.create('hi'))).toMatchObject({ code: 'RESPONSES_ERROR', status: undefined });
});

test('deleting works with servers that answer nothing, or null', async () => {
  await using given = await scripted((response, _, count) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(count === 1 ? '' : 'null');
  });
  expect(await given.client.delete('r')).toEqual({ id: 'r', object: 'response', deleted: true });
  expect(await given.client.delete('r')).toMatchObject({ deleted: true });
});

test('waits for what is in the background', async () => {
  const states = ['queued', 'in_progress', 'completed'];
  await using given = await scripted((response, _, count) => sendJson(response, responseIn(states[count - 1]!)));
  const { id } = await given.client.create({ input: 'hi', background: true });
  expect(await given.client.wait(id)).toMatchObject({ status: 'completed' });
  expect(given.requests).toHaveLength(3);
});

test('what cannot be sent is said before it is sent', async () => {
  expect(() => responsesClient('ftp://h')).toThrow('http or https');
  expect(() => responsesClient('http://u:p@h')).toThrow('no user and password');
  await using given = await scripted((response) => void response.end());
  for (const attempt of [
    () => given.client.create(null as never),
    () => given.client.create({ input: 'hi', stream: true } as never),
    () => given.client.retrieve(''),
    () => given.client.conversations.get(''),
  ]) {
    expect(isAgentProtoError(await failureOf((async () => attempt())()), 'INVALID_INPUT')).toBe(true);
  }
  expect(given.requests).toEqual([]);
});
