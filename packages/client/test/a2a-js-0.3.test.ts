import {
  A2AClient,
  type BindingName,
  dataOf,
  filesOf,
  isA2AError,
  type Part,
  rawOf,
  textOf,
} from '@agentproto/client/a2a';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { a2aJs03Server } from './a2a-js-0.3-server.ts';

describe.each<BindingName>(['JSONRPC', 'HTTP+JSON'])('the published @a2a-js/sdk 0.3 server over %s', (binding) => {
  let server: Awaited<ReturnType<typeof a2aJs03Server>>;
  let client: A2AClient;
  const deviations: string[] = [];

  beforeAll(async () => {
    // It logs every refusal.
    vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    server = await a2aJs03Server();
    client = await A2AClient.connect(server.url, {
      binding,
      onDeviation: ({ kind, message }) => deviations.push(`${kind}: ${message}`),
    });
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await client.close();
    await server[Symbol.asyncDispose]();
  });

  const GREETING = 'Grüße from 世界';
  const slow = async () => {
    const stream = client.stream('slow');
    for await (const event of stream) if (event.artifactUpdate?.lastChunk) break;
    return stream.taskId!;
  };

  test('its card is one of 1.0, and there as it came', () => {
    expect(client.interface).toMatchObject({ protocolBinding: binding, protocolVersion: '0.3.0' });
    expect(client.card).toMatchObject({
      name: 'Test agent',
      supportedInterfaces: [{ protocolBinding: 'JSONRPC' }, { protocolBinding: 'HTTP+JSON' }],
      capabilities: { streaming: true, pushNotifications: true, extendedAgentCard: true },
      securitySchemes: {
        bearer: { httpAuthSecurityScheme: { scheme: 'Bearer' } },
        key: { apiKeySecurityScheme: { location: 'header', name: 'k' } },
      },
      securityRequirements: [{ schemes: { bearer: { list: [] } } }, { schemes: { key: { list: [] } } }],
      skills: [{ id: 's', securityRequirements: [{ schemes: { bearer: { list: [] } } }] }],
    });
    expect(client.card).not.toHaveProperty('url');
    expect(rawOf(client.card)).toMatchObject({ protocolVersion: '0.3.0', preferredTransport: 'JSONRPC' });
  });

  test('send answers with the task at its end, and its own form beside it', async () => {
    const { task } = await client.send('go');
    expect(task).toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' }, history: [{ role: 'ROLE_USER' }] });
    expect(task).not.toHaveProperty('kind');
    expect(textOf(task!)).toBe(GREETING);
    expect(rawOf(task!)).toMatchObject(binding === 'JSONRPC' ? { kind: 'task', status: { state: 'completed' } } : {});
  });

  test('send answers with a message', async () => {
    const { message } = await client.send([{ text: 'message' }]);
    expect(message).toMatchObject({ messageId: 'm1', role: 'ROLE_AGENT', parts: [{ text: 'Only a message' }] });
  });

  test('returnImmediately', async () => {
    const { task } = await client.send('slow', { configuration: { returnImmediately: true } });
    expect(['TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING']).toContain(task?.status.state);
    await client.cancel(task!.id);
  });

  test('stream', async () => {
    const pieces: string[] = [];
    const stream = client.stream('go');
    let first: string | undefined;
    for await (const event of stream) {
      first ??= Object.keys(event)[0];
      expect(rawOf(event)).toBeDefined();
      if (event.artifactUpdate) pieces.push(textOf(event));
    }
    expect(first).toBe('task');
    expect(pieces).toEqual(['Grüße ', 'from ', '世界']);
    const { task } = await stream.final();
    expect(task?.status.state).toBe('TASK_STATE_COMPLETED');
    expect(textOf(await client.get(task!.id))).toBe(textOf(task!));
  });

  test('stream of one message', async () => {
    expect((await client.stream('message').final()).message?.messageId).toBe('m1');
  });

  test('a task that asks for input goes on with a follow-up', async () => {
    const { task } = await client.stream('ask').final();
    expect(task?.status.state).toBe('TASK_STATE_INPUT_REQUIRED');
    const follow = await client.send({ text: 'go', taskId: task!.id, contextId: task!.contextId! });
    expect(follow.task).toMatchObject({ id: task!.id, status: { state: 'TASK_STATE_COMPLETED' } });
  });

  test('leaving a stream detaches; subscribe follows again; cancel ends the task', async () => {
    const id = await slow();
    expect((await client.get(id)).status.state).toBe('TASK_STATE_WORKING');
    const states: (string | undefined)[] = [];
    for await (const event of client.subscribe(id)) {
      states.push((event.task ?? event.statusUpdate)?.status.state);
      if (states.length === 1) expect((await client.cancel(id)).id).toBe(id);
    }
    expect(states[0]).toBe('TASK_STATE_WORKING');
    expect(states.at(-1)).toBe('TASK_STATE_CANCELED');
  });

  test('every kind of part comes back as it went', async () => {
    // Over HTTP+JSON this server drops what its proto has no member for: metadata, and the names of files.
    const lossless = binding === 'JSONRPC';
    const parts: Part[] = [
      { text: 'echo', ...(lossless && { metadata: { language: 'en' } }) },
      { raw: 'aGk=', mediaType: 'text/plain', ...(lossless && { filename: 'hi.txt' }) },
      { url: 'https://h/f.png', mediaType: 'image/png' },
      { data: { a: [1, null] } },
      ...(lossless ? [{ data: [1, 2], metadata: { own: true } }, { data: 'word' }] : []),
    ];
    const { task } = await client.send(parts);
    const echoed = task!.artifacts!.find(({ artifactId }) => artifactId === 'a2')!;
    expect(echoed.parts).toEqual(parts);
    expect(filesOf(task!)).toHaveLength(2);
    expect(dataOf(task!)).toEqual([{ a: [1, null] }, ...(lossless ? [[1, 2], 'word'] : [])]);
  });

  test('get: historyLength', async () => {
    const { task } = await client.send('go');
    expect((await client.get(task!.id, { historyLength: 0 })).history ?? []).toEqual([]);
    expect((await client.get(task!.id, { historyLength: 1 })).history).toHaveLength(1);
  });

  test('webhooks are configured, read, listed and deleted', async () => {
    const id = await slow();
    const given = { url: 'http://127.0.0.1:9/', token: 't', authentication: { scheme: 'Bearer', credentials: 'c' } };
    const made = await client.createPushConfig(id, { id: 'mine', ...given });
    expect(made).toEqual({ id: 'mine', taskId: id, ...given });
    expect(await client.getPushConfig(id, 'mine')).toEqual(made);
    expect((await client.listPushConfigs(id)).configs).toEqual([made]);
    await client.deletePushConfig(id, 'mine');
    expect(await Array.fromAsync(client.listAllPushConfigs(id))).toEqual([]);
    await client.cancel(id);
  });

  test('the extended card', async () => {
    const other = await A2AClient.connect(server.url, { binding });
    expect((await other.extendedCard()).name).toBe('Extended agent');
    expect(other.card.supportedInterfaces).toHaveLength(2);
    await other.close();
  });

  test('tasks cannot be listed', async () => {
    const error = await client.list().catch((error: unknown) => error);
    // 0.3 has it over HTTP+JSON alone, and this server not even there.
    if (binding === 'HTTP+JSON') return expect(error).toMatchObject({ code: 'HTTP_STATUS', status: 404 });
    expect(isA2AError(error, 'UnsupportedOperation')).toBe(true);
    expect(error).toMatchObject({ message: expect.stringContaining('ListTasks: A2A 0.3'), httpStatus: undefined });
  });

  test('errors have the names of the protocol', async () => {
    const unknown = await client.get('nobody').catch((error: unknown) => error);
    expect(isA2AError(unknown, 'TaskNotFound')).toBe(true);
    expect(unknown).toMatchObject({ rpcCode: -32001, retryable: false });
    const { task } = await client.send('go');
    await expect(client.cancel(task!.id)).rejects.toMatchObject({ name: 'TaskNotCancelable', rpcCode: -32002 });
    await expect(client.stream({ text: 'go', taskId: 'nobody' }).final()).rejects.toMatchObject({
      // Over HTTP+JSON this server cannot write an error before a stream.
      name: binding === 'JSONRPC' ? 'TaskNotFound' : 'Internal',
    });
  });

  test('nothing of this was a deviation that is not known', () => {
    expect([...new Set(deviations)]).toEqual([]);
  });
});
