import * as open from '@agentproto/rules/responses/2026-04-24';
import * as first from '@agentproto/rules/responses/2026-01-15';
import * as openai from '@agentproto/rules/responses/openai';
import * as wayflow from '@agentproto/rules/responses/wayflow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReferenceServer } from '../server.ts';
import type { ReferenceServer } from '../server.ts';
import { responsesQuirk } from './quirks/responses-quirk.ts';
import { wireTo } from './wire.test.kit.ts';
import type { Wire } from './wire.test.kit.ts';

let server: ReferenceServer;
let wire: Wire;
beforeAll(async () => {
  server = await createReferenceServer({ responses: { contextTokens: 10_000, socketMs: 60_000 } });
  wire = wireTo(server.urls['responses@2026-04-24']!);
});
afterAll(() => server.close());

const tools = ['get_weather', 'get_time'].map((name) => ({
  type: 'function',
  name,
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
}));
const script = (...steps: object[]) => `@script ${JSON.stringify({ steps })}`;

describe.each([
  ['responses@2026-04-24', open, '[DONE]'],
  ['responses@2026-01-15', first, '[DONE]'],
  ['responses@openai', openai, undefined],
  ['responses@wayflow', wayflow, '[DONE]'],
] as const)('%s', (id, rules, done) => {
  const models =
    id === 'responses@wayflow'
      ? ['chunks', 'tool', 'fail']
      : ['chunks', 'tool', 'fail', 'reason', 'refuse', 'two-tools'];
  test.each(models)('every event of %s is valid, in order, and leads to the response', async (model) => {
    const { events, names, last, headers } = await wireTo(server.urls[id]!).stream({ model, input: 'Hi' });
    expect(headers.get('content-type')).toBe('text/event-stream');
    expect(events.flatMap((event) => rules.validate('StreamEvent', event))).toEqual([]);
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, at) => at));
    if (id !== 'responses@wayflow') expect(names).toEqual(events.map(({ type }) => type));
    expect(last).toBe(done ?? JSON.stringify(events.at(-1)));
    const items = events.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item);
    expect(events.at(-1)?.response.output).toEqual(items);
  });

  test('the response in one piece is valid', async () => {
    const { json, status } = await wireTo(server.urls[id]!).post('/responses', { model: 'agentproto', input: 'Hi' });
    expect([status, rules.validate('ResponseResource', json)]).toEqual([200, []]);
  });

  test('so are refusals', async () => {
    const at = wireTo(server.urls[id]!);
    const refusals = await Promise.all([
      at.post('/responses', '{'),
      at.post('/responses', { model: 'agentproto', input: 5 }),
      at.post('/responses', { model: 'agentproto', previous_response_id: 'resp_none' }),
      at.send('GET', '/responses/resp_none'),
      at.send('GET', '/nothing'),
      at.send('PATCH', '/responses'),
    ]);
    expect(refusals.map(({ status }) => status)).toEqual(
      id === 'responses@wayflow' ? [422, 422, 404, 404, 404, 405] : [400, 400, 400, 404, 404, 405],
    );
    expect(refusals.flatMap(({ json }) => rules.validate('ErrorBody', json))).toEqual([]);
  });
});

describe('the agent stays within the request', () => {
  const called = async (more: object) => {
    const { json } = await wire.post('/responses', { model: 'two-tools', input: 'do', tools, ...more });
    return json.output.flatMap(({ type, name }) => (type === 'function_call' ? [name] : []));
  };
  test('tool_choice and allowed_tools', async () => {
    const allowed = { type: 'allowed_tools', tools: [{ type: 'function', name: 'get_time' }] };
    expect(await called({})).toEqual(['get_weather', 'get_time']);
    expect(await called({ tool_choice: 'none' })).toEqual([]);
    expect(await called({ tool_choice: { type: 'function', name: 'get_time' } })).toEqual(['get_time']);
    expect(await called({ tool_choice: allowed })).toEqual(['get_time']);
    expect(await called({ parallel_tool_calls: false })).toEqual(['get_weather']);
    expect(await called({ model: 'agentproto', tool_choice: 'required' })).toEqual(['get_weather']);
    expect(await called({ model: 'agentproto', tool_choice: { type: 'function', name: 'get_time' } })).toEqual([
      'get_time',
    ]);
    const { json } = await wire.post('/responses', { model: 'agentproto', input: 'x', tools, tool_choice: 'required' });
    expect(JSON.parse(json.output[0]!.arguments)).toEqual({ city: 'text' });
  });

  test('max_output_tokens', async () => {
    const { json } = await wire.post('/responses', { model: 'm', input: 'x'.repeat(100), max_output_tokens: 16 });
    expect(json).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ status: 'incomplete', content: [{ text: 'x'.repeat(64) }] }],
      usage: { output_tokens: 16 },
    });
    const exact = await wire.post('/responses', { model: 'm', input: 'x'.repeat(64), max_output_tokens: 16 });
    expect(exact.json.status).toBe('completed');
  });

  test('truncation', async () => {
    const long = await wire.post('/responses', { model: 'm', input: 'x'.repeat(16_000) });
    const more = { model: 'echo', input: 'y'.repeat(16_000), previous_response_id: long.json.id };
    expect((await wire.post('/responses', more)).json.error).toMatchObject({ code: 'context_length_exceeded' });
    expect((await wire.post('/responses', { ...more, truncation: 'auto' })).json.status).toBe('completed');
    expect((await wire.post('/responses', { model: 'm', input: 'x'.repeat(50_000), truncation: 'auto' })).status).toBe(
      400,
    );
  });

  test('a script with a step that cannot be shown is refused', async () => {
    const { status, json } = await wire.post('/responses', { model: 'm', input: script({ delegate: { from: 'x' } }) });
    expect([status, json.error.code]).toEqual([400, 'SCRIPT_STEP_UNSUPPORTED']);
  });
});

