import { once } from 'node:events';
import { VirtualClock } from '@agentproto/script';
import type { WireFault } from '@agentproto/script';
import { describe, expect, test } from 'vitest';
import { brief, briefs, clientOf, logOf, runsIn, scripted, startServer, user } from './client.test.kit.ts';
import type { Said } from './client.test.kit.ts';

const until = (name: string) => ({ hold: { until: 'signal', signal: name } }) as const;

test('the head says what it is, and that nobody may keep it or hold it back', async () => {
  const { response, end } = await clientOf(await startServer()).stream([user('hi')]);
  expect(response.headers).toMatchObject({
    'content-type': 'application/x-ndjson',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  response.resume();
  expect(await end).toBe('complete');
});

test('one event a line, as the agent makes them', async () => {
  const server = await startServer();
  const turn = await clientOf(server).stream(
    [scripted({ steps: [{ status: 'On it' }, until('a'), { text: 'zwölf' }, until('b'), { text: ' 😀' }] })],
    { turn_id: 7 },
  );
  expect(await turn.next()).toEqual({ type: 'intermittent_update', text: 'On it', content: {} });
  server.signal('a');
  expect(await turn.next()).toEqual({ type: 'text_delta', text: 'zwölf' });
  server.signal('b');
  expect(await turn.rest()).toEqual([
    { type: 'text_delta', text: ' 😀' },
    { type: 'done', stop_reason: 'end_turn', meta_data: { request_context: { turn_id: 7 } } },
  ]);
  expect(await turn.end).toBe('complete');
});

test('each line is written when it is made, whole and with its line feed', async () => {
  const server = await startServer();
  const { response, end } = await clientOf(server).stream([
    scripted({ steps: [{ text: 'a' }, until('go'), { text: 'b' }] }),
  ]);
  const chunks: string[] = [];
  response.on('data', (chunk) => chunks.push(String(chunk)));
  await expect.poll(() => chunks.join('')).toBe('{"type":"text_delta","text":"a"}\n');
  server.signal('go');
  await end;
  expect(chunks.join('')).toBe(
    '{"type":"text_delta","text":"a"}\n{"type":"text_delta","text":"b"}\n{"type":"done","stop_reason":"end_turn","meta_data":{}}\n',
  );
});

test('the head does not wait for the agent', async () => {
  const server = await startServer();
  const turn = await clientOf(server).stream([scripted({ steps: [until('go')] })]);
  server.signal('go');
  expect(briefs(await turn.rest())).toEqual(['done']);
});

test.each([
  [{ steps: [{ text: 'a' }, { end: 'failed', text: 'no luck' }] } as const, ['text a', 'error no luck']],
  [{ steps: [{ text: 'a' }, { end: 'rejected' }] } as const, ['text a', 'error The agent rejected the request.']],
  [{ steps: [{ text: 'a' }, { throw: 'secret' }] } as const, ['text a', 'error The agent crashed.']],
])('a turn that fails ends with an error and nothing after it: %j', async (script, expected) => {
  const turn = await clientOf(await startServer()).stream([scripted(structuredClone(script) as never)]);
  expect(briefs(await turn.rest())).toEqual(expected);
  expect(await turn.end).toBe('complete');
});

test('a tool that the server runs by itself is not shown', async () => {
  const turn = await clientOf(await startServer()).stream([
    scripted({ steps: [{ tool: { by: 'server', calls: [{ name: 'clock', output: 12 }] } }, { text: 'Noon' }] }),
  ]);
  expect(briefs(await turn.rest())).toEqual(['text Noon', 'done']);
});

describe('a client that goes away', () => {
  test('cancels its turn, and disturbs nobody', async () => {
    const server = await startServer();
    const client = clientOf(server);
    const turn = await client.stream([user('@hold')]);
    expect(brief((await turn.next())!)).toBe('update Working');
    const [run] = await runsIn(server.store);
    turn.leave();
    await expect.poll(async () => (await runsIn(server.store))[0]?.state).toBe('canceled');
    expect(await logOf(server.store, (await server.store.runs.get(run!.id))!)).toEqual([
      'turn',
      'open',
      'status',
      'end canceled',
    ]);
    expect((await client.chat([user('still there?')])).content).toBe('still there?');
  });

  test('before the agent has said anything', async () => {
    const server = await startServer();
    const turn = await clientOf(server).stream([scripted({ steps: [{ hold: { until: 'cancel' } }] })]);
    turn.leave();
    await expect.poll(async () => (await runsIn(server.store))[0]?.state).toBe('canceled');
  });

  test('cannot stop an agent that does not listen', async () => {
    const server = await startServer();
    const turn = await clientOf(server).stream([
      scripted({ steps: [{ text: 'a' }, until('go'), { text: 'b' }], onCancel: 'ignore' }),
    ]);
    await turn.next();
    turn.leave();
    await turn.end;
    server.signal('go');
    await expect.poll(async () => (await runsIn(server.store))[0]?.state).toBe('completed');
  });
});

test('a client that reads slowly gets everything, and does not hold up others', async () => {
  const texts = Array.from({ length: 40 }, (_none, i) => `${i + 10}`.padEnd(500_000, '.'));
  const client = clientOf(
    await startServer({
      agent: ({ input }) => (input.text === 'much' ? { steps: texts.map((text) => ({ text })) } : undefined),
    }),
  );
  const slow = await client.stream([user('much')]);
  expect(brief((await slow.next())!)).toMatch(/^text 10\.+$/);
  expect((await client.chat([user('quick')])).content).toBe('quick');
  const rest = await slow.rest();
  expect(rest.slice(0, -1)).toEqual(texts.slice(1).map((text) => ({ type: 'text_delta', text })));
});

test('five streams at a time overlap, and each gives its own request fields back', async () => {
  const server = await startServer();
  const client = clientOf(server);
  const script: Said = scripted({ steps: [{ text: 'a' }, until('go'), { text: 'b' }] });
  const turns = await Promise.all([0, 1, 2, 3, 4].map((turn_id) => client.stream([script], { turn_id })));
  for (const turn of turns) expect(brief((await turn.next())!)).toBe('text a');
  server.signal('go');
  const ends = await Promise.all(turns.map((turn) => turn.rest()));
  expect(ends.map((events) => events.at(-1))).toMatchObject(
    [0, 1, 2, 3, 4].map((turn_id) => ({ type: 'done', meta_data: { request_context: { turn_id } } })),
  );
});

test('a server that closes says so', async () => {
  const server = await startServer();
  const turn = await clientOf(server).stream([user('@hold')]);
  await turn.next();
  const [events] = await Promise.all([turn.rest(), server.close()]);
  expect(briefs(events)).toEqual(['error The server is closing.']);
  expect(await turn.end).toBe('complete');
});

test('an agent that takes too long fails', async () => {
  const clock = new VirtualClock();
  const turn = await clientOf(await startServer({ clock, limits: { turnMs: 5_000 } })).stream([
    scripted({ steps: [{ sleep: 60_000 }] }),
  ]);
  await clock.sleeping(2);
  await clock.advance(5_000);
  expect(briefs(await turn.rest())).toEqual(['error The agent took longer than 5000 ms.']);
});

test.each<[WireFault, string, RegExp]>([
  ['disconnect', 'broken', /^\{[^\n]*one"\}\n$/],
  ['truncate', 'broken', /one"\}\n\{"type":"text_de[^\n]*$/],
  ['bad-json', 'complete', /one"\}\n\{"broken":\n\{.*zwölf/],
  ['duplicate-event', 'complete', /one"\}\n\{[^\n]*one"\}\n\{.*zwölf/],
  ['split-utf8', 'complete', /one"\}\n\{[^\n]*zwölf"\}\n/],
])('the fault %s of the wire', async (fault, end, expected) => {
  const turn = await clientOf(await startServer()).stream([
    scripted({ steps: [{ text: 'one' }, { wire: fault }, { text: 'zwölf' }] }),
  ]);
  const chunks: Buffer[] = [];
  turn.response.on('data', (chunk: Buffer) => chunks.push(chunk));
  expect(await turn.end).toBe(end);
  expect(Buffer.concat(chunks).toString()).toMatch(expected);
});

test('the fault stall says no more, and the client who leaves cancels', async () => {
  const server = await startServer();
  const turn = await clientOf(server).stream([
    scripted({ steps: [{ text: 'one' }, { wire: 'stall' }, { hold: { until: 'cancel' } }] }),
  ]);
  expect(brief((await turn.next())!)).toBe('text one');
  turn.leave();
  await expect.poll(async () => (await runsIn(server.store))[0]?.state).toBe('canceled');
});

test('the fault reset tears the connection down', async () => {
  const turn = await clientOf(await startServer()).stream([scripted({ steps: [{ text: 'one' }, { wire: 'reset' }] })]);
  const failed = once(turn.response, 'error');
  turn.response.resume();
  expect(((await failed)[0] as NodeJS.ErrnoException).code).toBe('ECONNRESET');
});
