import { A2AClient, type ClientRequest } from '@agentproto/client/a2a';
import { describe, expect, test } from 'vitest';
import { cardFor, clientOf, rpc, scriptedServer, sendJson, taskIn } from './scripted-server.ts';

const TASK = taskIn('TASK_STATE_COMPLETED');
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('expected a failure'),
    (error: unknown) => error,
  );

const answers = () =>
  scriptedServer((response, request) => {
    const rest = request.path.includes('/tasks') || request.path.includes('/message');
    const method = rest ? '' : JSON.parse(request.body).method;
    const list = method === 'ListTasks' || request.path.startsWith('/tasks?') || request.path === '/tasks';
    const send = method.startsWith('Send') || request.path.includes('/message');
    const result = list
      ? { tasks: [], nextPageToken: '', pageSize: 50, totalSize: 0 }
      : send || request.path.includes(':subscribe') || method === 'SubscribeToTask'
        ? TASK
        : TASK.task;
    sendJson(response, rest ? result : rpc(request, result), 200, rest ? 'application/a2a+json' : 'application/json');
  });

async function callAll(client: A2AClient): Promise<void> {
  await client.send(
    { text: 'x' },
    { configuration: { historyLength: 0, acceptedOutputModes: ['text/plain'] }, metadata: { k: 1 } },
  );
  await client.stream({ text: 'x' }).final();
  await client.get('t 1/ü', { historyLength: 0 });
  await client.list({ contextId: 'c&1', status: 'TASK_STATE_WORKING', pageSize: 10, includeArtifacts: false });
  await client.cancel('t1', { metadata: { why: 'bored' } });
  await client.subscribe('t1').final();
}

describe('on the wire', () => {
  test('JSON-RPC', async () => {
    await using server = await answers();
    await callAll(await clientOf(server));
    const bodies = server.requests.map(({ body }) => JSON.parse(body));
    expect(server.requests.every(({ method, path }) => method === 'POST' && path === '/')).toBe(true);
    expect(bodies.map(({ method }) => method)).toEqual([
      'SendMessage',
      'SendStreamingMessage',
      'GetTask',
      'ListTasks',
      'CancelTask',
      'SubscribeToTask',
    ]);
    expect(bodies.map(({ jsonrpc }) => jsonrpc)).toEqual(Array(6).fill('2.0'));
    expect(new Set(bodies.map(({ id }) => id)).size).toBe(6);
    expect(bodies[0].params).toEqual({
      message: { messageId: expect.any(String), role: 'ROLE_USER', parts: [{ text: 'x' }] },
      configuration: { historyLength: 0, acceptedOutputModes: ['text/plain'] },
      metadata: { k: 1 },
    });
    expect(bodies.slice(2).map(({ params }) => params)).toEqual([
      { id: 't 1/ü', historyLength: 0 },
      { contextId: 'c&1', status: 'TASK_STATE_WORKING', pageSize: 10, includeArtifacts: false },
      { id: 't1', metadata: { why: 'bored' } },
      { id: 't1' },
    ]);
    for (const { headers } of server.requests)
      expect(headers).toMatchObject({ 'a2a-version': '1.0', 'content-type': 'application/json' });
    expect(server.requests.map(({ headers }) => headers.accept)).toEqual([
      'application/json',
      'text/event-stream, application/json',
      'application/json',
      'application/json',
      'application/json',
      'text/event-stream, application/json',
    ]);
  });

  test('HTTP+JSON: what GET says is in path and query only', async () => {
    await using server = await answers();
    await callAll(await clientOf(server, 'HTTP+JSON'));
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /message:send',
      'POST /message:stream',
      'GET /tasks/t%201%2F%C3%BC?historyLength=0',
      'GET /tasks?contextId=c%261&status=TASK_STATE_WORKING&pageSize=10&includeArtifacts=false',
      'POST /tasks/t1:cancel',
      'POST /tasks/t1:subscribe',
    ]);
    expect(server.requests.map(({ body }) => body && JSON.parse(body))).toEqual([
      expect.objectContaining({ message: expect.anything(), configuration: expect.anything() }),
      expect.objectContaining({ message: expect.anything() }),
      '',
      '',
      { metadata: { why: 'bored' } },
      {},
    ]);
    for (const { headers, method } of server.requests) {
      expect(headers['a2a-version']).toBe('1.0');
      expect(headers['content-type']).toBe(method === 'POST' ? 'application/a2a+json' : undefined);
      expect(headers.accept).toContain('application/a2a+json, application/json');
    }
  });

  test('the tenant of the interface, and none where there is none', async () => {
    await using server = await answers();
    for (const binding of ['JSONRPC', 'HTTP+JSON'] as const) {
      const card = cardFor(server.url, binding);
      await callAll(
        await A2AClient.connect(server.url, {
          card: {
            ...card,
            supportedInterfaces: card.supportedInterfaces.map((offer) => ({ ...offer, tenant: 'a b' })),
          },
        }),
      );
    }
    const [overRpc, overRest] = [server.requests.slice(0, 6), server.requests.slice(6)];
    expect(overRpc.map(({ body }) => JSON.parse(body).params.tenant)).toEqual(Array(6).fill('a b'));
    for (const { path, body } of overRest) {
      expect(path).toMatch(/^\/a%20b\/(message|tasks)/);
      expect(body).not.toContain('tenant');
    }
    server.requests.splice(0);
    await callAll(await clientOf(server));
    expect(server.requests.filter(({ body }) => body.includes('tenant'))).toEqual([]);
  });

  test('below the path of the interface, with its query', async () => {
    await using server = await answers();
    await (
      await A2AClient.connect(server.url, { card: cardFor(`${server.url}/agents/one/?key=k`, 'HTTP+JSON') })
    ).get('t1', { historyLength: 1 });
    expect(server.requests[0]!.path).toBe('/agents/one/tasks/t1?key=k&historyLength=1');
  });

  test('extensions and headers, of the client and of the call', async () => {
    await using server = await answers();
    const client = await clientOf(server, 'JSONRPC', {
      extensions: ['urn:one'],
      headers: { 'x-key': 'client', 'user-agent': 'mine' },
    });
    await client.get('t1', { extensions: ['urn:two', 'urn:one'], headers: { 'x-key': 'call' } });
    expect(server.requests[0]!.headers).toMatchObject({
      'a2a-extensions': 'urn:one, urn:two',
      'x-key': 'call',
      'user-agent': 'mine',
    });
    await client.get('t1');
    expect(server.requests[1]!.headers).toMatchObject({ 'a2a-extensions': 'urn:one', 'x-key': 'client' });
  });

  test('limits of a call that cannot be', async () => {
    await using server = await answers();
    const client = await clientOf(server);
    expect(await failureOf(client.get('t1', { timeouts: { idleMs: -1 } }))).toMatchObject({
      code: 'INVALID_INPUT',
      message: 'idleMs: expected a number above 0, got -1',
    });
    expect(server.requests).toHaveLength(0);
  });

  test('ids that cannot be sent', async () => {
    await using server = await answers();
    const client = await clientOf(server, 'HTTP+JSON');
    for (const id of ['', '.', '..', undefined as never])
      expect(await failureOf(client.get(id)), String(id)).toMatchObject({ code: 'INVALID_INPUT' });
    expect(server.requests).toHaveLength(0);
  });
});

