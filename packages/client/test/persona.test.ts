import { A2AClient, type BindingName, textOf } from '@agentproto/client/a2a';
import { createReferenceServer, type ReferenceServer } from '@agentproto/reference-server';
import { personaQuirks } from '@agentproto/reference-server/quirks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** A message that tells the agent what to do. */
const script = (steps: object[], ...turns: object[]) => ({
  parts: [{ data: { steps, turns }, mediaType: 'application/vnd.agentproto.script+json' }],
});

describe.each<[BindingName, string[]]>([
  ['JSONRPC', ['first-event', 'member-name']],
  ['HTTP+JSON', ['bare-payload', 'first-event', 'member-name', 'request-content-type']],
])('a server that is like a2akit, over %s', (binding, kinds) => {
  let server: ReferenceServer;
  let client: A2AClient;
  const told: string[] = [];

  beforeAll(async () => {
    server = await createReferenceServer({ quirks: personaQuirks('a2akit-like') });
    client = await A2AClient.connect(server.url, { binding, onDeviation: ({ kind }) => told.push(kind) });
  });
  afterAll(async () => {
    await client.close();
    await server.close();
  });

  test('send, get, list', async () => {
    const answer = await client.send(script([{ text: 'one ' }, { text: 'two' }]));
    expect(answer.task?.status.state).toBe('TASK_STATE_COMPLETED');
    expect(textOf(answer)).toBe('one two');
    const { id, contextId } = answer.task!;
    expect(textOf(await client.get(id))).toBe('one two');
    expect((await client.list({ contextId: contextId! })).tasks.map((task) => task.id)).toEqual([id]);
  });

  test('stream', async () => {
    const stream = client.stream(script([{ status: 'thinking' }, { text: 'one ' }, { text: 'two' }]));
    let text = '';
    for await (const event of stream) if (event.artifactUpdate) text += textOf(event);
    expect(text).toBe('one two');
    expect((await stream.final()).task?.status.state).toBe('TASK_STATE_COMPLETED');
  });

  test('cancel', async () => {
    const held = await client.send(script([{ hold: { until: 'cancel' } }]), {
      configuration: { returnImmediately: true },
    });
    await client.cancel(held.task!.id);
    await expect.poll(async () => (await client.get(held.task!.id)).status.state).toBe('TASK_STATE_CANCELED');
  });

  test('subscribe', async () => {
    const signal = `go-${binding}`;
    const { task } = await client.send(script([{ hold: { until: 'signal', signal } }, { text: 'late' }]), {
      configuration: { returnImmediately: true },
    });
    const stream = client.subscribe(task!.id);
    for await (const event of stream) if (event.task) server.signal(signal);
    expect(textOf(await stream.final())).toBe('late');
  });

  test('input, and the follow-up that answers it', async () => {
    const asked = await client.send(script([{ end: 'input-required', text: 'Which?' }], { steps: [{ text: 'That' }] }));
    expect(asked.task?.status.state).toBe('TASK_STATE_INPUT_REQUIRED');
    expect(textOf(asked)).toBe('Which?');
    const answered = await client.stream({ text: 'this', taskId: asked.task!.id }).final();
    expect(answered.task).toMatchObject({ id: asked.task!.id, status: { state: 'TASK_STATE_COMPLETED' } });
    expect(textOf(answered)).toContain('That');
  });

  test('all that was told, once each', () => {
    expect(told.toSorted()).toEqual(kinds);
  });
});
