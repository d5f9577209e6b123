import { A2AClient, type BindingName, isA2AError, responseOf, textOf } from '@agentproto/client/a2a';
import { createReferenceServer, type ReferenceServer } from '@agentproto/reference-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cardFor, clientOf, failureOf, rpc, scriptedServer, sendJson, taskIn } from './scripted-server.ts';

const BINDINGS: BindingName[] = ['JSONRPC', 'HTTP+JSON'];
const EXTENDED = { description: 'For those who are known' };
const AT_ONCE = { configuration: { returnImmediately: true } };

/** A message that tells the agent what to do. */
const script = (...steps: object[]) => ({
  parts: [{ data: { steps }, mediaType: 'application/vnd.agentproto.script+json' }],
});

describe.each(BINDINGS)('optional operations on our reference server over %s', (binding) => {
  let server: ReferenceServer;
  let client: A2AClient;
  const deviations: string[] = [];
  beforeAll(async () => {
    server = await createReferenceServer({
      apiKey: 'key-of-the-test',
      a2a: { capabilities: { streaming: true, pushNotifications: true }, extendedCard: EXTENDED },
      webhooks: { loopback: true },
    });
    client = await A2AClient.connect(server.url, {
      binding,
      auth: 'key-of-the-test',
      onDeviation: ({ message }) => deviations.push(message),
    });
  });
  afterAll(async () => {
    await client.close();
    await server.close();
  });

  test('webhooks are made, read, listed and deleted', async () => {
    const { task } = await client.send(script({ hold: { until: 'cancel' } }), AT_ONCE);
    const taskId = task!.id;
    const given = { url: 'http://127.0.0.1:9/', token: 't', authentication: { scheme: 'Bearer', credentials: 'c' } };
    const made = await client.createPushConfig(taskId, given);
    expect(made).toEqual({ ...given, taskId, id: expect.stringMatching(/./) });
    expect(await client.createPushConfig(taskId, { id: 'mine', url: given.url })).toMatchObject({ id: 'mine' });
    expect(await client.getPushConfig(taskId, made.id!)).toEqual(made);
    const first = await client.listPushConfigs(taskId, { pageSize: 1 });
    expect(first.configs).toEqual([made]);
    expect(first.nextPageToken).not.toBe('');
    const all = await Array.fromAsync(client.listAllPushConfigs(taskId, { pageSize: 1 }));
    expect(all.map(({ id }) => id)).toEqual([made.id, 'mine']);
    for (let twice = 0; twice < 2; twice++) expect(await client.deletePushConfig(taskId, 'mine')).toBeUndefined();
    expect((await client.listPushConfigs(taskId)).configs).toEqual([made]);
    expect(isA2AError(await failureOf(client.getPushConfig(taskId, 'mine')), 'TaskNotFound')).toBe(true);
    expect(await failureOf(client.createPushConfig('nobody', given))).toMatchObject({ name: 'TaskNotFound' });
    await client.cancel(taskId);
  });

  test('a webhook that comes with a message is kept', async () => {
    const { task } = await client.send(script({ hold: { until: 'cancel' } }), {
      configuration: {
        returnImmediately: true,
        taskPushNotificationConfig: { id: 'inline', url: 'http://127.0.0.1:9/' },
      },
    });
    expect((await client.listPushConfigs(task!.id)).configs).toMatchObject([{ id: 'inline', taskId: task!.id }]);
    await client.cancel(task!.id);
  });

  test('the extended card takes the place of the card', async () => {
    expect(client.card.description).not.toBe(EXTENDED.description);
    expect((await client.extendedCard()).description).toBe(EXTENDED.description);
    expect(client.card.description).toBe(EXTENDED.description);
  });

  test('every page of a list, each task once', async () => {
    const { task } = await client.send('one');
    const contextId = task!.contextId!;
    for (let more = 0; more < 4; more++) await client.send({ text: 'more', contextId });
    const all = await Array.fromAsync(client.listAll({ contextId, pageSize: 2 }));
    expect(new Set(all.map(({ id }) => id)).size).toBe(5);
    expect(all).toHaveLength(5);
    const page = await client.list({ contextId, pageSize: 2, status: 'TASK_STATE_COMPLETED' });
    expect(page).toMatchObject({ totalSize: 5, pageSize: 2 });
    expect(page.tasks).toHaveLength(2);
  });

  test('nothing of this was a deviation', () => expect(deviations).toEqual([]));
});