describe('what the agent does otherwise than the specification says', () => {
  const deviationsOf = async (answer: (id: number) => { value: unknown; type?: string }) => {
    const deviations: { kind: string; message: string; operation: string }[] = [];
    await using server = await scriptedServer((response, request) => {
      const { value, type } = answer(JSON.parse(request.body).id);
      sendJson(response, value, 200, type);
    });
    const task = await (
      await clientOf(server, 'JSONRPC', { onDeviation: (deviation) => deviations.push(deviation) })
    ).get('t1');
    return { task, deviations };
  };

  test('nothing: nothing is reported, and unknown members are kept', async () => {
    const { task, deviations } = await deviationsOf((id) => ({
      value: { jsonrpc: '2.0', id, result: { ...TASK.task, future: true } },
    }));
    expect(task).toEqual({ ...TASK.task, future: true });
    expect(deviations).toEqual([]);
  });

  test.each<[string, string, (id: number) => { value: unknown; type?: string }]>([
    ['no jsonrpc', 'jsonrpc: expected "2.0", got nothing', (id) => ({ value: { id, result: TASK.task } })],
    ['another id', 'id: expected 1, got "1"', () => ({ value: { jsonrpc: '2.0', id: '1', result: TASK.task } })],
    [
      'an error beside the result',
      'expected exactly one of result and error, got both',
      (id) => ({ value: { jsonrpc: '2.0', id, result: TASK.task, error: null } }),
    ],
    [
      'another content type',
      'expected application/json, got text/plain',
      (id) => ({ value: { jsonrpc: '2.0', id, result: TASK.task }, type: 'text/plain' }),
    ],
  ])('%s is reported, and the answer is taken', async (_, message, answer) => {
    const { task, deviations } = await deviationsOf(answer);
    expect(task.id).toBe('t1');
    expect(deviations).toHaveLength(1);
    expect(deviations[0]).toMatchObject({ operation: 'GetTask', message: expect.stringContaining(message) });
  });

  test('required members that are left out of a page', async () => {
    await using server = await scriptedServer((response, request) => sendJson(response, rpc(request, {})));
    const kinds: string[] = [];
    const client = await clientOf(server, 'JSONRPC', { onDeviation: ({ kind }) => kinds.push(kind) });
    expect(await client.list()).toEqual({ tasks: [], nextPageToken: '', pageSize: 0, totalSize: 0 });
    expect(kinds).toEqual(['missing-member']);
  });

  test('what no reading can mend', async () => {
    await using server = await scriptedServer((response, request, count) => {
      const results: unknown[] = [
        { kind: 'job', id: 'j1' },
        { task: TASK.task, message: { parts: [] } },
        { task: null },
        'text',
        { task: { id: 't1', status: {} } },
      ];
      sendJson(response, rpc(request, results[count - 1]));
    });
    const client = await clientOf(server);
    for (let round = 0; round < 5; round++)
      expect(await failureOf(client.send({ text: 'x' })), String(round)).toMatchObject({ code: 'MALFORMED_RESPONSE' });
  });

  test('a page token that comes again does not loop', async () => {
    await using server = await scriptedServer((response, request) =>
      sendJson(response, rpc(request, { tasks: [TASK.task], nextPageToken: 'same', pageSize: 1, totalSize: 9 })),
    );
    expect(await failureOf(Array.fromAsync((await clientOf(server)).listAll()))).toMatchObject({
      code: 'MALFORMED_RESPONSE',
      expected: 'a new nextPageToken',
    });
    expect(server.requests).toHaveLength(2);
  });
});

