import { expect, test } from 'vitest';
import { failureOf, sendJson } from '../scripted-server.ts';
import { scripted, write, writeAll } from './scripted.ts';

const chunk = (choices: object[], more: object = {}) => ({
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices,
  ...more,
});
const delta = (said: object, finish_reason: string | null = null, index = 0) => ({ index, delta: said, finish_reason });
const ASKED = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }] };

test('chunks are put together to what would have come in one piece', async () => {
  const call = (more: object) => ({ tool_calls: [{ index: 0, ...more }] });
  await using given = await scripted((response) =>
    writeAll(response, [
      chunk([delta({ role: 'assistant', content: '' }), delta({ role: 'assistant', content: 'B' }, null, 1)]),
      chunk([delta({ content: 'A' })]),
      chunk([delta(call({ id: 'call_1', type: 'function', function: { name: 'clock', arguments: '' } }))]),
      chunk([delta(call({ function: { arguments: '{"zone":' } }))]),
      chunk([delta(call({ function: { arguments: '"UTC"}' } })), delta({ content: 'b' }, 'length', 1)]),
      chunk([delta({}, 'tool_calls')]),
      chunk([], { usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 } }),
      '[DONE]',
    ]),
  );
  const stream = given.client.chat.stream({ ...ASKED, n: 2 });
  let chunks = 0;
  for await (const { choices } of stream) chunks += choices.length > 0 ? 1 : 0;
  expect(chunks).toBe(6);
  const clock = { id: 'call_1', type: 'function', function: { name: 'clock', arguments: '{"zone":"UTC"}' } };
  expect(await stream.final()).toEqual({
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    choices: [
      { index: 0, finish_reason: 'tool_calls', message: { role: 'assistant', content: 'A', tool_calls: [clock] } },
      { index: 1, finish_reason: 'length', message: { role: 'assistant', content: 'Bb' } },
    ],
  });
  expect(JSON.parse(given.requests[0]!.body)).toEqual({ ...ASKED, n: 2, stream: true });
  expect(given.requests[0]!.headers.accept).toBe('text/event-stream');
});

test('a stream may just close, once every choice is finished; else it was cut', async () => {
  await using given = await scripted((response, _, count) =>
    writeAll(response, [chunk([delta({ content: 'A' }, count === 1 ? 'stop' : null)])]),
  );
  expect(await given.client.chat.stream(ASKED).final()).toMatchObject({ choices: [{ message: { content: 'A' } }] });
  expect(await failureOf(given.client.chat.stream(ASKED).final())).toMatchObject({
    code: 'STREAM_TRUNCATED',
    partial: { choices: [{ message: { content: 'A' }, finish_reason: null }] },
  });
});

test('an error in the middle; a server that leaves the stream open; one that does not stream', async () => {
  await using given = await scripted(async (response, _, count) => {
    if (count === 1)
      return writeAll(response, [chunk([delta({ content: 'A' })]), { error: { message: 'oh', code: 'x' } }]);
    if (count === 2) return write(response, [chunk([delta({ content: 'A' }, 'stop')]), '[DONE]']);
    sendJson(response, {
      ...chunk([{ index: 0, message: { role: 'assistant', content: 'whole' }, finish_reason: 'stop' }]),
      object: 'chat.completion',
    });
  });
  const { chat } = given.client;
  expect(await failureOf(chat.stream(ASKED).final())).toMatchObject({
    code: 'OPEN_AGENT_ERROR',
    reason: 'oh',
    errorCode: 'x',
    partial: { choices: [{ message: { content: 'A' } }] },
  });
  expect(await chat.stream(ASKED).final()).toMatchObject({ choices: [{ message: { content: 'A' } }] });
  expect(await chat.stream(ASKED).final()).toMatchObject({ choices: [{ message: { content: 'whole' } }] });
});

test('completions of a text', async () => {
  const piece = (text: string, finish_reason: string | null = null) => ({
    id: 'c',
    object: 'text_completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, text, finish_reason, logprobs: null }],
  });
  await using given = await scripted((response) => writeAll(response, [piece('on'), piece('ce', 'stop'), '[DONE]']), {
    revision: 'readme',
  });
  const stream = given.client.completions.stream({ model: 'm', prompt: 'p' });
  expect(await stream.final()).toEqual({
    ...piece('once', 'stop'),
    choices: [{ index: 0, text: 'once', finish_reason: 'stop' }],
  });
  expect(given.requests[0]!.path).toBe('/v1/v1/completions');
});

test('events of MCP come as they are, until one side leaves', async () => {
  await using given = await scripted(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end('event: endpoint\ndata: /mcp/messages?s=1\n\nevent: status\ndata: {"ok":true}\n\n');
  });
  const events: unknown[] = [];
  for await (const event of given.client.mcp.events()) events.push(event);
  expect(events).toEqual([
    { event: 'endpoint', data: '/mcp/messages?s=1' },
    { event: 'status', data: { ok: true } },
  ]);
  expect(given.requests[0]!.path).toBe('/v1/mcp/sse');
});
