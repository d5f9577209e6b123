import { A2AClient, type BindingName } from '@agentproto/client/a2a';
import { describe, expect, test } from 'vitest';
import { cardFor, clientOf, failureOf, scriptedServer, sendJson } from './scripted-server.ts';

/** What is told of a call that came to nothing: who refused it, and why. */

describe.each<[BindingName]>([['JSONRPC'], ['HTTP+JSON']])('over %s', (binding) => {
  test.each([
    [{ detail: 'No tenant' }],
    [{ message: 'No tenant' }],
    [{ detail: [{ loc: ['body'], msg: 'No tenant' }] }],
    [{ title: 'No tenant', status: 400 }],
  ])('a refusal that says why: %j', async (body) => {
    await using server = await scriptedServer((response) => sendJson(response, body, 400));
    expect(await failureOf((await clientOf(server, binding)).get('t1'))).toMatchObject({
      code: 'HTTP_STATUS',
      status: 400,
      reason: 'No tenant',
      message: expect.stringMatching(/answered HTTP 400: No tenant$/),
    });
  });

  test('a reason is short, and holds no credentials', async () => {
    await using server = await scriptedServer((response, { headers }) =>
      sendJson(
        response,
        { detail: `${headers['x-api-key']} and ${headers.authorization} and api_key=abcdef0123 ${'x'.repeat(300)}` },
        403,
      ),
    );
    const client = await clientOf(server, binding, { headers: { 'x-api-key': 'key-of-mine' }, auth: 'token-of-mine' });
    const error = (await failureOf(client.get('t1'))) as Error & { reason: string; bodyExcerpt: string };
    expect(error.reason).toHaveLength(200);
    expect(error.reason).toMatch(/^\[redacted\] and Bearer \[redacted\] and api_key=\[redacted\] xxx/);
    expect(error.message + error.bodyExcerpt).not.toMatch(/of-mine|abcdef/);
  });

  test.each([
    ['text/html', '<h1>Welcome</h1>', 'text/html'],
    ['application/json', '', 'an empty body'],
    ['text/plain', ' \n', 'an empty body'],
  ])('200 with %s: %j', async (type, body, got) => {
    await using server = await scriptedServer(
      (response) => void response.writeHead(200, { 'content-type': type }).end(body),
    );
    expect(await failureOf((await clientOf(server, binding)).get('t1'))).toMatchObject({
      code: 'MALFORMED_RESPONSE',
      message: expect.stringMatching(new RegExp(`: expected JSON, got ${got}$`)),
    });
  });

  test('401 says that `auth` is missing, or was refused, with what the server says', async () => {
    await using server = await scriptedServer((response) => sendJson(response, { detail: 'Who are you?' }, 401));
    const without = await failureOf((await clientOf(server, binding)).get('t1'));
    expect(without).toMatchObject({
      status: 401,
      message: expect.stringContaining('answered HTTP 401, `auth` is missing or refused: Who are you?'),
    });
    const refused = await failureOf((await clientOf(server, binding, { auth: 'token-of-mine' })).get('t1'));
    expect((refused as Error).message).toContain('answered HTTP 401, `auth` was refused: Who are you?');
  });
});

test('nobody listens: says what refused, and where', async () => {
  const server = await scriptedServer(() => {});
  const client = await clientOf(server, 'JSONRPC', { retry: false });
  await server[Symbol.asyncDispose]();
  const { host } = new URL(server.url);
  expect(await failureOf(client.get('t1'))).toMatchObject({
    code: 'CONNECTION_FAILED',
    nothingSent: true,
    message: `GetTask at ${server.url}/: ECONNREFUSED ${host}`,
  });
});

test('in a browser, a refused fetch may be a matter of origins', async () => {
  const fetch = async () => {
    throw new TypeError('Failed to fetch');
  };
  const client = await A2AClient.connect('http://h', { card: cardFor('http://h'), fetch, retry: false });
  Object.assign(globalThis, { location: { origin: 'http://page' } });
  try {
    expect(await failureOf(client.get('t1'))).toMatchObject({
      code: 'CONNECTION_FAILED',
      message: expect.stringContaining('the server may not allow the origin http://page (CORS)'),
    });
  } finally {
    Reflect.deleteProperty(globalThis, 'location');
  }
});