describe('middleware', () => {
  test('is an onion around every request, and may send twice', async () => {
    await using server = await scriptedServer((response, request, count) =>
      count === 1 ? void response.writeHead(418).end() : sendJson(response, rpc(request, TASK.task)),
    );
    const order: string[] = [];
    const seen: ClientRequest[] = [];
    const client = await clientOf(server, 'JSONRPC', {
      auth: 'secret-token',
      middleware: [
        async (request, next) => {
          order.push('outer in');
          seen.push(request);
          let response = await next(request);
          if (response.status === 418) {
            await response.body?.cancel();
            const headers = new Headers(request.headers);
            headers.set('x-second', 'yes');
            response = await next({ ...request, headers });
          }
          order.push('outer out');
          return response;
        },
        async (request, next) => {
          order.push('inner');
          return next(request);
        },
      ],
    });
    expect((await client.get('t1')).id).toBe('t1');
    expect(order).toEqual(['outer in', 'inner', 'inner', 'outer out']);
    expect(seen[0]).toMatchObject({ operation: 'GetTask', attempt: 1, method: 'POST' });
    expect(seen[0]!.headers.has('authorization')).toBe(false);
    expect(server.requests.map(({ headers }) => [headers['x-second'], headers.authorization])).toEqual([
      [undefined, 'Bearer secret-token'],
      ['yes', 'Bearer secret-token'],
    ]);
  });

  test("may answer by itself, and a fetch of one's own is used", async () => {
    const client = await A2AClient.connect('http://agent.invalid', {
      card: cardFor('http://agent.invalid'),
      middleware: [
        async (request, next) =>
          request.body?.includes('GetTask')
            ? Response.json({ jsonrpc: '2.0', id: 1, result: TASK.task })
            : next(request),
      ],
      fetch: async () => Response.json({ jsonrpc: '2.0', id: 2, result: TASK }),
    });
    expect((await client.get('t1')).id).toBe('t1');
    expect((await client.send({ text: 'x' })).task?.id).toBe('t1');
  });

  test('a fetch that does not look at its signal cannot hold a call', async () => {
    const hanging = (): Promise<Response> => new Promise(() => {});
    const silent = async () => new Response(new ReadableStream(), { headers: { 'content-type': 'application/json' } });
    for (const [fetch, code] of [
      [hanging, 'CONNECT_TIMEOUT'],
      [silent, 'IDLE_TIMEOUT'],
    ] as const) {
      const client = await A2AClient.connect('http://agent.invalid', {
        card: cardFor('http://agent.invalid'),
        fetch,
        retry: false,
        timeouts: { connectMs: 20, idleMs: 20 },
      });
      expect(await failureOf(client.get('t1'))).toMatchObject({ code });
    }
  });
});

test('no message of an error holds a secret', async () => {
  await using server = await scriptedServer((response) => void response.writeHead(403).end('no'));
  const card = cardFor(`${server.url}/rpc?api_key=s3cret`);
  const client = await A2AClient.connect(server.url, { card, auth: 's3cret', headers: { 'x-api-key': 's3cret' } });
  const error = (await failureOf(client.get('t1'))) as Error;
  expect(error).toMatchObject({ code: 'HTTP_STATUS', status: 403 });
  expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('s3cret');
  expect(error.message).toContain('GetTask at http://127.0.0.1');
});

test.each([
  { timeouts: { idleMs: 0 } },
  { timeouts: { totalMs: Number.NaN } },
  { limits: { bodyBytes: -1 } },
  { binding: 'GRPC' as never },
])('options that cannot be: %j', async (options) => {
  expect(
    await failureOf(A2AClient.connect('http://127.0.0.1:1', { card: cardFor('http://127.0.0.1:1'), ...options })),
  ).toMatchObject({ code: 'INVALID_INPUT' });
});
