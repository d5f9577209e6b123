import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { failureOf, messageOf, startServer } from './caller.test.kit.ts';

/** Sends bytes as they are, and reads until the server ends the connection or `enough` has come. */
async function raw(url: string, bytes: string, enough?: RegExp): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
    if (enough?.test(text)) socket.destroy();
  });
  socket.on('error', () => {});
  await once(socket, 'close');
  return text;
}

const JSON_HEADERS = { 'content-type': 'application/json', 'a2a-version': '1.0' };
const rpc = (id: unknown, method: string, params?: unknown) => JSON.stringify({ jsonrpc: '2.0', id, method, params });

describe('JSON-RPC', () => {
  const begin = async (options = {}) => {
    const { url, urls } = await startServer(options);
    const post = async (
      body: string | Uint8Array<ArrayBuffer>,
      headers: Record<string, string> = JSON_HEADERS,
      to = urls['a2a@1.0'] ?? '',
    ) => {
      const response = await fetch(to, { method: 'POST', headers, body });
      expect(response.headers.get('content-type')).toBe('application/json');
      const answer = (await response.json()) as { id: unknown };
      return { status: response.status, id: answer.id, answer, failure: failureOf(response, answer) };
    };
    return { url, urls, post };
  };

  test.each([
    ['no JSON', '{"jsonrpc":', null, -32700],
    ['nothing', '', null, -32700],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), null, -32700],
    ['a scalar', '1', null, -32600],
    ['an empty array', '[]', null, -32600],
    ['a batch', `[${rpc(1, 'ListTasks')}]`, null, -32600],
    ['no version of JSON-RPC', '{"id":5,"method":"ListTasks"}', 5, -32600],
    ['no method', '{"jsonrpc":"2.0","id":"a"}', 'a', -32600],
    ['no id', '{"jsonrpc":"2.0","method":"ListTasks"}', null, -32600],
    ['an object as id', '{"jsonrpc":"2.0","id":{},"method":"ListTasks"}', null, -32600],
    ['a text as params', rpc(1, 'ListTasks', 'x'), 1, -32600],
    ['an unknown method', rpc('é', 'message/send', {}), 'é', -32601],
    ['a method of Object', rpc(1, 'constructor', {}), 1, -32601],
    ['an array as params', rpc(1, 'GetTask', ['id']), 1, -32602],
    ['no params where some are needed', rpc(0, 'GetTask'), 0, -32602],
    ['a number as id of a task', rpc(1, 'GetTask', { id: 1 }), 1, -32602],
    ['too deep params', rpc(1, 'ListTasks', JSON.parse('{"a":'.repeat(300) + '1' + '}'.repeat(300))), 1, -32602],
    [
      'too deep metadata',
      rpc(1, 'CancelTask', { id: 'x', metadata: JSON.parse('[{"a":'.repeat(300) + '1' + '}]'.repeat(300)) }),
      1,
      -32602,
    ],
  ])('%s is an error of JSON-RPC', async (_what, body, id, code) => {
    const { post } = await begin();
    expect(await post(body)).toMatchObject({ status: 200, id, failure: { code } });
  });

  test('is also at the URL with a slash, and at the root; params may be absent; ids come back as they went', async () => {
    const { url, urls, post } = await begin();
    for (const to of [`${urls['a2a@1.0']}/`, url])
      expect(await post(rpc('1', 'ListTasks'), JSON_HEADERS, to)).toMatchObject({ id: '1', failure: undefined });
    expect(
      await post(rpc(1, 'ListTasks'), { ...JSON_HEADERS, 'content-type': 'application/json; charset=utf-8' }),
    ).toMatchObject({ id: 1, failure: undefined });
  });

  test.each([['text/plain'], ['application/x-www-form-urlencoded'], ['nonsense']])(
    '%s is no type of a request',
    async (type) => {
      const { post } = await begin();
      const { failure } = await post(rpc(1, 'ListTasks'), { ...JSON_HEADERS, 'content-type': type });
      expect(failure).toMatchObject({ code: -32005, reason: 'CONTENT_TYPE_NOT_SUPPORTED' });
    },
  );

  test('a body over the limit is refused, its length said or not, and the server goes on', async () => {
    const { urls, post } = await begin({ limits: { bodyBytes: 1_000 } });
    const large = {
      status: 413,
      failure: { code: -32600, reason: 'BODY_TOO_LARGE', message: 'The body may have 1000 bytes.' },
    };
    expect(await post('x'.repeat(1_001))).toMatchObject(large);
    expect(await post('x'.repeat(3_000_000))).toMatchObject(large);
    const chunked = await fetch(urls['a2a@1.0'] ?? '', {
      method: 'POST',
      headers: JSON_HEADERS,
      body: new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(600)) }),
      duplex: 'half',
    } as RequestInit).catch(() => undefined);
    expect(chunked?.status ?? 413).toBe(413);
    expect(await post(rpc(1, 'ListTasks'))).toMatchObject({ status: 200, failure: undefined });
  });

  test('who goes on sending after the answer can still read it', async () => {
    const { url } = await begin({ limits: { bodyBytes: 1_000 } });
    const { hostname, port } = new URL(url);
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    const send = (text: string) =>
      new Promise<void>((resolve, reject) => void socket.write(text, (error) => (error ? reject(error) : resolve())));
    const head = 'POST /a2a/1.0 HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n';
    await send(head + 'x'.repeat(1_001));
    let text = '';
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1\.1 413 [^]*connection: close/i);
    // A socket that is closed answers the first of these with a reset.
    for (const size of [999, 1_000, 1_000, 1_000]) await send('x'.repeat(size));
    socket.end();
    await once(socket, 'close');
    expect(socket.errored).toBeNull();
  });

  test('a message as large as the limit is taken', async () => {
    const { post } = await begin();
    const limit = 10 * 1024 * 1024;
    const frame = rpc(1, 'SendMessage', { message: messageOf('') });
    const { answer } = await post(frame.replace('"text":""', `"text":"${'x'.repeat(limit - frame.length)}"`));
    expect(answer).toMatchObject({ result: { task: { status: { state: 'TASK_STATE_COMPLETED' } } } });
    expect((await post(frame.replace('"text":""', `"text":"${'x'.repeat(limit - frame.length + 1)}"`))).status).toBe(
      413,
    );
  });

  test('a body that does not come is answered in time', async () => {
    const { url } = await begin({ limits: { bodyMs: 50 } });
    const head =
      'POST /a2a/1.0 HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"jsonrpc"';
    const text = await raw(url, head);
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(text).toMatch(/connection: close/i);
    const body = JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) as object;
    expect(body).toMatchObject({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32600, data: [{ reason: 'BODY_TIMEOUT' }] },
    });
  });

  test('other verbs at its URL are told which one it is', async () => {
    const { urls } = await begin();
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const response = await fetch(urls['a2a@1.0'] ?? '', { method, headers: JSON_HEADERS });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
      expect(failureOf(response, await response.json())).toMatchObject({ code: 405, reason: 'METHOD_NOT_ALLOWED' });
    }
  });
});

