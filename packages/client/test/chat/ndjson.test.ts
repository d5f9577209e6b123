import { chatClient, type Deviation, type StreamEvent } from '@agentproto/client/chat';
import { describe, expect, test } from 'vitest';
import { DONE, delta, failureOf, fetchOf } from './scripted-agent.ts';

const URL = 'http://agent.test';
const EVENTS: StreamEvent[] = [delta('Grüße '), delta('世界 🎉 \u2028'), DONE];
const LINES = EVENTS.map((event) => JSON.stringify(event));

async function read(...chunks: (string | Uint8Array)[]) {
  const deviations: Deviation[] = [];
  const agent = chatClient(URL, { fetch: fetchOf(...chunks), onDeviation: (deviation) => deviations.push(deviation) });
  const stream = agent.stream('hi');
  const events: StreamEvent[] = [];
  let error: unknown;
  try {
    for await (const event of stream) events.push(event);
  } catch (thrown) {
    error = thrown;
  }
  return { events, error, kinds: deviations.map(({ kind }) => kind), deviations, stream };
}

describe('how bytes become events', () => {
  const bytes = Buffer.from(LINES.map((line) => `${line}\n`).join(''));

  test('cut in two at every byte', async () => {
    for (let at = 0; at <= bytes.length; at++) {
      expect((await read(bytes.subarray(0, at), bytes.subarray(at))).events).toEqual(EVENTS);
    }
  });

  test('one byte a chunk, empty chunks between', async () => {
    const { events, kinds } = await read(...[...bytes].flatMap((byte) => [Uint8Array.of(byte), new Uint8Array()]));
    expect(events).toEqual(EVENTS);
    expect(kinds).toEqual([]);
  });

  test.each<[string, string]>([
    ['CRLF', LINES.map((line) => `${line}\r\n`).join('')],
    ['blank lines', `\n\n${LINES.map((line) => `${line}\n \t\r\n\n`).join('')}`],
    ['a byte order mark', `\ufeff${LINES.join('\n')}\n`],
    ['spaces in the JSON', EVENTS.map((event) => `${JSON.stringify(event, null, 1).replaceAll('\n', ' ')}\n`).join('')],
    [
      'ASCII escapes',
      LINES.map(
        (line) => `${line.replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`,
      ).join(''),
    ],
  ])('%s', async (_, text) => {
    const { events, error, kinds } = await read(text);
    expect({ events, error, kinds }).toEqual({ events: EVENTS, error: undefined, kinds: [] });
  });

  test('the documented short `done`', async () => {
    const { stream, error } = await read('{"type": "text_delta", "text": "Kubernetes"}\n{"type": "done"}\n');
    expect(error).toBeUndefined();
    expect(await stream.final()).toMatchObject({
      content: 'Kubernetes',
      stopReason: undefined,
      metaData: {},
      requestContext: undefined,
    });
  });
});

