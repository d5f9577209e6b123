import { A2AClient, type Deviation, textOf } from '@agentproto/client/a2a';
import { describe, expect, test } from 'vitest';
import { sentTo, agentWith, OLD_PATH, NEW_PATH } from './scripted-eras.ts';
import { beginSse, failureOf, rpc, type Script, scriptedServer, sendJson, writeEvent } from './scripted-server.ts';

/** What of earlier revisions no server at hand does, and what would go unnoticed there. */

const refuses =
  (code: number): Script =>
  (response, request) =>
    sendJson(response, { jsonrpc: '2.0', id: JSON.parse(request.body).id, error: { code, message: 'no' } });

test.each<[string, string, object, string]>([
  ['says it', NEW_PATH, { protocolVersion: '0.3.0' }, '0.3.0'],
  ['is where 0.3 has it', NEW_PATH, {}, '0.3'],
  ['says it, where 0.2 has it', OLD_PATH, { protocolVersion: '0.2.5' }, '0.2.5'],
  ['has members that 0.1 does not have', OLD_PATH, { securitySchemes: {} }, '0.2'],
  ['has the authentication of 0.1', OLD_PATH, { authentication: { schemes: ['Bearer'] } }, '0.1'],
])('the revision of a card that %s', async (_, path, card, version) => {
  await using server = await agentWith(path, card, () => {});
  const told: Deviation[] = [];
  const client = await A2AClient.connect(server.url, { onDeviation: (deviation) => told.push(deviation) });
  expect(client.interface).toMatchObject({ url: `${server.url}/rpc`, protocolVersion: version });
  expect(client.card).toMatchObject({ name: 'old', description: '', defaultInputModes: ['text'] });
  expect(told).toEqual([]);
  if (version === '0.1') expect(client.card.securityRequirements).toEqual([{ schemes: { Bearer: { list: [] } } }]);
});

test('a card that could be of 0.2 or of 0.1: the first answer tells', async () => {
  await using server = await agentWith(OLD_PATH, {}, (response, request, count) =>
    sentTo(request).method === 'tasks/send'
      ? sendJson(response, rpc(request, { id: 't', sessionId: 's', status: { state: 'completed' } }))
      : refuses(-32601)(response, request, count),
  );
  const told: Deviation[] = [];
  const client = await A2AClient.connect(server.url, { onDeviation: (deviation) => told.push(deviation) });
  expect((await client.send('x')).task).toMatchObject({ contextId: 's', status: { state: 'TASK_STATE_COMPLETED' } });
  expect(client.interface.protocolVersion).toBe('0.1');
  // The card did not say anything that was wrong.
  expect(told).toEqual([]);
});

