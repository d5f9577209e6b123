import {
  A2AClient,
  type A2AVersion,
  type BindingName,
  dataOf,
  type StreamResponse,
  type Task,
  textOf,
} from '@agentproto/client/a2a';
import { pushReceiver } from '@agentproto/client/a2a/push';
import { createReferenceServer, type ReferenceServer } from '@agentproto/reference-server';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureOf } from './scripted-server.ts';

/** A message that tells the agent what to do. */
const script = (steps: object[], ...turns: object[][]) => ({
  text: 'hello',
  metadata: {
    'agentproto/script': { steps, ...(turns.length > 0 && { turns: turns.map((each) => ({ steps: each })) }) },
  },
});

/** The same script over every revision and binding: what its caller sees has to be the same. */
const SPOKEN: [A2AVersion, BindingName][] = [
  ['1.0', 'JSONRPC'],
  ['1.0', 'HTTP+JSON'],
  ['0.3', 'JSONRPC'],
  ['0.3', 'HTTP+JSON'],
  ['0.2', 'JSONRPC'],
  ['0.1', 'JSONRPC'],
];

let server: ReferenceServer;
beforeAll(async () => {
  server = await createReferenceServer({
    a2a: { capabilities: { streaming: true, pushNotifications: true } },
    webhooks: { loopback: true },
  });
});
afterAll(() => server.close());

describe.each(SPOKEN)('A2A %s over %s', (version, binding) => {
  let client: A2AClient;
  const deviations: string[] = [];
  beforeAll(async () => {
    const onDeviation = ({ kind, message }: { kind: string; message: string }) =>
      deviations.push(`${kind}: ${message}`);
    client = await A2AClient.connect(server.url, { version, binding, onDeviation });
  });
  afterAll(() => client.close());
  const stateOf = (task: Task | undefined) => task?.status.state.replace('TASK_STATE_', '');

  test('is what is spoken', () => {
    expect(client.interface.protocolVersion.slice(0, 3)).toBe(version);
    expect(client.interface.protocolBinding).toBe(binding);
    expect(client.card.capabilities).toMatchObject({ streaming: true, pushNotifications: true });
  });

  test('send', async () => {
    const contextId = crypto.randomUUID();
    const { task } = await client.send({ ...script([{ text: 'Grüße ' }, { text: '世界' }]), contextId });
    expect(stateOf(task)).toBe('COMPLETED');
    expect(textOf(task!)).toBe('Grüße 世界');
    expect(task?.contextId).toBe(contextId);
    const again = await client.get(task!.id);
    expect(textOf(again)).toBe('Grüße 世界');
    expect(again.contextId).toBe(contextId);
    expect((await client.get(task!.id, { historyLength: 1 })).history).toHaveLength(1);
    expect((await client.get(task!.id, { historyLength: 0 })).history ?? []).toEqual([]);
  });

  test('send, failing', async () => {
    const { task } = await client.send(script([{ end: 'failed', text: 'It did not work' }]));
    expect(stateOf(task)).toBe('FAILED');
    expect(textOf(task!.status.message!)).toBe('It did not work');
  });

  test('data that is no object', async () => {
    const { task } = await client.send(
      script([{ artifact: { parts: [{ data: [1, 'two'] }, { data: { three: 3 } }] } }]),
    );
    expect(dataOf(task!)).toEqual([[1, 'two'], { three: 3 }]);
  });

  test('stream: what is folded is what the server has', async () => {
    const stream = client.stream(
      script([{ status: 'thinking' }, { pad: { bytes: 10_000, chunks: 10 } }, { text: 'done' }]),
    );
    let events = 0;
    for await (const _ of stream) events++;
    expect(events).toBeGreaterThan(10);
    const { task } = await stream.final();
    const stored = await client.get(task!.id);
    expect(stateOf(task)).toBe('COMPLETED');
    expect(textOf(task!)).toBe(textOf(stored));
    expect(task!.artifacts!.map(({ artifactId }) => artifactId)).toEqual(
      stored.artifacts!.map(({ artifactId }) => artifactId),
    );
  });

  test('leaving a stream detaches; subscribe follows again, the task first; cancel ends the task', async () => {
    const stream = client.stream(script([{ text: 'begun' }, { hold: { until: 'cancel' } }]));
    for await (const event of stream) if (event.artifactUpdate) break;
    const id = stream.taskId!;
    const kinds: string[] = [];
    const followed = client.subscribe(id);
    for await (const event of followed) {
      kinds.push(Object.keys(event)[0]!);
      if (kinds.length === 1) await client.cancel(id);
    }
    expect(kinds[0]).toBe('task');
    const { task } = await followed.final();
    expect(stateOf(task)).toBe('CANCELED');
    expect(textOf(task!)).toBe('begun');
  });

  test('input-required, then a follow-up', async () => {
    const asked = await client.send(script([{ end: 'input-required', text: 'Which?' }], [{ text: 'That one' }]));
    expect(stateOf(asked.task)).toBe('INPUT_REQUIRED');
    const { id, contextId } = asked.task!;
    const { task } = await client.send({ text: 'this', taskId: id, contextId: contextId! });
    expect(task?.id).toBe(id);
    expect(stateOf(task)).toBe('COMPLETED');
  });

  test('errors', async () => {
    expect(await failureOf(client.get('nobody'))).toMatchObject({ name: 'TaskNotFound', rpcCode: -32001 });
    const { task } = await client.send('x');
    expect(await failureOf(client.cancel(task!.id))).toMatchObject({ name: 'TaskNotCancelable', rpcCode: -32002 });
  });

  test('a webhook: configured, called, read', async () => {
    const credentials = { token: 'token', authentication: { scheme: 'Bearer', credentials: 'secret' } };
    const events: StreamResponse[] = [];
    const receiver = pushReceiver({ ...credentials, version, onEvent: (event) => void events.push(event) });
    const hook = createServer(receiver.node);
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
    try {
      const { task } = await client.send(script([{ hold: { until: 'cancel' } }]), {
        configuration: { returnImmediately: true },
      });
      const made = await client.createPushConfig(task!.id, { url, ...credentials });
      expect(made).toMatchObject({ taskId: task!.id, url, ...credentials });
      expect(await client.getPushConfig(task!.id, made.id!)).toMatchObject({ url, ...credentials });
      await client.cancel(task!.id);
      const last = () => events.map((event) => (event.task ?? event.statusUpdate)?.status.state).findLast(Boolean);
      await expect.poll(last).toBe('TASK_STATE_CANCELED');
    } finally {
      hook.closeAllConnections();
      hook.close();
    }
  });

  test('nothing of this was a deviation', () => {
    expect([...new Set(deviations)]).toEqual([]);
  });
});
