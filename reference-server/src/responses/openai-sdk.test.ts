/** OpenAI's own client, unmodified, against the server. */
import OpenAI, { AuthenticationError, BadRequestError, NotFoundError, RateLimitError } from 'openai';
import type { ResponseStreamEvent } from 'openai/resources/responses/responses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReferenceServer } from '../server.ts';
import type { ReferenceServer } from '../server.ts';

let server: ReferenceServer;
beforeAll(async () => {
  server = await createReferenceServer({ apiKey: 'sesame' });
});
afterAll(() => server.close());

const clientOf = (protocol: string, options: object = {}) =>
  new OpenAI({ baseURL: server.urls[protocol]!, apiKey: 'sesame', maxRetries: 0, ...options });

const until = async <Value>(ask: () => Promise<Value>, is: (value: Value) => boolean): Promise<Value> => {
  for (;;) {
    const value = await ask();
    if (is(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
const tool = {
  type: 'function' as const,
  name: 'get_weather',
  strict: null,
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

describe.each(['responses@openai', 'responses@2026-04-24', 'responses@2026-01-15'])('%s', (protocol) => {
  test('creates, gets, lists the input of, and deletes a response', async () => {
    const openai = clientOf(protocol);
    const created = await openai.responses.create({ model: 'gpt-5', input: 'Hello', metadata: { a: 'b' } });
    expect(created).toMatchObject({ status: 'completed', output_text: 'Hello', model: 'gpt-5', metadata: { a: 'b' } });
    expect(created.id).toMatch(/^resp_[0-9a-f]{32}$/);
    expect(created.usage).toMatchObject({ input_tokens: 2, output_tokens: 2, total_tokens: 4 });
    const got = await openai.responses.retrieve(created.id);
    expect({ ...got, output_text: created.output_text }).toEqual(created);
    const items = [];
    for await (const item of openai.responses.inputItems.list(created.id)) items.push(item);
    expect(items).toMatchObject([{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }]);
    await openai.responses.delete(created.id);
    await expect(openai.responses.retrieve(created.id)).rejects.toBeInstanceOf(NotFoundError);
  });

  test('streams', async () => {
    const stream = await clientOf(protocol).responses.create({ model: 'chunks', input: 'go', stream: true });
    const types: string[] = [];
    let text = '';
    const numbers: number[] = [];
    for await (const event of stream) {
      types.push(event.type);
      numbers.push(event.sequence_number);
      if (event.type === 'response.output_text.delta') text += event.delta;
    }
    expect(text).toBe(Array.from({ length: 10 }, (_, i) => `chunk-${i + 1} `).join(''));
    expect(numbers).toEqual(numbers.map((_, i) => i));
    expect(types.filter((type) => type !== 'response.output_text.delta')).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
  });

  test('its own accumulator gets the whole response', async () => {
    const stream = clientOf(protocol).responses.stream({ model: 'tool', input: 'weather?', tools: [tool] });
    const response = await stream.finalResponse();
    expect(response.output).toMatchObject([
      { type: 'function_call', name: 'get_weather', arguments: '{"city":"Bern"}' },
    ]);
  });

  test('runs a loop of tools, with the chain kept here and with the list kept there', async () => {
    const openai = clientOf(protocol);
    const first = await openai.responses.create({ model: 'two-tools', input: 'do both', tools: [tool] });
    const calls = first.output.filter((item) => item.type === 'function_call');
    expect(calls.map(({ name }) => name)).toEqual(['get_weather', 'get_time']);
    expect(new Set(calls.map(({ call_id: id }) => id)).size).toBe(2);
    const outputs = calls.map(({ call_id }) => ({ type: 'function_call_output' as const, call_id, output: 'sunny' }));
    const kept = await openai.responses.create({ model: 'two-tools', previous_response_id: first.id, input: outputs });
    expect(kept).toMatchObject({ output_text: 'Both are done', previous_response_id: first.id });
    const again = await openai.responses.create({
      model: 'two-tools',
      store: false,
      input: [{ role: 'user', content: 'do both' }, ...(first.output as never[]), ...outputs],
    });
    expect(again.output_text).toBe('Both are done');
  });

  test('works in the background, is polled, and is canceled', async () => {
    const openai = clientOf(protocol);
    const created = await openai.responses.create({ model: 'hold', input: 'go', background: true });
    expect(['queued', 'in_progress']).toContain(created.status);
    const poll = () => openai.responses.retrieve(created.id);
    expect(await until(poll, ({ status }) => status === 'in_progress')).toMatchObject({ completed_at: null });
    expect(await openai.responses.cancel(created.id)).toMatchObject({ status: 'cancelled' });
    expect(await poll()).toMatchObject({ status: 'cancelled' });
    expect(await openai.responses.cancel(created.id)).toMatchObject({ status: 'cancelled' });
    const plain = await openai.responses.create({ model: 'gpt-5', input: 'x' });
    await expect(openai.responses.cancel(plain.id)).rejects.toBeInstanceOf(BadRequestError);
  });

  test('goes on after an event of a stream in the background', async () => {
    const openai = clientOf(protocol);
    const all: ResponseStreamEvent[] = [];
    const stream = await openai.responses.create({ model: 'chunks', input: 'go', background: true, stream: true });
    for await (const event of stream) all.push(event);
    const id = (all[0] as { response: { id: string } }).response.id;
    const rest: ResponseStreamEvent[] = [];
    for await (const event of await openai.responses.retrieve(id, { stream: true, starting_after: 4 }))
      rest.push(event);
    expect(rest).toEqual(all.slice(5));
  });

  test('parses what a schema asked for', async () => {
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'array', items: { type: 'integer' }, minItems: 2 } },
      required: ['city', 'days'],
      additionalProperties: false,
    };
    const response = await clientOf(protocol).responses.parse({
      model: 'gpt-5',
      input: 'a plan',
      text: { format: { type: 'json_schema', name: 'plan', schema, strict: true } },
    });
    expect(response.output_parsed).toEqual({ city: 'text', days: [1, 1] });
  });

  test('keeps conversations', async () => {
    const openai = clientOf(protocol);
    const conversation = await openai.conversations.create({
      metadata: { topic: 'x' },
      items: [{ role: 'user', content: 'before' }],
    });
    await openai.responses.create({ model: 'gpt-5', input: 'first', conversation: conversation.id });
    const items = [];
    for await (const item of openai.conversations.items.list(conversation.id, { order: 'asc', limit: 2 }))
      items.push(item);
    const texts = items.map((item) =>
      item.type === 'message' ? (item.content[0] as { text: string }).text : item.type,
    );
    expect(texts).toEqual(['before', 'first', 'first']);
    const echoed = await openai.responses.create({ model: 'echo', input: 'now', conversation: conversation.id });
    const [info] = echoed.output;
    const told = info?.type === 'message' ? (info.content[0] as { text: string }).text : '';
    const seen = JSON.parse(told) as { request: { context: { text: string }[] } };
    expect(seen.request.context.map(({ text }) => text)).toEqual(['before', 'first', 'first', 'now']);
    expect(await openai.conversations.update(conversation.id, { metadata: { topic: 'y' } })).toMatchObject({
      metadata: { topic: 'y' },
    });
    const added = await openai.conversations.items.create(conversation.id, {
      items: [{ role: 'user', content: 'more' }],
    });
    const last = String(added.data[0]?.id);
    expect(await openai.conversations.items.retrieve(last, { conversation_id: conversation.id })).toMatchObject({
      role: 'user',
    });
    await openai.conversations.items.delete(last, { conversation_id: conversation.id });
    await expect(openai.conversations.items.retrieve(last, { conversation_id: conversation.id })).rejects.toMatchObject(
      { status: 404 },
    );
    expect(await openai.conversations.delete(conversation.id)).toMatchObject({ deleted: true });
    await expect(openai.conversations.retrieve(conversation.id)).rejects.toMatchObject({ status: 404 });
  });

  test('lists models, counts tokens', async () => {
    const openai = clientOf(protocol);
    const ids = [];
    for await (const { id } of openai.models.list()) ids.push(id);
    expect(ids).toContain('refuse');
    expect(await openai.models.retrieve('refuse')).toMatchObject({ object: 'model', owned_by: 'agentproto' });
    await expect(openai.models.retrieve('none')).rejects.toBeInstanceOf(NotFoundError);
    expect(await openai.responses.inputTokens.count({ model: 'm', input: '12345678' })).toMatchObject({
      input_tokens: 2,
    });
  });

  test('chat completions: plain, streamed, with tools', async () => {
    const openai = clientOf(protocol);
    const plain = await openai.chat.completions.create({ model: 'gpt-5', messages: [{ role: 'user', content: 'Hi' }] });
    expect(plain).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }],
    });
    const stream = openai.chat.completions.stream({
      model: 'chunks',
      messages: [{ role: 'user', content: 'Hi' }],
      stream_options: { include_usage: true },
    });
    expect((await stream.finalChatCompletion()).choices[0]?.message.content).toContain('chunk-10');
    expect((await stream.totalUsage()).total_tokens).toBeGreaterThan(10);
    const runner = openai.chat.completions.runTools({
      model: '@tool get_weather {"city": "Bern"}',
      messages: [{ role: 'user', content: 'weather?' }],
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: '',
            parse: JSON.parse,
            function: ({ city }: { city: string }) => `sunny in ${city}`,
            parameters: tool.parameters,
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBe('sunny in Bern');
  });

  test('errors are of its classes', async () => {
    const openai = clientOf(protocol);
    await expect(openai.responses.create({ model: 'm', input: 'x', max_output_tokens: 1 })).rejects.toMatchObject({
      status: 400,
      param: 'max_output_tokens',
    });
    await expect(openai.responses.create({ model: 'rate-limited', input: 'x' })).rejects.toBeInstanceOf(RateLimitError);
    await expect(
      openai.responses.create({ model: 'm', input: 'x', previous_response_id: 'resp_0' }),
    ).rejects.toMatchObject({
      status: 400,
      code: 'previous_response_not_found',
    });
    await expect(clientOf(protocol, { apiKey: 'no' }).models.list()).rejects.toBeInstanceOf(AuthenticationError);
    const failed = await openai.responses.create({ model: 'fail', input: 'x' });
    expect(failed).toMatchObject({
      status: 'failed',
      error: { code: 'server_error', message: 'no luck' },
      output_text: 'So far ',
    });
  });
});