describe('how a stream ends', () => {
  test('a last line without its line feed is complete: taken, and reported', async () => {
    const { events, error, kinds } = await read(LINES.join('\n'));
    expect(events).toEqual(EVENTS);
    expect(error).toBeUndefined();
    expect(kinds).toEqual(['no-line-feed']);
  });

  test.each<[string, (string | Uint8Array)[]]>([
    ['nothing at all', []],
    ['between two lines', [`${LINES[0]}\n`]],
    ['in a line', [`${LINES[0]}\n${LINES[2]!.slice(0, -1)}`]],
    ['in a character', [`${LINES[0]}\n`, Buffer.from('{"type":"text_delta","text":"世').subarray(0, -1)]],
    ['after half a number', [`${LINES[0]}\n12`]],
  ])('cut: %s', async (name, chunks) => {
    const { error, events } = await read(...chunks);
    const count = name === 'nothing at all' ? 0 : 1;
    expect(events).toHaveLength(count);
    expect(error).toMatchObject({
      code: 'STREAM_TRUNCATED',
      events: count,
      partial: { content: count ? 'Grüße ' : '' },
    });
    expect((error as Error).message).toMatch(
      new RegExp(
        `^the stream ended after ${count} event${count ? '' : 's'} without done or error${name.endsWith('number') ? '; 1 could not be read: .*line 2: expected an object with a type' : ''}$`,
      ),
    );
  });

  test('`error` ends it: the event comes, then the failure, with all before it', async () => {
    const { events, error, stream } = await read(`${LINES[0]}\n{"type":"error","error":"agent exploded"}\n`);
    expect(events.map(({ type }) => type)).toEqual(['text_delta', 'error']);
    expect(error).toMatchObject({
      code: 'CHAT_TURN_FAILED',
      name: 'ChatTurnError',
      detail: 'agent exploded',
      retryable: false,
      partial: { content: 'Grüße ' },
    });
    expect((error as Error).message).toBe(`chat-stream at ${URL}/api/chat-stream: agent exploded`);
    expect(await failureOf(stream.final())).toBe(error);
    expect(stream.reply).toBeUndefined();
    expect(stream.partial().content).toBe('Grüße ');
  });

  test('what comes after the end is passed over, and reported', async () => {
    const failed = await read(`{"type":"error","error":"x"}\n`, `${LINES[2]}\n`, `${LINES[0]}\n`);
    expect(failed.events).toHaveLength(1);
    expect(failed.error).toMatchObject({ code: 'CHAT_TURN_FAILED' });
    expect(failed.kinds).toEqual(['done-after-error', 'event-after-end']);

    const done = await read(`${LINES[2]}\n${LINES[0]}\n`, 'nonsense\n');
    expect(done.events).toEqual([DONE]);
    expect(done.error).toBeUndefined();
    expect(done.kinds).toEqual(['event-after-end']);
  });
});

describe('lines that are no event', () => {
  test('of an unknown type, or of none: passed over, and handed to whoever wants them', async () => {
    const { events, error, deviations } = await read(
      '{"type":"agent_message","n":1}\n5\nnull\n[]\n{"text":"x"}\n{"type":"toString"}\n',
      `${LINES[2]}\n`,
    );
    expect(events).toEqual([DONE]);
    expect(error).toBeUndefined();
    expect(deviations.map(({ kind, event }) => [kind, event?.type])).toEqual([
      ['unknown-event', 'agent_message'],
      ['not-an-event', undefined],
      ['unknown-event', 'toString'],
    ]);
    expect(deviations[0]).toMatchObject({ operation: 'chat-stream', event: { type: 'agent_message', n: 1 } });
  });

  test.each<[string, string | Uint8Array, string]>([
    ['no JSON', '{"type": nonsense}\n', 'JSON'],
    [
      'no UTF-8',
      Buffer.concat([Buffer.from('{"type":"text_delta","text":"'), Uint8Array.of(0xff), Buffer.from('"}\n')]),
      'UTF-8',
    ],
    ['a text that is none', '{"type":"text_delta","text":5}\n', 'a text'],
    ['a list that is none', '{"type":"executed_commands","executed_cmds":{}}\n', 'a list of objects'],
    ['a call without an id', '{"type":"tool_calls","tool_calls":[{"name":"x"}]}\n', 'a list of objects with an id'],
  ])('%s: what came before it comes, then the failure', async (_, line, expected) => {
    const { events, error } = await read(
      Buffer.concat([Buffer.from(`${LINES[0]}\n`), Buffer.from(line)]),
      `${LINES[2]}\n`,
    );
    expect(events).toEqual([EVENTS[0]]);
    expect(error).toMatchObject({ code: 'MALFORMED_RESPONSE', expected, retryable: false });
    expect((error as Error).message).toContain('line 2');
  });

  test('longer than the limit, in one chunk or without an end: refused before it is kept', async () => {
    const limits = { eventBytes: 100 };
    for (const chunks of [[`${LINES[2]}${' '.repeat(100)}\n`], Array<string>(1_000).fill('x'.repeat(50))]) {
      const agent = chatClient(URL, { fetch: fetchOf(...chunks), limits });
      expect(await failureOf(agent.stream('x').final())).toMatchObject({
        code: 'MALFORMED_RESPONSE',
        expected: expect.stringContaining('100 bytes'),
      });
    }
  });
});