test('a card for several revisions: the wanted one, wherever it is', async () => {
  await using server = await scriptedServer((response, { path, headers }) => {
    const url = `http://${headers.host}`;
    if (path === OLD_PATH) return sendJson(response, { name: 'old', url: `${url}/old`, protocolVersion: '0.2.6' });
    if (path !== NEW_PATH) return void response.writeHead(404).end();
    const supportedInterfaces = [{ url: `${url}/new`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' }];
    sendJson(response, { name: 'both', supportedInterfaces, url: `${url}/0.3`, protocolVersion: '0.3.0' });
  });
  const urlIn = async (version?: '1.0' | '0.3' | '0.2') =>
    (await A2AClient.connect(server.url, version && { version })).interface.url.replace(server.url, '');
  expect(await urlIn()).toBe('/new');
  expect(await urlIn('1.0')).toBe('/new');
  expect(await urlIn('0.3')).toBe('/0.3');
  expect(await urlIn('0.2')).toBe('/old');
  expect(await failureOf(A2AClient.connect(server.url, { version: '0.1' }))).toMatchObject({
    code: 'DISCOVERY_FAILED',
    message: expect.stringContaining('the card offers JSONRPC 1.0, JSONRPC 0.3.0; this client speaks JSONRPC 0.1'),
  });
});

test.each<[string, object]>([
  [
    '1.0',
    { supportedInterfaces: [{ url: 'agents.example.com:443', protocolBinding: 'GRPC', protocolVersion: '1.0' }] },
  ],
  ['0.3', { url: 'agents.example.com:443', preferredTransport: 'GRPC', protocolVersion: '1.0' }],
])('a card of %s that offers gRPC alone', async (_, card) => {
  await using server = await scriptedServer((response) => sendJson(response, card));
  expect(await failureOf(A2AClient.connect(server.url))).toMatchObject({
    code: 'DISCOVERY_FAILED',
    message: expect.stringContaining(
      'the card offers GRPC 1.0; this client speaks JSONRPC 1.0, HTTP+JSON 1.0, JSONRPC 0.3',
    ),
  });
});

test('a card of 0.3 that is given', async () => {
  await using server = await scriptedServer((response, request) =>
    sendJson(response, rpc(request, { kind: 'task', id: 't', contextId: 'c', status: { state: 'working' } })),
  );
  const client = await A2AClient.connect(server.url, {
    card: { name: 'x', url: server.url, protocolVersion: '0.3.0' },
  });
  expect((await client.get('t')).status.state).toBe('TASK_STATE_WORKING');
});

describe('A2A 0.3', () => {
  const TASK = { kind: 'task', id: 't', contextId: 'c', status: { state: 'completed' } };
  const connected = async (server: { url: string }, told: Deviation[] = []) =>
    A2AClient.connect(server.url, { onDeviation: (deviation) => told.push(deviation) });

  test('a send asks the agent to wait, and waits itself where it does not', async () => {
    await using server = await agentWith(NEW_PATH, {}, (response, request) =>
      sendJson(
        response,
        rpc(request, {
          ...TASK,
          status: { state: sentTo(request).method === 'tasks/get' ? 'completed' : 'submitted' },
        }),
      ),
    );
    const client = await connected(server);
    expect((await client.send('x', { extensions: ['urn:e'] })).task?.status.state).toBe('TASK_STATE_COMPLETED');
    const sent = server.requests.find(({ path }) => path === '/rpc')!;
    expect(sentTo(sent).params['configuration']).toEqual({ blocking: true, acceptedOutputModes: ['text'] });
    expect(sent.headers).toMatchObject({ 'x-a2a-extensions': 'urn:e' });
    expect(sent.headers).not.toHaveProperty('a2a-version');
    const { task } = await client.send('x', { wait: false });
    expect(task?.status.state).toBe('TASK_STATE_SUBMITTED');
    expect((await client.send('x', { configuration: { returnImmediately: true } })).task?.status.state).toBe(
      'TASK_STATE_SUBMITTED',
    );
    expect(sentTo(server.requests.at(-1)!).params['configuration']).toEqual({
      blocking: false,
      acceptedOutputModes: ['text'],
    });
  });

  test('a status whose message is a mere text, as one of Reactive Agents: its reason is read', async () => {
    await using server = await agentWith(NEW_PATH, {}, (response, request) =>
      sendJson(response, rpc(request, { ...TASK, status: { state: 'failed', message: 'It did not work' } })),
    );
    const told: Deviation[] = [];
    const { task } = await (await connected(server, told)).send('x');
    expect(task?.status).toMatchObject({
      state: 'TASK_STATE_FAILED',
      message: { parts: [{ text: 'It did not work' }] },
    });
    expect(told.map(({ kind, row }) => `${kind} ${row}`)).toEqual(['plain-message A2A03-DM-004']);
  });

  test('an artifact that comes after the end, as from Reactive Agents, is not lost', async () => {
    const update = { taskId: 't', contextId: 'c' };
    await using server = await agentWith(NEW_PATH, { capabilities: { streaming: true } }, async (response, request) => {
      beginSse(response);
      for (const event of [
        { ...update, kind: 'status-update', status: { state: 'completed' }, final: true },
        { ...update, kind: 'artifact-update', artifact: { artifactId: 'a', parts: [{ kind: 'text', text: 'late' }] } },
      ])
        await writeEvent(response, rpc(request, event));
      response.end();
    });
    const told: Deviation[] = [];
    const stream = (await connected(server, told)).stream('x');
    expect(textOf(await stream.final())).toBe('late');
    expect(told.map(({ kind }) => kind)).toEqual(['event-after-end']);
  });

  test('what is not as 0.3 says is read, and told once a kind', async () => {
    const odd = [
      { task: { id: 't', contextId: 'c', status: { state: 'TASK_STATE_SUBMITTED' } } },
      { taskId: 't', contextId: 'c', artifact: { artifactId: 'a', parts: [{ text: 'one' }] } },
      { kind: 'status-update', taskId: 't', contextId: 'c', status: { state: 'completed' }, final: false },
    ];
    await using server = await agentWith(NEW_PATH, { capabilities: { streaming: true } }, async (response, request) => {
      beginSse(response);
      for (const event of odd) await writeEvent(response, rpc(request, event));
      response.end();
    });
    const told: Deviation[] = [];
    const client = await connected(server, told);
    for (let round = 0; round < 2; round++) {
      const { task } = await client.stream('x').final();
      expect(task?.status.state).toBe('TASK_STATE_COMPLETED');
      expect(textOf(task!)).toBe('one');
    }
    expect(told.map(({ kind, row }) => `${kind} ${row}`)).toEqual([
      'other-spelling A2A03-DM-002',
      'missing-kind A2A03-DM-001',
      'not-final A2A03-STREAM-004',
    ]);
  });

  test('over HTTP+JSON, a server that takes only messages with a kind', async () => {
    await using server = await scriptedServer((response, { path, body, headers }) => {
      if (path === NEW_PATH)
        return sendJson(response, {
          url: `http://${headers.host}/v1`,
          preferredTransport: 'HTTP+JSON',
          protocolVersion: '0.3.0',
        });
      if (path !== '/v1/message:send') return void response.writeHead(404).end();
      const { message } = JSON.parse(body);
      if (!message.parts) return sendJson(response, { code: -32600, message: 'Invalid request parameters' }, 400);
      sendJson(
        response,
        message.parts[0].text === 'bad' ? { code: -32602, message: 'not that' } : TASK,
        message.parts[0].text === 'bad' ? 400 : 200,
      );
    });
    const client = await connected(server);
    // Refused in both forms: it is the message.
    expect(await failureOf(client.send('bad'))).toMatchObject({ name: 'InvalidRequest' });
    expect((await client.send('x')).task?.id).toBe('t');
    const before = server.requests.length;
    await client.send('x');
    expect(server.requests.length - before).toBe(1);
    expect(await failureOf(client.send('bad'))).toMatchObject({
      name: 'InvalidParams',
      message: expect.stringContaining('not that'),
    });
  });

  test.each<[number, unknown, object]>([
    [404, { message: 'Task not found' }, { name: 'TaskNotFound', httpStatus: 404 }],
    [409, { message: 'no' }, { name: 'TaskNotCancelable' }],
    [404, { code: -32001, message: 'Task not found' }, { name: 'TaskNotFound', rpcCode: -32001 }],
    [400, { error: { code: -32002, message: 'no' } }, { name: 'TaskNotCancelable' }],
    [404, { detail: 'Not Found' }, { code: 'HTTP_STATUS', status: 404 }],
  ])('an error over HTTP+JSON: %i %j', async (status, body, expected) => {
    await using server = await scriptedServer((response, { path, headers }) =>
      path === NEW_PATH
        ? sendJson(response, {
            url: `http://${headers.host}`,
            preferredTransport: 'HTTP+JSON',
            protocolVersion: '0.3.0',
          })
        : sendJson(response, body, status),
    );
    expect(await failureOf((await connected(server)).cancel('t'))).toMatchObject(expected);
  });

  test('a subscription that does not begin with the task lacks nothing, and has nothing twice', async () => {
    const artifact = (text: string) => ({ artifactId: 'a', parts: [{ kind: 'text', text }] });
    const update = { kind: 'artifact-update', taskId: 't', contextId: 'c' };
    let looks = 0;
    await using server = await agentWith(NEW_PATH, { capabilities: { streaming: true } }, async (response, request) => {
      if (sentTo(request).method === 'tasks/get') {
        const [state, text] = looks++ === 0 ? ['working', 'one '] : ['completed', 'one two three'];
        return sendJson(response, rpc(request, { ...TASK, status: { state }, artifacts: [artifact(text)] }));
      }
      beginSse(response);
      // "two " was said between the look and the subscription.
      await writeEvent(response, rpc(request, { ...update, append: true, artifact: artifact('three') }));
      await writeEvent(response, rpc(request, { ...TASK, kind: 'status-update', taskId: 't', final: true }));
      response.end();
    });
    const client = await connected(server);
    const stream = client.subscribe('t');
    const seen: string[] = [];
    for await (const event of stream) seen.push(`${Object.keys(event)[0]} ${textOf(event)}`);
    expect(seen).toEqual(['task one ', 'artifactUpdate three', 'statusUpdate ', 'task one two three']);
    expect(textOf((await stream.final()).task!)).toBe('one two three');
  });

  test('a webhook is deleted, though the answer lacks its null', async () => {
    await using server = await agentWith(NEW_PATH, { capabilities: { pushNotifications: true } }, (response, request) =>
      sendJson(response, rpc(request, undefined)),
    );
    const told: Deviation[] = [];
    await (await connected(server, told)).deletePushConfig('t', 'c');
    expect(told.map(({ kind }) => kind)).toEqual(['envelope']);
  });

  test('a task that ended before the subscription was there', async () => {
    let looks = 0;
    await using server = await agentWith(
      NEW_PATH,
      { capabilities: { streaming: true } },
      (response, request, count) => {
        if (sentTo(request).method !== 'tasks/get') return refuses(-32001)(response, request, count);
        sendJson(response, rpc(request, { ...TASK, status: { state: looks++ === 0 ? 'working' : 'completed' } }));
      },
    );
    const { task } = await (await connected(server)).subscribe('t').final();
    expect(task?.status.state).toBe('TASK_STATE_COMPLETED');
  });
});