test('OpenAI: a tool of an MCP server waits for approval', async () => {
  const openai = clientOf('responses@openai');
  const tools = [{ type: 'mcp' as const, server_label: 'shop', server_url: 'http://127.0.0.1:1/' }];
  const input =
    '@script {"steps":[{"tool":{"by":"approval","calls":[{"name":"buy","args":{"n":1},"output":"bought"}]}}],"turns":[{"steps":[{"text":"Done"}]}]}';
  const asked = await openai.responses.create({ model: 'm', input, tools });
  const request = asked.output[0]!;
  expect(request).toMatchObject({
    type: 'mcp_approval_request',
    server_label: 'shop',
    name: 'buy',
    arguments: '{"n":1}',
  });
  const yes = { type: 'mcp_approval_response' as const, approval_request_id: String(request.id), approve: true };
  const run = await openai.responses.create({ model: 'm', previous_response_id: asked.id, input: [yes], tools });
  expect(run.output).toMatchObject([
    { type: 'mcp_call', approval_request_id: request.id, output: 'bought', status: 'completed' },
    { type: 'message' },
  ]);
  const no = await openai.responses.create({
    model: 'm',
    previous_response_id: asked.id,
    input: [{ ...yes, approve: false }],
    tools,
  });
  expect(no.output.map(({ type }) => type)).toEqual(['message']);
});