describe('what the card does not declare is not asked for', () => {
  test.each(BINDINGS)('over %s', async (binding) => {
    await using server = await scriptedServer((response) => sendJson(response, {}));
    const client = await clientOf(server, binding);
    const config = { url: 'http://h/' };
    const push = { name: 'PushNotificationNotSupported', cardMember: 'capabilities.pushNotifications' };
    for (const call of [
      () => client.createPushConfig('t1', config),
      () => client.getPushConfig('t1', 'c1'),
      () => client.listPushConfigs('t1'),
      () => client.deletePushConfig('t1', 'c1'),
      () => client.send('x', { configuration: { taskPushNotificationConfig: config } }),
      async () => client.stream('x', { configuration: { taskPushNotificationConfig: config } }),
    ]) {
      expect(await failureOf(call())).toMatchObject(push);
    }
    const error = await failureOf(client.extendedCard());
    expect(error).toMatchObject({
      code: 'A2A_ERROR',
      name: 'UnsupportedOperation',
      rpcCode: -32004,
      httpStatus: undefined,
      cardMember: 'capabilities.extendedAgentCard',
      message: 'GetExtendedAgentCard: the card does not declare capabilities.extendedAgentCard (A2A §3.3.4)',
    });
    expect(responseOf(error as object)).toBeUndefined();
    expect(server.requests).toEqual([]);
  });
});

describe('on the wire', () => {
  const capable = (url: string, binding: BindingName, tenant?: string) => {
    const card = cardFor(url, binding);
    card.capabilities = { pushNotifications: true, extendedAgentCard: true };
    if (tenant) card.supportedInterfaces[0]!.tenant = tenant;
    return card;
  };
  const callAll = async (client: A2AClient) => {
    await client.createPushConfig('t 1', { id: 'c', url: 'http://h/', token: 't' });
    await client.getPushConfig('t 1', 'c/1');
    await client.listPushConfigs('t 1', { pageSize: 5 });
    await client.deletePushConfig('t 1', 'c/1');
    await client.extendedCard();
  };
  const CONFIG = { id: 'c', taskId: 't 1', url: 'http://h/' };

  test('HTTP+JSON: routes, with the tenant in front; an empty answer to a deletion', async () => {
    await using server = await scriptedServer((response, { method, path }) => {
      if (method === 'DELETE') return void response.writeHead(204).end();
      const isList = /Configs(\?|$)/.test(path) && method === 'GET';
      const result = path.endsWith('/extendedAgentCard') ? cardFor('http://h') : isList ? {} : CONFIG;
      sendJson(response, result, 200, 'application/a2a+json');
    });
    const card = capable(server.url, 'HTTP+JSON', 'T/1');
    await callAll(await A2AClient.connect(server.url, { card }));
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /T%2F1/tasks/t%201/pushNotificationConfigs',
      'GET /T%2F1/tasks/t%201/pushNotificationConfigs/c%2F1',
      'GET /T%2F1/tasks/t%201/pushNotificationConfigs?pageSize=5',
      'DELETE /T%2F1/tasks/t%201/pushNotificationConfigs/c%2F1',
      'GET /T%2F1/extendedAgentCard',
    ]);
    expect(JSON.parse(server.requests[0]!.body)).toEqual({ id: 'c', url: 'http://h/', token: 't' });
  });

  test('JSON-RPC: methods and their params; null for a deletion', async () => {
    await using server = await scriptedServer((response, request) => {
      const { method } = JSON.parse(request.body);
      const result = method.startsWith('Delete')
        ? null
        : method === 'GetExtendedAgentCard'
          ? cardFor('http://h')
          : method.startsWith('List')
            ? { configs: [CONFIG] }
            : CONFIG;
      sendJson(response, rpc(request, result));
    });
    await callAll(await A2AClient.connect(server.url, { card: capable(server.url, 'JSONRPC', 'T/1') }));
    const bodies = server.requests.map(({ body }) => JSON.parse(body));
    const tenant = 'T/1';
    expect(bodies.map(({ method, params }) => [method, params])).toEqual([
      ['CreateTaskPushNotificationConfig', { tenant, taskId: 't 1', id: 'c', url: 'http://h/', token: 't' }],
      ['GetTaskPushNotificationConfig', { tenant, taskId: 't 1', id: 'c/1' }],
      ['ListTaskPushNotificationConfigs', { tenant, taskId: 't 1', pageSize: 5 }],
      ['DeleteTaskPushNotificationConfig', { tenant, taskId: 't 1', id: 'c/1' }],
      ['GetExtendedAgentCard', { tenant }],
    ]);
  });

  test('what others answer is mended, and told', async () => {
    await using server = await scriptedServer((response, request, count) =>
      sendJson(
        response,
        rpc(request, count === 1 ? { taskId: 't 1', pushNotificationConfig: { id: 'c', url: 'http://h/' } } : [CONFIG]),
      ),
    );
    const told: { kind: string; row: string }[] = [];
    const client = await A2AClient.connect(server.url, {
      card: capable(server.url, 'JSONRPC'),
      onDeviation: ({ kind, row }) => told.push({ kind, row }),
    });
    expect(await client.createPushConfig('t 1', { url: 'http://h/' })).toEqual(CONFIG);
    expect(await client.listPushConfigs('t 1')).toEqual({ configs: [CONFIG], nextPageToken: '' });
    expect(told).toEqual([
      { kind: 'old-spelling', row: 'A2A10-PUSH-001' },
      { kind: 'missing-member', row: 'A2A10-PUSH-005' },
    ]);
  });

  test('a configuration with an id is sent again after a broken connection, one without is not', async () => {
    await using server = await scriptedServer((response, request, count) =>
      count % 2 === 1 ? void response.destroy() : sendJson(response, rpc(request, CONFIG)),
    );
    const client = await A2AClient.connect(server.url, {
      card: capable(server.url, 'JSONRPC'),
      retry: { baseMs: 1 },
    });
    expect(await client.createPushConfig('t 1', { id: 'c', url: 'http://h/' })).toEqual(CONFIG);
    expect(await failureOf(client.createPushConfig('t 1', { url: 'http://h/' }))).toMatchObject({
      code: 'CONNECTION_FAILED',
    });
  });
});