describe('HTTP+JSON', () => {
  const begin = async (options = {}) => {
    const { url, urls } = await startServer(options);
    const ask = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(urls['a2a@1.0'] + path, { headers: JSON_HEADERS, ...init });
      expect(response.headers.get('content-type')).toBe('application/a2a+json');
      const body: unknown = await response.json();
      const failure = failureOf(response, body);
      if (failure) expect(failure.code).toBe(response.status);
      return { status: response.status, allow: response.headers.get('allow'), body, failure };
    };
    return {
      url,
      ask,
      post: (path: string, body?: string, headers = JSON_HEADERS) =>
        ask(path, { method: 'POST', headers, ...(body !== undefined && { body }) }),
    };
  };

  test.each([
    ['/nope', 'GET', 404, null],
    ['/tasks/a/b/c/d', 'GET', 404, null],
    ['/tasks/x:cancel', 'GET', 405, 'POST'],
    ['/tasks/x', 'POST', 405, 'GET'],
    ['/message:send', 'GET', 405, 'POST'],
    ['/tasks/x:subscribe', 'DELETE', 405, 'POST, GET'],
    ['/tasks/x/pushNotificationConfigs', 'PUT', 405, 'POST, GET'],
    ['/tasks', 'OPTIONS', 405, 'GET'],
  ])('%s with %s is answered with %i', async (path, method, status, allow) => {
    const { ask } = await begin();
    expect(await ask(path, { method })).toMatchObject({ status, allow });
  });

  test('a path that is no path is an error in the same format', async () => {
    const { url } = await begin();
    const text = await raw(url, 'GET /a2a/1.0/tasks/%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toMatch(/"status":"INVALID_ARGUMENT"/);
  });

  test.each([
    ['no JSON', '{"message"', 'JSON_PARSE'],
    ['no object', '[]', 'INVALID_PARAMS'],
    ['null', 'null', 'INVALID_PARAMS'],
    ['nothing', undefined, 'INVALID_PARAMS'],
  ])('%s as a message is refused', async (_what, body, reason) => {
    const { post } = await begin();
    expect(await post('/message:send', body)).toMatchObject({ status: 400, failure: { reason } });
  });

  test('takes bodies of both types, and none other', async () => {
    const { post } = await begin();
    const body = JSON.stringify({ message: messageOf('x') });
    const typed = (type: string) => post('/message:send', body, { ...JSON_HEADERS, 'content-type': type });
    expect((await typed('application/a2a+json')).status).toBe(200);
    expect((await typed('application/json; charset=utf-8')).status).toBe(200);
    expect(await typed('text/plain')).toMatchObject({ status: 400, failure: { reason: 'CONTENT_TYPE_NOT_SUPPORTED' } });
  });

  test('cancel and subscribe need no body; subscribe is there for GET and POST', async () => {
    const { url, ask, post } = await begin();
    const held = JSON.stringify({ message: messageOf('@hold'), configuration: { returnImmediately: true } });
    const id = async () => ((await post('/message:send', held)).body as { task: { id: string } }).task.id;
    for (const [method, init] of [
      ['GET', {}],
      ['POST', {}],
      ['POST', { body: '{}' }],
    ] as const) {
      const taskId = await id();
      const response = await fetch(`${url}/a2a/1.0/tasks/${taskId}:subscribe`, {
        method,
        headers: JSON_HEADERS,
        ...init,
      });
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      expect(await post(`/tasks/${taskId}:cancel`)).toMatchObject({ status: 200, body: { id: taskId } });
      expect(await response.text()).toMatch(/CANCELED.*\n\n$/);
    }
    expect(await ask('/tasks/%20')).toMatchObject({ status: 404 });
  });

  test.each([
    ['nothing', undefined, 'application/json'],
    ['nothing, of no type', undefined, undefined],
    ['blanks', ' \r\n', 'application/json'],
    ['an empty object', '{}', 'application/a2a+json'],
    ['an empty object of no type', ' { } ', undefined],
    ['null, as the Go client has it', 'null', 'application/json'],
    ['null of no type', 'null', undefined],
  ])('%s is a body where none is needed', async (_what, body, type) => {
    const { url, post } = await begin();
    const held = JSON.stringify({ message: messageOf('@hold'), configuration: { returnImmediately: true } });
    const { task } = (await post('/message:send', held)).body as { task: { id: string } };
    const text = (path: string) =>
      raw(
        url,
        [
          `POST /a2a/1.0/tasks/${task.id}:${path} HTTP/1.1`,
          'host: x',
          'a2a-version: 1.0',
          ...(type ? [`content-type: ${type}`] : []),
          ...(body === undefined ? [] : [`content-length: ${body.length}`]),
          'connection: close',
          '',
          body ?? '',
        ].join('\r\n'),
      );
    const stream = text('subscribe');
    expect(await text('cancel')).toMatch(/^HTTP\/1\.1 200 [^]*CANCELED/);
    expect(await stream).toMatch(/^HTTP\/1\.1 200 [^]*text\/event-stream[^]*CANCELED/);
  });

  test('a body that says something has to be an object, and JSON', async () => {
    const { post } = await begin();
    expect(await post('/tasks/x:cancel', '[]')).toMatchObject({ status: 400, failure: { reason: 'INVALID_PARAMS' } });
    expect(await post('/tasks/x:cancel', ' '.repeat(70) + '{')).toMatchObject({
      status: 400,
      failure: { reason: 'JSON_PARSE' },
    });
  });

  test.each([
    [undefined, 'application/a2a+json'],
    ['*/*', 'application/a2a+json'],
    ['text/event-stream, application/a2a+json, application/json', 'application/a2a+json'],
    ['application/json', 'application/json'],
    ['text/event-stream', 'application/json'],
  ])('with Accept: %s an answer and an error are %s', async (accept, type) => {
    const { url } = await begin();
    for (const path of ['tasks', 'tasks/none']) {
      const text = await raw(
        url,
        `GET /a2a/1.0/${path} HTTP/1.1\r\nhost: x\r\na2a-version: 1.0\r\n${accept ? `accept: ${accept}\r\n` : ''}connection: close\r\n\r\n`,
      );
      expect(text).toContain(`content-type: ${type}\r\n`);
    }
  });

  test('is at the root as well', async () => {
    const { url } = await begin();
    const sent = await fetch(`${url}/message:send`, {
      method: 'POST',
      headers: JSON_HEADERS,
      body: JSON.stringify({ message: messageOf('x') }),
    });
    const { task } = (await sent.json()) as { task: { id: string } };
    const got = await fetch(`${url}/tasks/${task.id}`, { headers: JSON_HEADERS });
    expect(await got.json()).toMatchObject({ id: task.id });
  });

  test('bodies that are too large or too slow have an error in its format', async () => {
    const { url, post } = await begin({ limits: { bodyBytes: 100, bodyMs: 50 } });
    expect(await post('/message:send', 'x'.repeat(101))).toMatchObject({
      status: 413,
      failure: { reason: 'BODY_TOO_LARGE' },
    });
    const slow = await raw(
      url,
      'POST /a2a/1.0/message:send HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    );
    expect(slow).toMatch(/^HTTP\/1\.1 408 /);
    expect(slow).toMatch(/"status":"DEADLINE_EXCEEDED"/);
  });
});

describe('elsewhere', () => {
  test('what is nowhere is answered in plain JSON', async () => {
    const { url } = await startServer();
    for (const method of ['GET', 'POST', 'DELETE']) {
      const response = await fetch(`${url}/nope`, { method, ...(method === 'POST' && { body: '{' }) });
      expect([response.status, await response.json()]).toEqual([
        404,
        { error: { code: 'NOT_FOUND', message: 'There is nothing at /nope.' } },
      ]);
    }
    expect(await raw(url, 'PROPFIND /a2a/1.0/tasks HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 404 [^]*"status":"NOT_FOUND"/,
    );
  });

  test('what is no HTTP, or has no end of its head, is answered or cut', async () => {
    const { url } = await startServer({ limits: { headersMs: 100, bodyMs: 50 } });
    expect(await raw(url, 'hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(url, `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}`)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await raw(url, 'GET / HTTP/1.1\r\nhost: x\r\n')).toMatch(/^HTTP\/1\.1 408 /);
  });
});