test('OpenAI: reasoning has its names, and what was encrypted comes back', async () => {
  const openai = clientOf('responses@openai');
  const stream = openai.responses.stream({ model: 'reason', input: 'x', include: ['reasoning.encrypted_content'] });
  const { output } = await stream.finalResponse();
  expect(output).toMatchObject([
    {
      type: 'reasoning',
      content: [{ type: 'reasoning_text', text: 'Two cities match.' }],
      encrypted_content: expect.any(String),
    },
    { type: 'message' },
  ]);
  const again = await openai.responses.create({
    model: 'gpt-5',
    store: false,
    input: [...(output as never[]), { role: 'user', content: 'and?' }],
  });
  expect(again.output_text).toBe('and?');
});

test('WayFlow: lists, creates, streams, continues, gets, deletes', async () => {
  const openai = clientOf('responses@wayflow');
  const ids = [];
  for await (const { id } of openai.models.list()) ids.push(id);
  expect(ids).toContain('agentproto');
  const first = await openai.responses.create({ model: 'agentproto', input: 'hi' });
  expect(first).toMatchObject({
    status: 'completed',
    output: [{ content: [{ text: 'hi' }] }],
    conversation: { id: expect.any(String) },
  });
  const next = await openai.responses.create({ model: 'echo', input: 'more', previous_response_id: first.id });
  expect(next.conversation).toEqual(first.conversation);
  expect((next.output[0] as { content: { text: string }[] }).content[0]?.text).toContain('"text":"hi"');
  let text = '';
  for await (const event of await openai.responses.create({ model: 'chunks', input: 'hi', stream: true }))
    if (event.type === 'response.output_text.delta') text += event.delta;
  expect(text).toContain('chunk-10');
  expect(await openai.responses.retrieve(first.id)).toMatchObject({ id: first.id });
  await openai.responses.delete(first.id);
  await expect(openai.responses.retrieve(first.id)).rejects.toBeInstanceOf(NotFoundError);
  await expect(openai.responses.create({ model: 'agentproto', input: 'x', tools: [tool] })).rejects.toMatchObject({
    status: 501,
  });
});