describe.each(BINDINGS)('an agent that does not stream, over %s', (binding) => {
  let server: ReferenceServer;
  let client: A2AClient;
  beforeAll(async () => {
    server = await createReferenceServer({ a2a: { capabilities: {} } });
    client = await A2AClient.connect(server.url, { binding, polling: { baseMs: 2, maxMs: 10 } });
  });
  afterAll(async () => {
    await client.close();
    await server.close();
  });

  const SLOWLY = (signal: string) =>
    script(
      { text: 'one ' },
      { hold: { until: 'signal', signal } },
      { text: 'two' },
      { end: 'completed', text: 'done' },
    );

  test('stream: one event at the end, or what happens, where the agent need not wait', async () => {
    expect(await Array.fromAsync(client.stream('hello'))).toMatchObject([
      { task: { status: { state: 'TASK_STATE_COMPLETED' } } },
    ]);
    const kinds: (string | undefined)[] = [];
    let text = '';
    const signal = `go-${binding}`;
    const stream = client.stream(SLOWLY(signal), AT_ONCE);
    for await (const event of stream) {
      kinds.push(Object.keys(event)[0]);
      text += event.statusUpdate ? '' : textOf(event);
      if (text === 'one ') server.signal(signal);
    }
    expect(text).toBe('one two');
    expect(kinds[0]).toBe('task');
    expect(kinds.slice(1)).toContain('artifactUpdate');
    expect(kinds.at(-1)).toBe('statusUpdate');
    expect((await stream.final()).task).toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' } });
    expect(textOf(await stream.final())).toBe('one two');
  });

  test('subscribe follows by looking', async () => {
    const signal = `sub-${binding}`;
    const { task } = await client.send(SLOWLY(signal), AT_ONCE);
    const stream = client.subscribe(task!.id);
    let looks = 0;
    for await (const event of stream) {
      if (looks++ === 0) expect(event.task?.id).toBe(task!.id);
      if (textOf(event).includes('one')) server.signal(signal);
    }
    expect(looks).toBeGreaterThan(1);
    expect(textOf(await stream.final())).toBe('one two');
    expect(await Array.fromAsync(client.subscribe(task!.id))).toMatchObject([{ task: { id: task!.id } }]);
    expect(await failureOf(client.subscribe('nobody').final())).toMatchObject({ name: 'TaskNotFound' });
  });
});

