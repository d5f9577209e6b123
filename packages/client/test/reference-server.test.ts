import { A2AClient, type BindingName, isA2AError, type StreamResponse } from '@agentproto/client/a2a';
import { createReferenceServer, type ReferenceServer } from '@agentproto/reference-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** A message that tells the agent what to do. */
const script = (...steps: object[]) => ({
  parts: [{ data: { steps }, mediaType: 'application/vnd.agentproto.script+json' }],
});
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('expected a failure'),
    (error: unknown) => error,
  );
const textOf = (result: { task?: { artifacts?: { parts: { text?: string }[] }[] } }) =>
  result.task?.artifacts?.flatMap(({ parts }) => parts.map(({ text }) => text)).join('');

describe.each<BindingName>(['JSONRPC', 'HTTP+JSON'])('our reference server over %s', (binding) => {
  let server: ReferenceServer;
  let client: A2AClient;
  const deviations: string[] = [];

  beforeAll(async () => {
    server = await createReferenceServer();
    client = await A2AClient.connect(server.url, {
      binding,
      retry: { baseMs: 1 },
      onDeviation: ({ kind, message }) => deviations.push(`${kind}: ${message}`),
    });
  });
  afterAll(async () => {
    await client[Symbol.asyncDispose]();
    await server.close();
  });

  test('send, get, list', async () => {
    const sent = await client.send(script({ text: 'Grüße ' }, { text: '世界' }));
    expect(sent.task?.status.state).toBe('TASK_STATE_COMPLETED');
    expect(textOf(sent)).toBe('Grüße 世界');
    const { id, contextId } = sent.task!;
    expect((await client.get(id)).status.state).toBe('TASK_STATE_COMPLETED');
    expect((await client.list({ contextId: contextId! })).tasks.map((task) => task.id)).toEqual([id]);
  });

  test('a direct message', async () => {
    expect((await client.send(script({ reply: [{ text: 'hi' }] }))).message?.parts).toMatchObject([{ text: 'hi' }]);
    expect((await client.stream(script({ reply: [{ text: 'hi' }] })).final()).message?.parts).toMatchObject([
      { text: 'hi' },
    ]);
  });

  test('stream: what is folded is what the server has', async () => {
    const stream = client.stream(
      script({ status: 'thinking' }, { pad: { bytes: 10_000, chunks: 10 } }, { text: 'done' }),
    );
    const events: StreamResponse[] = [];
    for await (const event of stream) events.push(event);
    expect(events[0]?.task).toBeDefined();
    const { task } = await stream.final();
    const stored = await client.get(task!.id);
    expect(task!.status).toEqual(stored.status);
    expect(textOf({ task: task! })).toBe(textOf({ task: stored }));
    expect(task!.artifacts).toHaveLength(2);
  });

  test('cancel ends the stream', async () => {
    const states: (string | undefined)[] = [];
    const stream = client.stream(script({ status: 'working' }, { hold: { until: 'cancel' } }));
    for await (const event of stream) {
      states.push((event.task ?? event.statusUpdate)?.status.state);
      if (states.length === 1) await client.cancel(stream.taskId!);
    }
    expect(states.at(-1)).toBe('TASK_STATE_CANCELED');
  });

  test('input-required, then a follow-up', async () => {
    const asked = await client
      .stream({
        parts: [
          {
            data: { steps: [{ end: 'input-required', text: 'Which?' }], turns: [{ steps: [{ text: 'That one' }] }] },
            mediaType: 'application/vnd.agentproto.script+json',
          },
        ],
      })
      .final();
    expect(asked.task?.status.state).toBe('TASK_STATE_INPUT_REQUIRED');
    const answered = await client
      .stream({ text: 'this', taskId: asked.task!.id, contextId: asked.task!.contextId! })
      .final();
    expect(answered.task).toMatchObject({ id: asked.task!.id, status: { state: 'TASK_STATE_COMPLETED' } });
    expect(textOf(answered)).toContain('That one');
  });

  test('errors', async () => {
    expect(isA2AError(await failureOf(client.get('nobody')), 'TaskNotFound')).toBe(true);
    const { task } = await client.send({ text: 'hello' });
    expect(await failureOf(client.cancel(task!.id))).toMatchObject({
      name: 'TaskNotCancelable',
      reason: 'TASK_NOT_CANCELABLE',
    });
    expect(await failureOf(client.subscribe(task!.id).final())).toMatchObject({ name: 'UnsupportedOperation' });
    expect(await failureOf(client.stream({ text: 'x', taskId: 'nobody' }).final())).toMatchObject({
      name: 'TaskNotFound',
    });
    expect(await failureOf(client.list({ pageSize: 0 }))).toMatchObject({ name: 'InvalidParams' });
  });

  test('a stream that is cut is truncated; with resume it goes on, whole', async () => {
    const cut = script(
      { text: 'one ' },
      { wire: 'disconnect' },
      { sleep: 50 },
      { text: 'two ' },
      { sleep: 50 },
      { text: 'three' },
    );
    const error = await failureOf(client.stream(cut).final());
    expect(error).toMatchObject({ code: 'STREAM_TRUNCATED', partial: { id: expect.any(String) } });

    const stream = client.stream(cut, { resume: { attempts: 3 } });
    let text = '';
    for await (const event of stream) for (const part of event.artifactUpdate?.artifact.parts ?? []) text += part.text;
    expect(text).toBe('one two three');
    expect(textOf(await stream.final())).toBe('one two three');
  });

  test('broken JSON on the wire', async () => {
    expect(
      await failureOf(client.stream(script({ text: 'one' }, { wire: 'bad-json' }, { text: 'two' })).final()),
    ).toMatchObject({ code: 'MALFORMED_RESPONSE' });
  });

  test('subscribe after an event id goes on behind the event that was read last', async () => {
    const signal = `go-${binding}`;
    const stream = client.stream(
      script({ text: 'one ' }, { text: 'two ' }, { hold: { until: 'signal', signal } }, { text: 'three' }),
    );
    for await (const event of stream) if (event.artifactUpdate) break;
    let text = '';
    for await (const event of client.subscribe(stream.taskId!, { lastEventId: stream.lastEventId! })) {
      for (const part of event.artifactUpdate?.artifact.parts ?? []) text += part.text;
      if (text === 'two ') server.signal(signal);
    }
    expect(text).toBe('two three');
  });

  test('nothing of this was a deviation', () => {
    expect(deviations).toEqual([]);
  });
});