describe('chains', () => {
  test('fork: neither sees the other; instructions do not go along', async () => {
    const root = await wire.post('/responses', { model: 'm', input: 'root', instructions: 'be brief' });
    const ask = async (input: string) => {
      const { json } = await wire.post('/responses', { model: 'echo', input, previous_response_id: root.json.id });
      const told = JSON.parse(json.output[0]!.content[0]!.text) as {
        request: { instructions: null; context: { text: string }[] };
      };
      return [told.request.instructions, ...told.request.context.map(({ text }) => text)];
    };
    expect(await ask('left')).toEqual([null, 'root', 'root', 'left']);
    expect(await ask('right')).toEqual([null, 'root', 'root', 'right']);
  });

  test('what is not stored can be neither got nor continued', async () => {
    const { json } = await wire.post('/responses', { model: 'm', input: 'x', store: false });
    expect((await wire.send('GET', `/responses/${json.id}`)).status).toBe(404);
    const next = await wire.post('/responses', { model: 'm', input: 'y', previous_response_id: json.id });
    expect(next.json.error.code).toBe('previous_response_not_found');
  });

  test('an item is referred to by its id; a compaction opens again', async () => {
    const { json } = await wire.post('/responses', { model: 'm', input: 'one' });
    const referring = await wire.post('/responses', {
      model: 'm',
      input: [{ id: json.output[0]!.id }, { role: 'user', content: 'two' }],
    });
    expect(referring.json.output[0]!.content[0]!.text).toBe('two');
    const compacted = await wire.post('/responses/compact', { model: 'm', previous_response_id: json.id });
    expect(open.validate('CompactResource', compacted.json)).toEqual([]);
    const after = await wire.post('/responses', {
      model: 'echo',
      input: [...compacted.json.output, { role: 'user', content: 'now' }],
    });
    expect(after.json.output[0]!.content[0]!.text).toContain('one');
    expect((await wire.post('/responses/compact', { input: 'x' })).status).toBe(400);
  });
});

describe('the WebSocket', () => {
  test('makes one response after the other, with the events of a stream', async () => {
    const socket = await wire.socket();
    socket.say({ model: 'slow', input: 'a' });
    socket.say({ model: 'm', input: 'b' });
    const [slow, quick] = [await socket.answer(), await socket.answer()];
    expect([...slow, ...quick].flatMap((event) => open.validate('StreamEvent', event))).toEqual([]);
    expect([slow, quick].map((events) => new Set(events.flatMap(({ response }) => response?.id ?? [])).size)).toEqual([
      1, 1,
    ]);
    expect(quick.map(({ sequence_number }) => sequence_number)).toEqual(quick.map((_, at) => at));
    socket.close();
    await socket.closed;
  });

  test('remembers what is not stored, until it fails, and no longer than it lasts', async () => {
    const socket = await wire.socket();
    socket.say({ model: 'm', input: 'a', store: false });
    const id = (await socket.answer()).at(-1)!.response.id;
    socket.say({ model: 'm', input: 'b', previous_response_id: id, store: false });
    expect((await socket.answer()).at(-1)?.type).toBe('response.completed');
    socket.say({ model: 'm', input: [{ type: 'item_reference', id: 'msg_none' }], previous_response_id: id });
    expect((await socket.answer()).at(-1)).toMatchObject({ type: 'error', status: 404 });
    socket.say({ model: 'm', input: 'c', previous_response_id: id });
    const again = (await socket.answer()).at(-1);
    expect(again).toMatchObject({ type: 'error', status: 400, error: { code: 'previous_response_not_found' } });
    expect(open.validate('WebSocketErrorEvent', again)).toEqual([]);
    socket.close();
    const other = await wire.socket();
    other.say({ model: 'm', input: 'd', previous_response_id: id });
    expect((await other.answer()).at(-1)?.error.code).toBe('previous_response_not_found');
    other.close();
  });

  test('says what is wrong with a frame, and stays', async () => {
    const socket = await wire.socket();
    for (const frame of ['{', '[]', { type: 'response.stop' }, { stream: true, input: 'x' }, { input: 5 }]) {
      socket.say(frame);
      expect((await socket.answer()).at(-1)).toMatchObject({
        type: 'error',
        status: 400,
        error: { message: expect.any(String) },
      });
    }
    socket.say({ model: 'm', input: 'still here' });
    expect((await socket.answer()).at(-1)?.response.status).toBe('completed');
    socket.close();
  });

  test('ends when it has lasted its time', async () => {
    const short = await createReferenceServer({ protocols: ['responses@2026-04-24'], responses: { socketMs: 50 } });
    const socket = await wireTo(short.urls['responses@2026-04-24']!).socket();
    expect((await socket.answer()).at(-1)?.error.code).toBe('websocket_connection_limit_reached');
    expect(await socket.closed).toBe(1000);
    await short.close();
  });

  test('is not there where the revision has none', async () => {
    const at = wireTo(server.urls['responses@2026-01-15']!);
    await expect(at.socket()).rejects.toThrow('405');
  });
});

