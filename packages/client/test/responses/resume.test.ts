import type { AnyStreamEvent } from '@agentproto/client/responses';
import { expect, test } from 'vitest';
import { failureOf, sendJson } from '../scripted-server.ts';
import { endOf, messageEvents, messageOf, numbered, scripted, write } from './scripted.ts';

const EVENTS = numbered([...messageEvents('a', 'b', 'c'), endOf('completed', { output: [messageOf('abc')] })]);
const body = { input: 'hi', background: true };
const resume = { resume: { attempts: 2 }, retry: { baseMs: 1 } };

async function seenOf(stream: AsyncIterable<AnyStreamEvent>): Promise<AnyStreamEvent[]> {
  const seen: AnyStreamEvent[] = [];
  for await (const event of stream) seen.push(event);
  return seen;
}

test('after broken connections the rest comes, and nothing is lost or twice', async () => {
  await using given = await scripted(async (response, { path }, count) => {
    const after = Number(new URL(path, 'http://h').searchParams.get('starting_after') ?? -1);
    // The second connection repeats what was seen.
    const events = EVENTS.slice(count === 2 ? 0 : after + 1, count === 3 ? undefined : after + 4);
    await write(response, events);
    if (count === 1) response.destroy();
    else response.end();
  });
  const stream = given.client.stream(body, resume);
  expect(await seenOf(stream)).toEqual(EVENTS);
  expect(await stream.final()).toMatchObject({ status: 'completed', output: [messageOf('abc')] });
  expect(given.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(
    [
      'POST /v1/responses',
      'GET /v1/responses/resp_1?stream=true&starting_after=2',
      'GET /v1/responses/resp_1?stream=true&starting_after=2',
    ].map((line, at) =>
      at === 2 ? expect.stringMatching(/^GET \/v1\/responses\/resp_1\?stream=true&starting_after=\d+$/) : line,
    ),
  );
});

test('gives up after as many failures in a row as allowed, with what came', async () => {
  await using given = await scripted(async (response, _, count) => {
    if (count === 1) await write(response, EVENTS.slice(0, 6));
    response.destroy();
  });
  const error = await failureOf(given.client.stream(body, resume).final());
  expect(error).toMatchObject({ code: 'STREAM_TRUNCATED', partial: { output: [{ content: [{ text: 'ab' }] }] } });
  expect(given.requests).toHaveLength(3);
});

test('a server that does not know the response any more: truncated, and why', async () => {
  await using given = await scripted(async (response, _, count) => {
    if (count > 1) return sendJson(response, { error: { type: 'not_found', message: 'gone' } }, 404);
    await write(response, EVENTS.slice(0, 3));
    response.destroy();
  });
  const error = await failureOf(given.client.stream(body, resume).final());
  expect(error).toMatchObject({ code: 'STREAM_TRUNCATED', cause: { code: 'RESPONSES_ERROR', status: 404 } });
});

test('is for the background only', async () => {
  await using given = await scripted((response) => void response.end());
  expect(() => given.client.stream('hi', resume)).toThrow('background: true');
});

test('goes on by hand from another process', async () => {
  await using given = await scripted(async (response, { path }) => {
    expect(path).toBe('/v1/responses/resp_1?stream=true&starting_after=6');
    await write(response, EVENTS.slice(7));
    response.end();
  });
  const stream = given.client.retrieveStream('resp_1', { starting_after: 6 });
  expect(await seenOf(stream)).toEqual(EVENTS.slice(7));
  expect(stream.outputText).toBe('abc');
});