test('a task that waits for credentials is looked at for a while: they may come another way (§7.6.2)', async () => {
  await using server = await scriptedServer((response, request, count) => {
    const state = count === 4 ? 'COMPLETED' : count === 1 ? 'WORKING' : 'AUTH_REQUIRED';
    const { task } = taskIn(`TASK_STATE_${state}`);
    sendJson(response, rpc(request, task));
  });
  const card = { ...cardFor(server.url), capabilities: {} };
  const client = await A2AClient.connect(server.url, { card, polling: { baseMs: 1, maxMs: 2 } });
  const states = async () => {
    const seen: (string | undefined)[] = [];
    for await (const { task, statusUpdate } of client.subscribe('t1')) seen.push((task ?? statusUpdate)?.status.state);
    return seen.map((state) => state?.slice(11));
  };
  expect(await states()).toEqual(['WORKING', 'AUTH_REQUIRED', 'COMPLETED']);
  const impatient = await A2AClient.connect(server.url, {
    card,
    polling: { baseMs: 1, maxMs: 2 },
    timeouts: { idleMs: 40 },
  });
  const seen = await Array.fromAsync(impatient.subscribe('t1'));
  expect(seen).toMatchObject([{ task: { status: { state: 'TASK_STATE_AUTH_REQUIRED' } } }]);
});

test('a card where A2A 0.2 had it is read, and told', async () => {
  await using server = await scriptedServer((response, { path, headers }) =>
    path === '/.well-known/agent.json'
      ? sendJson(response, cardFor(`http://${headers.host}`))
      : void response.writeHead(404).end(),
  );
  const told: string[] = [];
  const client = await A2AClient.connect(`${server.url}/one`, { onDeviation: ({ kind }) => told.push(kind) });
  expect(client.card.name).toBe('Test agent');
  expect(told).toEqual(['card-path']);
});

describe('the HTTP answer behind a result', () => {
  test.each(BINDINGS)('over %s: of results, streams and errors', async (binding) => {
    await using server = await scriptedServer((response, request, count) => {
      response.setHeader('x-request-id', `r-${count}`);
      response.setHeader('a2a-extensions', 'urn:one');
      const isRpc = binding === 'JSONRPC';
      const said = (result: object) => (isRpc ? rpc(request, result) : result);
      const type = isRpc ? 'application/json' : 'application/a2a+json';
      if (count === 3) {
        const error = isRpc
          ? { code: -32001, message: 'no' }
          : { code: 404, message: 'no', details: [{ '@type': 'x', reason: 'TASK_NOT_FOUND' }] };
        const body = isRpc ? { jsonrpc: '2.0', id: JSON.parse(request.body).id, error } : { error };
        return sendJson(response, body, isRpc ? 200 : 404, type);
      }
      if (count === 4) return void response.writeHead(503).end();
      const { task } = taskIn('TASK_STATE_COMPLETED');
      sendJson(response, said(count === 2 ? { task } : task), 200, type);
    });
    const client = await clientOf(server, binding, { retry: false });
    const task = await client.get('t1');
    const info = responseOf(task)!;
    expect(info).toMatchObject({ operation: 'GetTask', attempt: 1, status: 200, requestId: 'r-1' });
    expect(info.headers.get('A2A-Extensions')).toBe('urn:one');
    expect(info.url.startsWith(server.url)).toBe(true);
    expect(info.body).toMatchObject(binding === 'JSONRPC' ? { jsonrpc: '2.0', result: { id: 't1' } } : { id: 't1' });
    const stream = client.stream('x');
    expect(responseOf(stream)).toBeUndefined();
    await stream.final();
    expect(responseOf(stream)).toMatchObject({ operation: 'SendStreamingMessage', requestId: 'r-2' });
    const refused = (await failureOf(client.get('t1'))) as object;
    expect(refused).toMatchObject({ name: 'TaskNotFound' });
    expect(responseOf(refused)).toMatchObject({ requestId: 'r-3', body: { error: { message: 'no' } } });
    expect(responseOf((await failureOf(client.get('t1'))) as object)).toMatchObject({ status: 503, requestId: 'r-4' });
  });

  test.each([false, true])('of what was sent, looked at again until its end: %s', async (running) => {
    await using server = await scriptedServer((response, request, count) => {
      response.setHeader('x-request-id', `r-${count}`);
      const { task } = taskIn(running && count === 1 ? 'TASK_STATE_WORKING' : 'TASK_STATE_COMPLETED');
      sendJson(response, rpc(request, count === 1 ? { task } : task));
    });
    const client = await clientOf(server, 'JSONRPC', { polling: { baseMs: 1 } });
    const sent = await client.send('x', { wait: true });
    expect(sent.task?.status.state).toBe('TASK_STATE_COMPLETED');
    expect(responseOf(sent)).toMatchObject({ requestId: running ? 'r-2' : 'r-1', status: 200 });
  });
});
