import { A2AClient, type Deviation, rawOf } from '@agentproto/client/a2a';
import { describe, expect, test } from 'vitest';
import { sentTo, agentWith, OLD_PATH } from './scripted-eras.ts';
import { beginSse, failureOf, rpc, scriptedServer, sendJson, writeEvent } from './scripted-server.ts';

/** What no server at hand does of the revisions before 0.3. */

test('A2A 0.2: its outputs have to be named, its extended card stands beside, its webhooks came late', async () => {
  const TASK = { kind: 'task', id: 't', contextId: 'c', status: { state: 'completed' } };
  const declared = {
    defaultOutputModes: ['text/plain'],
    supportsAuthenticatedExtendedCard: true,
    capabilities: { pushNotifications: true },
  };
  await using server = await scriptedServer((response, request) => {
    const { path, headers } = request;
    const url = `http://${headers.host}/a2a`;
    if (path === OLD_PATH || path === '/agent/authenticatedExtendedCard')
      return sendJson(response, { name: path === OLD_PATH ? 'old' : 'extended', url, ...declared });
    if (path === '/a2a') return sendJson(response, rpc(request, TASK));
    response.writeHead(404).end();
  });
  const client = await A2AClient.connect(server.url);
  expect(client.interface.protocolVersion).toBe('0.2');
  await client.send('x');
  expect(sentTo(server.requests.at(-1)!).params).toMatchObject({
    configuration: { acceptedOutputModes: ['text/plain'] },
    message: { kind: 'message', role: 'user', parts: [{ kind: 'text', text: 'x' }] },
  });
  expect((await client.extendedCard()).name).toBe('extended');
  expect(client.interface.url).toBe(`${server.url}/a2a`);
  for (const call of [() => client.list(), () => client.listPushConfigs('t'), () => client.deletePushConfig('t', 'c')])
    expect(await failureOf(call())).toMatchObject({
      name: 'UnsupportedOperation',
      message: expect.stringContaining('A2A 0.2'),
    });
});

describe('A2A 0.1', () => {
  const CARD = { authentication: { schemes: [] }, capabilities: { streaming: true, pushNotifications: true } };
  const DONE = {
    id: 't',
    sessionId: 's',
    status: { state: 'completed', message: { role: 'agent', parts: [{ type: 'text', text: 'bye' }] } },
    history: [{ role: 'user', parts: [{ type: 'text', text: 'x' }] }],
    artifacts: [
      { name: 'one', index: 0, parts: [{ type: 'file', file: { mimeType: 'text/plain', data: 'aGk=' } }] },
      { name: 'two', parts: [{ type: 'data', data: { a: 1 } }] },
    ],
  };

  test('a task', async () => {
    await using server = await agentWith(OLD_PATH, CARD, (response, request) =>
      // FastA2A has an id of its own for the answer.
      sendJson(response, { ...rpc(request, DONE), id: 'another' }),
    );
    const told: Deviation[] = [];
    const client = await A2AClient.connect(server.url, { onDeviation: (deviation) => told.push(deviation) });
    const { task } = await client.send({ text: 'x', contextId: 's' }, { configuration: { historyLength: 5 } });
    const { method, params } = sentTo(server.requests.at(-1)!);
    expect(method).toBe('tasks/send');
    expect(params).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      sessionId: 's',
      historyLength: 5,
      message: { role: 'user', parts: [{ type: 'text', text: 'x' }] },
    });
    expect(task).toEqual({
      id: 't',
      contextId: 's',
      status: {
        state: 'TASK_STATE_COMPLETED',
        message: { messageId: 't-status', role: 'ROLE_AGENT', parts: [{ text: 'bye' }] },
      },
      history: [{ messageId: 't-0', role: 'ROLE_USER', parts: [{ text: 'x' }] }],
      artifacts: [
        { artifactId: '0', name: 'one', parts: [{ raw: 'aGk=', mediaType: 'text/plain' }] },
        { artifactId: '#1', name: 'two', parts: [{ data: { a: 1 } }] },
      ],
    });
    expect(rawOf(task!)).toEqual(DONE);
    expect(told.map(({ kind }) => kind)).toEqual(['envelope']);
    expect(await client.get('t')).toMatchObject({ id: 't', contextId: 's' });
    expect((await client.cancel('t')).status.state).toBe('TASK_STATE_COMPLETED');
    // A follow-up has the id of its task.
    await client.send({ text: 'y', taskId: 't' });
    expect(sentTo(server.requests.at(-1)!).params).toMatchObject({ id: 't' });
  });

  test('a stream, with pieces of artifacts', async () => {
    const piece = (text: string, more: object) => ({
      id: 't',
      artifact: { index: 0, parts: [{ type: 'text', text }], ...more },
    });
    const events = [
      { id: 't', status: { state: 'working' }, final: false },
      piece('one ', {}),
      piece('two', { append: true, lastChunk: true }),
      { id: 't', status: { state: 'completed' }, final: true },
    ];
    await using server = await agentWith(OLD_PATH, CARD, async (response, request) => {
      beginSse(response);
      for (const event of events) await writeEvent(response, rpc(request, event));
      response.end();
    });
    const told: Deviation[] = [];
    const client = await A2AClient.connect(server.url, { onDeviation: (deviation) => told.push(deviation) });
    const stream = client.stream({ text: 'x', contextId: 's' });
    const raws: unknown[] = [];
    for await (const event of stream) raws.push(rawOf(event));
    expect(raws).toEqual(events);
    const { task } = await stream.final();
    expect(task).toMatchObject({
      id: 't',
      contextId: 's',
      status: { state: 'TASK_STATE_COMPLETED' },
      artifacts: [{ artifactId: '0', parts: [{ text: 'one two' }] }],
    });
    expect(sentTo(server.requests.at(-1)!).method).toBe('tasks/sendSubscribe');
    expect(told).toEqual([]);
  });

  test('its webhook, which is one for each task', async () => {
    const given = { url: 'http://h/hook', token: 't', authentication: { schemes: ['Bearer'], credentials: 'c' } };
    await using server = await agentWith(OLD_PATH, CARD, (response, request) =>
      sendJson(response, rpc(request, { id: 't', pushNotificationConfig: given })),
    );
    const client = await A2AClient.connect(server.url);
    const flat = { url: given.url, token: 't', authentication: { scheme: 'Bearer', credentials: 'c' } };
    const made = await client.createPushConfig('t', flat);
    expect(made).toEqual({ taskId: 't', id: 't', ...flat });
    expect(sentTo(server.requests.at(-1)!)).toMatchObject({
      method: 'tasks/pushNotification/set',
      params: { id: 't', pushNotificationConfig: given },
    });
    expect(await client.getPushConfig('t', 't')).toEqual(made);
    expect(sentTo(server.requests.at(-1)!)).toMatchObject({
      method: 'tasks/pushNotification/get',
      params: { id: 't' },
    });
    for (const call of [
      () => client.list(),
      () => client.listPushConfigs('t'),
      () => client.deletePushConfig('t', 't'),
    ])
      expect(await failureOf(call())).toMatchObject({
        name: 'UnsupportedOperation',
        message: expect.stringContaining('A2A 0.1'),
      });
  });
});
