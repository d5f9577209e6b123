import { A2AClient, type BindingName, isA2AError, type StreamResponse, textOf } from '@agentproto/client/a2a';
import { type Dropped, pushReceiver } from '@agentproto/client/a2a/push';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { a2aJsServer } from './a2a-js-server.ts';
import { HOSTS } from './push/hosts.ts';

describe.each<BindingName>(['JSONRPC', 'HTTP+JSON'])('the published @a2a-js/sdk server over %s', (binding) => {
  let server: Awaited<ReturnType<typeof a2aJsServer>>;
  let client: A2AClient;
  const deviations: string[] = [];

  beforeAll(async () => {
    // It logs every refusal.
    vi.spyOn(console, 'error').mockImplementation(() => {});
    // And every delivery.
    vi.spyOn(console, 'info').mockImplementation(() => {});
    server = await a2aJsServer();
    client = await A2AClient.connect(server.url, { binding, onDeviation: ({ kind }) => deviations.push(kind) });
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await client[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const texts = (task?: { artifacts?: { parts: { text?: string }[] }[] }) =>
    task?.artifacts?.flatMap(({ parts }) => parts.map((part) => part.text)).join('');

  test('card', () => {
    expect(client.card.name).toBe('Test agent');
    expect(client.interface.protocolBinding).toBe(binding);
  });

  test('send answers with the task at its end', async () => {
    const { task } = await client.send({ text: 'go' });
    expect(task?.status.state).toBe('TASK_STATE_COMPLETED');
    expect(texts(task)).toBe('Grüße from 世界');
  });

  test('send answers with a message', async () => {
    const { message } = await client.send([{ text: 'message' }]);
    expect(message?.parts[0]?.text).toBe('Only a message');
  });

  test('stream', async () => {
    const pieces: (string | undefined)[] = [];
    const stream = client.stream({ text: 'go' });
    let first: string | undefined;
    for await (const event of stream) {
      first ??= Object.keys(event)[0];
      if (event.artifactUpdate) pieces.push(event.artifactUpdate.artifact.parts[0]?.text);
    }
    expect(first).toBe('task');
    expect(pieces).toEqual(['Grüße ', 'from ', '世界']);
    const { task } = await stream.final();
    expect(task?.status.state).toBe('TASK_STATE_COMPLETED');
    expect(texts(task)).toBe('Grüße from 世界');
    expect(texts(await client.get(task!.id))).toBe(texts(task));
  });

  test('stream of one message', async () => {
    expect((await client.stream({ text: 'message' }).final()).message?.messageId).toBe('m1');
  });

  test('a task that asks for input goes on with a follow-up', async () => {
    const { task } = await client.stream({ text: 'ask' }).final();
    expect(task?.status.state).toBe('TASK_STATE_INPUT_REQUIRED');
    const follow = await client.send({
      text: 'go',
      taskId: task!.id,
      ...(task!.contextId && { contextId: task!.contextId }),
    });
    expect(follow.task).toMatchObject({ id: task!.id, status: { state: 'TASK_STATE_COMPLETED' } });
  });

  test('leaving a stream detaches; subscribe follows again; cancel ends the task', async () => {
    const stream = client.stream({ text: 'slow' });
    for await (const event of stream) if (event.artifactUpdate?.lastChunk) break;
    const id = stream.taskId!;
    expect((await client.get(id)).status.state).toBe('TASK_STATE_WORKING');

    const states: (string | undefined)[] = [];
    for await (const event of client.subscribe(id)) {
      states.push((event.task ?? event.statusUpdate)?.status.state);
      if (states.length === 1) expect((await client.cancel(id)).id).toBe(id);
    }
    expect(states[0]).toBe('TASK_STATE_WORKING');
    expect(states.at(-1)).toBe('TASK_STATE_CANCELED');
  });

  test('get: historyLength', async () => {
    const { task } = await client.send({ text: 'go' });
    expect((await client.get(task!.id, { historyLength: 0 })).history ?? []).toEqual([]);
    expect((await client.get(task!.id, { historyLength: 1 })).history).toHaveLength(1);
  });

  test('list, and all pages of it', async () => {
    const { task } = await client.send({ text: 'go' });
    const { contextId } = task!;
    await client.send({ text: 'go', contextId: contextId! });
    const page = await client.list({ contextId: contextId!, pageSize: 1 });
    expect(page).toMatchObject({ totalSize: 2, pageSize: 1 });
    const all = await Array.fromAsync(client.listAll({ contextId: contextId!, pageSize: 1, includeArtifacts: true }));
    expect(new Set(all.map(({ id }) => id)).size).toBe(2);
    expect(texts(all[0])).toBe('Grüße from 世界');
  });

  test('webhooks are configured, read, listed and deleted', async () => {
    const stream = client.stream({ text: 'slow' });
    for await (const event of stream) if (event.artifactUpdate?.lastChunk) break;
    const id = stream.taskId!;
    const given = { url: 'http://127.0.0.1:9/', token: 't', authentication: { scheme: 'Bearer', credentials: 'c' } };
    const made = await client.createPushConfig(id, { id: 'mine', ...given });
    expect(made).toMatchObject({ id: 'mine', taskId: id, url: given.url });
    expect(await client.getPushConfig(id, 'mine')).toMatchObject({ id: 'mine', url: given.url });
    expect((await client.listPushConfigs(id)).configs.map((config) => config.id)).toEqual(['mine']);
    await client.deletePushConfig(id, 'mine');
    expect(await Array.fromAsync(client.listAllPushConfigs(id))).toEqual([]);
    await client.cancel(id);
  });

  test.each(Object.keys(HOSTS))('its deliveries come to our receiver in %s, whole and in order', async (host) => {
    const credentials = { token: 't', authentication: { scheme: 'Bearer', credentials: 'c' } };
    const events: StreamResponse[] = [];
    const dropped: Dropped[] = [];
    const receiver = pushReceiver({
      ...credentials,
      onEvent: (event) => void events.push(event),
      onDropped: (drop) => dropped.push(drop),
    });
    await using hook = await HOSTS[host]!(receiver);
    const configuration = { taskPushNotificationConfig: { url: hook.url, ...credentials } };
    const { task } = await client.send({ text: 'go' }, { configuration });
    await expect.poll(() => events.at(-1)?.statusUpdate?.status.state).toBe('TASK_STATE_COMPLETED');
    expect(events[0]?.task?.id).toBe(task!.id);
    expect(events.filter((event) => event.artifactUpdate).map(textOf)).toEqual(['Grüße ', 'from ', '世界']);
    expect(dropped).toEqual([]);
  });

  test('errors have the names of the protocol', async () => {
    const unknown = await client.get('nobody').catch((error: unknown) => error);
    expect(isA2AError(unknown, 'TaskNotFound')).toBe(true);
    expect(unknown).toMatchObject({ rpcCode: -32001, reason: 'TASK_NOT_FOUND', retryable: false });

    const { task } = await client.send({ text: 'go' });
    await expect(client.cancel(task!.id)).rejects.toMatchObject({ name: 'TaskNotCancelable', rpcCode: -32002 });
    await expect(client.subscribe(task!.id).final()).rejects.toMatchObject({ name: 'UnsupportedOperation' });
    await expect(client.stream({ text: 'go', taskId: 'nobody' }).final()).rejects.toMatchObject({
      name: 'TaskNotFound',
    });
    await expect(client.list({ pageSize: 500 })).rejects.toMatchObject({ name: 'InvalidParams' });
  });

  test('nothing of this was a deviation that is not known', () => {
    expect([...new Set(deviations)]).toEqual([]);
  });
});