test('a stream of a response that is not in the background ends with its caller', async () => {
  const stop = new AbortController();
  const body = JSON.stringify({ model: 'hold', input: 'x', stream: true });
  const url = `${server.urls['responses@2026-04-24']!}/responses`;
  const response = await fetch(url, {
    method: 'POST',
    body,
    signal: stop.signal,
    headers: { 'content-type': 'application/json' },
  });
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  const id = /"id":"(resp_\w+)"/.exec(Buffer.from(value!).toString())![1]!;
  stop.abort();
  const status = async () => (await wire.send('GET', `/responses/${id}`)).json.status;
  await expect.poll(status, { interval: 5 }).toBe('cancelled');
});

test('who is busy says when to come again, and nothing has begun', async () => {
  const at = wireTo(server.urls['responses@openai']!);
  const { json: conversation } = await at.post('/conversations', {});
  const busy = { model: 'm', input: '@busy 1500ms', conversation: conversation.id };
  const { status, headers, json } = await at.post('/responses', busy);
  expect([status, json.error.type, json.error.code]).toEqual([429, 'rate_limit_error', 'rate_limit_exceeded']);
  expect(headers.get('retry-after')).toBe('2');
  expect(headers.get('x-ratelimit-reset-requests')).toBe('2s');
  expect((await at.post('/responses', { ...busy, stream: true })).status).toBe(429);
  expect((await at.send('GET', `/conversations/${conversation.id}/items`)).json.data).toEqual([]);
  expect((await at.post('/responses', { model: 'm', input: 'Hi', conversation: conversation.id })).status).toBe(200);
  const socket = await wire.socket();
  socket.say({ model: 'rate-limited', input: 'x' });
  expect(await socket.answer()).toMatchObject([{ type: 'error', status: 429, error: { code: 'rate_limit_exceeded' } }]);
  socket.close();
});

test('20,000 deltas cost what 2,000 do, each', async () => {
  const took = async (chunks: number) => {
    const began = process.cpuUsage();
    const { events } = await wire.stream({
      model: 'm',
      input: script({ pad: { bytes: chunks * 4, chunks } }),
      stream_options: { include_obfuscation: false },
    });
    expect(events.filter(({ type }) => type === 'response.output_text.delta')).toHaveLength(chunks);
    const { user, system } = process.cpuUsage(began);
    return (user + system) / chunks;
  };
  await took(500);
  const few = await took(1_000);
  expect(await took(10_000)).toBeLessThan(few * 4);
});

test('an error in the midst of a stream has the next number', async () => {
  const breaksOff = responsesQuirk('responses.test.breaks-off', {
    breaks: null,
    says: 'breaks off',
    make: (impl, hit) => ({
      async *shownEvents(ctx, call, items) {
        let count = 0;
        for await (const item of impl.shownEvents(ctx, call, items)) {
          if (count++ === 3) throw hit(new Error('broken'));
          yield item;
        }
      },
    }),
  });
  await using own = await createReferenceServer({ quirks: [breaksOff] });
  const { events } = await wireTo(own.urls['responses@2026-04-24']!).stream({ model: 'chunks', input: 'Hi' });
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual([0, 1, 2, 3]);
  expect(events.at(-1)).toMatchObject({ type: 'error' });
});
