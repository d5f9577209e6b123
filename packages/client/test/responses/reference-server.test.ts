import {
  type AnyStreamEvent,
  functionTool,
  outputFormat,
  outputTextOf,
  responsesClient,
  run,
} from '@agentproto/client/responses';
import { createReferenceServer, type ReferenceServer } from '@agentproto/reference-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureOf } from '../scripted-server.ts';

let server: ReferenceServer;
const deviations: string[] = [];
beforeAll(async () => {
  server = await createReferenceServer({ apiKey: 'sesame' });
});
afterAll(() => server.close());

const clientOf = (protocol: string, auth = 'sesame') =>
  responsesClient(server.urls[protocol]!, {
    auth,
    model: 'gpt-5',
    onDeviation: ({ kind, message }) => deviations.push(`${kind}: ${message}`),
  });

describe.each(['responses@openai', 'responses@2026-04-24', 'responses@2026-01-15'])('%s', (protocol) => {
  test('creates, and streams the same', async () => {
    const client = clientOf(protocol);
    const response = await client.create('Hello');
    expect(outputTextOf(response)).toBe('Hello');
    const stream = client.stream({ model: 'chunks', input: 'go' });
    const types = new Set<string>();
    for await (const { type } of stream) types.add(type);
    const final = await stream.final();
    expect(outputTextOf(final)).toBe(Array.from({ length: 10 }, (_, i) => `chunk-${i + 1} `).join(''));
    expect(types).toContain('response.completed');
  });

  test('runs the loop of tools, by chain and by list', async () => {
    const tools = ['get_weather', 'get_time'].map((name) =>
      functionTool({ name, parameters: { type: 'object' }, run: () => 'sunny' }),
    );
    for (const store of [true, false]) {
      const result = await run(clientOf(protocol), { model: 'two-tools', input: 'do both', store }, { tools });
      expect(result).toMatchObject({ outputText: 'Both are done', turns: 2 });
    }
  });

  test('a wrong key is a typed error', async () => {
    expect(await failureOf(clientOf(protocol, 'mellon').create('Hello'))).toMatchObject({
      code: 'RESPONSES_ERROR',
      status: 401,
    });
  });
});

describe('responses@openai', () => {
  const protocol = 'responses@openai';

  test('retrieves, lists, counts, compacts, deletes', async () => {
    const client = clientOf(protocol);
    const response = await client.create({ input: 'Hello', metadata: { a: 'b' } });
    expect(await client.retrieve(response.id)).toMatchObject({ id: response.id, metadata: { a: 'b' } });
    const items = [];
    for await (const item of client.inputItems(response.id)) items.push(item);
    expect(items).toMatchObject([{ type: 'message', role: 'user' }]);
    expect(await client.countInputTokens({ input: '12345678' })).toMatchObject({ input_tokens: 2 });
    expect(await client.compact({ input: 'Hello' })).toMatchObject({ object: 'response.compaction' });
    expect((await client.listModels()).data.length).toBeGreaterThan(1);
    expect(await client.getModel('refuse')).toMatchObject({ object: 'model' });
    expect(await client.delete(response.id)).toMatchObject({ deleted: true });
    expect(await failureOf(client.retrieve(response.id))).toMatchObject({ code: 'RESPONSES_ERROR', status: 404 });
  });

  test('keeps conversations', async () => {
    const client = clientOf(protocol);
    const { id } = await client.conversations.create({ metadata: { topic: 'x' } });
    await client.create({ input: 'first', conversation: id });
    const added = await client.conversations.addItems(id, [{ type: 'message', role: 'user', content: 'more' }]);
    const items = [];
    for await (const item of client.conversations.items(id, { order: 'asc', limit: 2 })) items.push(item);
    expect(items).toHaveLength(3);
    const last = (added.data[0] as { id: string }).id;
    expect(await client.conversations.getItem(id, last)).toMatchObject({ role: 'user' });
    await client.conversations.deleteItem(id, last);
    expect(await client.conversations.update(id, { topic: 'y' })).toMatchObject({ metadata: { topic: 'y' } });
    expect(await client.conversations.delete(id)).toMatchObject({ deleted: true });
    expect(await failureOf(client.conversations.get(id))).toMatchObject({ status: 404 });
  });

  test('works in the background: waits, cancels, follows after an event', async () => {
    const client = clientOf(protocol);
    const { id } = await client.create({ model: 'chunks', input: 'go', background: true });
    expect(outputTextOf(await client.wait(id))).toContain('chunk-10');
    const held = await client.create({ model: 'hold', input: 'go', background: true });
    expect(await client.cancel(held.id)).toMatchObject({ status: 'cancelled' });

    const all: AnyStreamEvent[] = [];
    const stream = client.stream({ model: 'chunks', input: 'go', background: true });
    for await (const event of stream) all.push(event);
    const rest: AnyStreamEvent[] = [];
    for await (const event of client.retrieveStream(stream.id!, { starting_after: 4 })) rest.push(event);
    expect(rest).toEqual(all.slice(5));
  });

  test('resumes by itself over a connection that breaks', async () => {
    let cut = 0;
    const client = responsesClient(server.urls[protocol]!, {
      auth: 'sesame',
      // Two connections break in the middle of what they bring.
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        if (cut++ === 2) return response;
        const text = await response.text();
        const half = text.slice(0, cut * 1_500);
        const body = new ReadableStream<Uint8Array>({
          start: (controller) => controller.enqueue(new TextEncoder().encode(half)),
          pull: (controller) => controller.error(new Error('cut')),
        });
        return new Response(body, response);
      },
    });
    const request = { model: 'chunks', input: 'go', background: true };
    const seen: (number | undefined)[] = [];
    const stream = client.stream(request, { resume: { attempts: 2 }, retry: { baseMs: 1 } });
    for await (const event of stream) seen.push(event.sequence_number);
    expect(seen).toEqual(seen.map((_, index) => index));
    expect(stream.outputText).toContain('chunk-10');
    expect(cut).toBe(3);
  });

  test('gives structured outputs', async () => {
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    };
    const plan = outputFormat<{ city: string }>('plan', schema, { strict: true });
    const response = await clientOf(protocol).create({ input: 'a plan', text: { format: plan.format } });
    expect(await plan.parse(response)).toEqual({ city: 'text' });
  });
});

test('the server does nothing that the client reports', () => {
  expect(deviations).toEqual([]);
});
