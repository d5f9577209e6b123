/** OpenAI's own client, unmodified, with no more than another base URL and another key. */
import OpenAI, { AuthenticationError, BadRequestError, InternalServerError } from 'openai';
import type { ChatCompletionChunk, ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReferenceServer } from '../server.ts';
import type { ReferenceServer } from '../server.ts';

let server: ReferenceServer;
beforeAll(async () => {
  server = await createReferenceServer({ protocols: ['open-agent@0.7', 'open-agent@readme'] });
});
afterAll(() => server.close());

const tool = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

describe.each([
  ['open-agent@0.7', ''],
  ['open-agent@readme', '/v1'],
])('%s', (protocol, under) => {
  const client = (options: object = {}) =>
    new OpenAI({ baseURL: server.urls[protocol]! + under, apiKey: 'oaa_test_ada', maxRetries: 0, ...options });
  const say = (content: string): ChatCompletionMessageParam[] => [{ role: 'user', content }];
  const streamed = async (stream: AsyncIterable<ChatCompletionChunk>) => {
    const chunks: ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return chunks;
  };

  test('a chat completion', async () => {
    const completion = await client().chat.completions.create({ model: 'gpt-5', messages: say('Hello') });
    expect(completion).toMatchObject({
      object: 'chat.completion',
      model: 'gpt-5',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 2, completion_tokens: 2, total_tokens: 4 },
    });
    expect(completion.id).toMatch(/^chatcmpl-/);
  });

  test('a stream, with what it used at its end', async () => {
    const stream = await client().chat.completions.create({
      model: 'chunks',
      messages: say('go'),
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = await streamed(stream);
    const text = Array.from({ length: 10 }, (_, at) => `chunk-${at + 1} `).join('');
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).toBe(text);
    expect(chunks[0]!.choices[0]!.delta.role).toBe('assistant');
    expect(chunks.at(-2)!.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' });
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 1 + Math.ceil(text.length / 4) } });
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    expect(new Set(chunks.map(({ id, created }) => `${id} ${created}`)).size).toBe(1);
  });

  test('without being asked, no usage; Accept alone asks for a stream', async () => {
    const chunks = await streamed(
      await client().chat.completions.create({ model: 'gpt-5', messages: say('Hi'), stream: true }),
    );
    expect(chunks.some((chunk) => 'usage' in chunk)).toBe(false);
    const response = await fetch(`${server.urls[protocol]}${under}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'x-api-key': 'oaa_test_ada' },
      body: JSON.stringify({ model: 'gpt-5', messages: say('Hi') }),
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect((await response.text()).endsWith('data: [DONE]\n\n')).toBe(true);
  });

  test('a loop of tools, by the helper that accumulates a stream', async () => {
    const asked = say('weather?');
    const stream = client().chat.completions.stream({ model: 'tool', messages: asked, tools: [tool] });
    const first = await stream.finalChatCompletion();
    const message = first.choices[0]!.message;
    expect(first.choices[0]!.finish_reason).toBe('tool_calls');
    const [call] = message.tool_calls!;
    expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather', arguments: '{"city":"Bern"}' } });
    const last = await client().chat.completions.create({
      model: 'tool',
      messages: [...asked, message, { role: 'tool', tool_call_id: call!.id, content: 'sunny' }],
      tools: [tool],
    });
    expect(last.choices[0]).toMatchObject({ message: { content: 'sunny' }, finish_reason: 'stop' });
  });

  test('two calls at once, or one where that is not wanted; a call that is owed, or none', async () => {
    const other = { ...tool, function: { ...tool.function, name: 'get_time' } };
    const ask = async (more: object) => {
      const { choices } = await client().chat.completions.create({
        model: 'gpt-5',
        messages: say('both'),
        tools: [tool, other],
        ...more,
      });
      return choices[0]!.message.tool_calls?.map((one) => 'function' in one && one.function.name) ?? [];
    };
    expect(await ask({ model: 'two-tools' })).toEqual(['get_weather', 'get_time']);
    expect(await ask({ model: 'two-tools', parallel_tool_calls: false })).toEqual(['get_weather']);
    expect(await ask({ model: 'two-tools', tool_choice: 'none' })).toEqual([]);
    expect(await ask({ tool_choice: 'required' })).toEqual(['get_weather']);
    expect(await ask({ tool_choice: { type: 'function', function: { name: 'get_time' } } })).toEqual(['get_time']);
    const allowed = { mode: 'auto', tools: [{ type: 'function', function: { name: 'get_time' } }] };
    expect(await ask({ model: 'two-tools', tool_choice: { type: 'allowed_tools', allowed_tools: allowed } })).toEqual([
      'get_time',
    ]);
    await expect(ask({ tool_choice: { type: 'function', function: { name: 'none' } } })).rejects.toBeInstanceOf(
      BadRequestError,
    );
  });

  test('n, stop and max_tokens', async () => {
    const ask = (more: object) =>
      client().chat.completions.create({ model: 'gpt-5', messages: say('one two three four'), ...more });
    const two = await ask({ n: 2 });
    expect(two.choices.map(({ index, message }) => [index, message.content])).toEqual([
      [0, 'one two three four'],
      [1, 'one two three four'],
    ]);
    expect(two.usage).toMatchObject({ prompt_tokens: 5, completion_tokens: 10, total_tokens: 15 });
    expect((await ask({ stop: ' three' })).choices[0]).toMatchObject({
      message: { content: 'one two' },
      finish_reason: 'stop',
    });
    const short = await ask({ max_tokens: 2 });
    expect(short.choices[0]).toMatchObject({ message: { content: 'one two ' }, finish_reason: 'length' });
    expect(short.usage?.completion_tokens).toBe(2);
    for (const wrong of [{ n: 0 }, { n: 129 }, { max_tokens: 0 }, { stop: ['a', 'b', 'c', 'd', 'e'] }])
      await expect(ask(wrong)).rejects.toMatchObject({ status: 400, param: Object.keys(wrong)[0] });
    const chunks = await streamed(
      await client().chat.completions.create({
        model: 'gpt-5',
        messages: say('ab'),
        n: 3,
        stream: true,
        max_tokens: 1,
      }),
    );
    expect(chunks.filter(({ choices }) => choices[0]?.delta.content).map(({ choices }) => choices[0]!.index)).toEqual([
      0, 1, 2,
    ]);
  });

  test('refusals, failures, formats', async () => {
    const openai = client();
    const refused = await openai.chat.completions.create({ model: 'refuse', messages: say('x') });
    expect(refused.choices[0]!.message).toMatchObject({ content: null, refusal: 'I will not do that.' });
    await expect(openai.chat.completions.create({ model: 'fail', messages: say('x') })).rejects.toBeInstanceOf(
      InternalServerError,
    );
    const parsed = await openai.chat.completions.parse({
      model: 'gpt-5',
      messages: say('x'),
      response_format: {
        type: 'json_schema',
        json_schema: {
          name: 'city',
          schema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
        },
      },
    });
    expect(parsed.choices[0]!.message.parsed).toEqual({ n: 1 });
    const failed = openai.chat.completions.create({ model: 'crash', messages: say('x'), stream: true });
    await expect(failed.then(streamed)).rejects.toThrow('The model crashed.');
    await expect(openai.chat.completions.create({ model: 'rate-limited', messages: say('x') })).rejects.toMatchObject({
      status: 429,
    });
  });

  test('a completion, plain, streamed, of several prompts', async () => {
    const openai = client();
    const one = await openai.completions.create({ model: 'gpt-5', prompt: 'Once upon', echo: true });
    expect(one).toMatchObject({
      object: 'text_completion',
      choices: [{ index: 0, text: 'Once uponOnce upon', finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 },
    });
    const many = await openai.completions.create({ model: 'gpt-5', prompt: ['a', 'b'], n: 2 });
    expect(many.choices.map(({ index, text }) => [index, text])).toEqual([
      [0, 'a'],
      [1, 'a'],
      [2, 'b'],
      [3, 'b'],
    ]);
    let text = '';
    const stream = await openai.completions.create({ model: 'chunks', prompt: 'x', stream: true, max_tokens: 3 });
    let reason: string | null = null;
    for await (const { choices } of stream) {
      text += choices[0]!.text;
      reason = choices[0]!.finish_reason ?? reason;
    }
    expect([text, reason]).toEqual(['chunk-1 chun', 'length']);
  });

  test('embeddings: numbers, base64, sizes', async () => {
    const openai = client();
    const body = { model: 'text-embedding', input: ['a red house', 'red houses', 'eleven ducks'] };
    const floats = await openai.embeddings.create({ ...body, encoding_format: 'float' });
    // Without a format the client asks for base64, and decodes it.
    const decoded = await openai.embeddings.create(body);
    expect(floats).toMatchObject({ object: 'list', model: 'text-embedding' });
    expect(floats.data.map(({ index, object }) => [index, object])).toEqual([0, 1, 2].map((at) => [at, 'embedding']));
    expect(decoded.data.map(({ embedding }) => embedding)).toEqual(floats.data.map(({ embedding }) => embedding));
    const [red, reds, ducks] = floats.data.map(({ embedding }) => embedding);
    const like = (a: number[], b: number[]) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
    expect(like(red!, reds!)).toBeGreaterThan(like(red!, ducks!) + 0.3);
    const small = await openai.embeddings.create({ ...body, dimensions: 8 });
    expect(small.data[0]!.embedding).toHaveLength(8);
    for (const wrong of [{ dimensions: 0 }, { input: [] }, { input: '' }])
      await expect(openai.embeddings.create({ ...body, ...wrong })).rejects.toMatchObject({
        status: 400,
        param: Object.keys(wrong)[0],
      });
  });

  test('models, and the envelope of errors', async () => {
    const ids = [];
    for await (const { id } of client().models.list()) ids.push(id);
    expect(ids).toContain('two-tools');
    await expect(client({ apiKey: 'wrong' }).models.list()).rejects.toBeInstanceOf(AuthenticationError);
    await expect(client().chat.completions.create({ model: 'm', messages: [] })).rejects.toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      param: 'messages',
    });
  });
});
