import { isAgentProtoError } from '@agentproto/client/errors';
import { outputTextOf, type ResponsesClient, responsesClient } from '@agentproto/client/responses';
import { createReferenceServer } from '@agentproto/reference-server';
import { QUIRKS } from '@agentproto/reference-server/quirks';
import { beforeAll, expect, test } from 'vitest';

/** Each way in which the double departs, met by the client: no hang, nothing but typed errors, no silence about it. */
const quirks = QUIRKS.filter(({ name }) => name.startsWith('responses.'));
const TEXT = Array.from({ length: 10 }, (_, i) => `chunk-${i + 1} `).join('');

async function at(name: string, play: (client: ResponsesClient, told: string[]) => Promise<void>): Promise<void> {
  const chosen = quirks.filter((quirk) => quirk.name === name);
  const server = await createReferenceServer({ quirks: chosen });
  const told: string[] = [];
  const client = responsesClient(server.urls['responses@openai'] ?? server.urls['responses@2026-04-24']!, {
    model: 'chunks',
    timeouts: { connectMs: 2_000, firstEventMs: 2_000, idleMs: 2_000, totalMs: 5_000 },
    onDeviation: ({ kind, row }) => row && told.push(`${kind} ${row}`),
  });
  try {
    await play(client, told);
  } finally {
    await client.close();
    await server.close();
  }
}

// What comes with the first stream is there before time is limited.
beforeAll(async () => {
  await using server = await createReferenceServer();
  await using client = responsesClient(server.urls['responses@openai']!, { model: 'chunks' });
  await client.stream('go').final();
});

const legal = quirks.filter(({ breaks }) => breaks === null).map(({ name }) => name);
const broken = quirks.filter(({ breaks }) => breaks !== null).map(({ name }) => name);

test('there are quirks', () => expect([legal.length > 10, broken.length > 60]).toEqual([true, true]));

test.each(legal)('%s: as if it were not there', async (name) => {
  await at(name, async (client, told) => {
    expect(outputTextOf(await client.create('go'))).toContain('chunk-10');
    expect(outputTextOf(await client.stream('go').final())).toBe(TEXT);
    expect(told).toEqual([]);
  });
});

/** What a stream comes to instead of the text: what it fails with, where it cannot be read. */
const COMES_TO: { [name: string]: string } = {
  'responses.stream.is-called-json': 'MALFORMED_RESPONSE',
  'responses.stream.never-ends': 'STREAM_TRUNCATED',
  'responses.ext.wants-a-member-of-its-own': 'RESPONSES_ERROR',
  // It really says it twice.
  'responses.wayflow.answers-in-two-parts': TEXT + TEXT,
};

/** What is told of a stream; of all others the client sees nothing that it relies on. */
const KINDS: { [name: string]: string } = {
  'responses.stream.is-called-json': 'stream-content-type',
  'responses.stream.data-is-no-json': 'not-an-event',
  'responses.stream.names-events-otherwise': 'event-type',
  'responses.stream.ends-twice': 'event-after-end',
  'responses.stream.ends-as-done': 'terminal-name',
  'responses.stream.ends-without-output': 'empty-output',
  'responses.stream.a-part-a-token': 'part-not-added',
  'responses.item.is-not-added': 'item-not-added',
  'responses.item.is-added-late': 'item-not-added',
  'responses.item.without-a-part': 'part-not-added',
  'responses.item.part-after-its-delta': 'part-not-added',
  'responses.openai.says-other-data': 'not-an-event',
};

test('what is expected of quirks is about quirks', () => {
  for (const name of Object.keys({ ...COMES_TO, ...KINDS })) expect(broken).toContain(name);
});

test.each(broken)('%s: the whole text, or a typed error', async (name) => {
  await at(name, async (client, told) => {
    const got = await client
      .stream('go')
      .final()
      .then(outputTextOf, (error: unknown) => (isAgentProtoError(error) ? error.code : error));
    expect(got).toBe(COMES_TO[name] ?? TEXT);
    expect(told.map((each) => each.split(' ')[0])).toEqual(KINDS[name] ? [KINDS[name]] : []);
  });
});
