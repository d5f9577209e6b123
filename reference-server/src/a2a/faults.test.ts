import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Task } from '@agentproto/protocol/a2a/1.0';
import type { WireFault } from '@agentproto/script';
import { expect, test } from 'vitest';
import { splitUtf8 } from '../faults.ts';
import type { ReferenceServer } from '../server.ts';
import { caller, messageOf, startServer } from './caller.test.kit.ts';

interface Seen {
  /** How the answer ended; `nothing` where none came. */
  end: 'complete' | 'broken' | 'nothing' | 'stalled';
  chunks: Buffer[];
  text: string;
}

/** Sends a message with a fault in the middle of its answer, over plain node:http. */
async function see(operation: 'send' | 'stream', fault: WireFault): Promise<Seen> {
  const server = await startServer();
  const steps = [{ text: 'one' }, { wire: fault }, { text: 'zwölf' }];
  const ask = request(`${server.urls['a2a@1.0']}/message:${operation}`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
  });
  ask.on('error', () => {});
  ask.end(JSON.stringify({ message: messageOf({ steps }) }));
  const chunks: Buffer[] = [];
  const seen = (end: Seen['end']): Seen => ({ end, chunks, text: Buffer.concat(chunks).toString() });
  // Until `stop`, for an answer of which no more comes.
  const until = async <T>(awaited: Promise<T>, stop?: Promise<void>): Promise<T | 'stalled'> =>
    stop ? Promise.race([awaited, stop.then(() => 'stalled' as const)]) : awaited;
  const stop = fault === 'stall' ? stalled(server) : undefined;
  const head = await until(
    once(ask, 'response').catch(() => undefined),
    operation === 'send' ? stop : undefined,
  );
  if (head === 'stalled') {
    ask.destroy();
    return seen('stalled');
  }
  if (!head) return seen('nothing');
  const response = head[0] as IncomingMessage;
  response.on('error', () => {}).on('data', (chunk: Buffer) => chunks.push(chunk));
  const end = await until(
    once(response, 'end').then(
      () => 'complete' as const,
      () => 'broken' as const,
    ),
    stop,
  );
  ask.destroy();
  return seen(end);
}

/** The turn is over, and whatever was said of it before another connection was answered twice has come. */
async function stalled(server: ReferenceServer): Promise<void> {
  const agent = caller(server, 'HTTP+JSON');
  const tasks = async () => ((await agent.call('ListTasks', { includeArtifacts: true })) as { tasks: Task[] }).tasks;
  await expect.poll(async () => (await tasks())[0]?.status.state).toBe('TASK_STATE_COMPLETED');
  expect(JSON.stringify(await tasks())).toContain('zwölf');
}

const EVENTS = /^id: \d\ndata: .*$/gm;

test('disconnect and reset break the stream after what was said', async () => {
  for (const fault of ['disconnect', 'reset'] as const) {
    const { end, text } = await see('stream', fault);
    expect(end).toBe('broken');
    if (fault === 'disconnect') expect(text.match(EVENTS)).toHaveLength(2);
    expect((await see('send', fault)).end).toBe('nothing');
  }
});

test('stall keeps the connection and says no more', async () => {
  const { end, text } = await see('stream', 'stall');
  expect([end, text.match(EVENTS)?.length]).toEqual(['stalled', 2]);
  expect((await see('send', 'stall')).end).toBe('stalled');
});

test('truncate cuts an event in the middle', async () => {
  const { end, text } = await see('stream', 'truncate');
  expect(end).toBe('broken');
  expect(text).toMatch(/\n\nid: 2\ndata: \{[^\n]*$/);
  expect((await see('send', 'truncate')).end).toBe('broken');
});

test('bad-json is a whole answer that is no JSON', async () => {
  const stream = await see('stream', 'bad-json');
  expect(stream.end).toBe('complete');
  expect(stream.text).toContain('\n\ndata: {"broken":\n\nid: 2\n');
  const sent = await see('send', 'bad-json');
  expect(sent.end).toBe('complete');
  expect(() => JSON.parse(sent.text) as unknown).toThrow(SyntaxError);
});

test('duplicate-event says the last event once more', async () => {
  const { end, text } = await see('stream', 'duplicate-event');
  expect(end).toBe('complete');
  expect(text.match(/^id: 1\ndata: .*"text":"one"/gm)).toHaveLength(2);
  expect(JSON.parse((await see('send', 'duplicate-event')).text)).toMatchObject({
    task: { status: { state: 'TASK_STATE_COMPLETED' } },
  });
});

test('split-utf8 is legal, and cuts a character', async () => {
  const { end, text, chunks } = await see('stream', 'split-utf8');
  expect(end).toBe('complete');
  expect(text).toContain('zwölf');
  expect(chunks.length).toBeGreaterThan(2);
  expect((await see('send', 'split-utf8')).text).toContain('zwölf');
  expect(splitUtf8('zwölf').map((piece) => [...piece])).toEqual([
    [0x7a, 0x77, 0xc3],
    [0xb6, 0x6c, 0x66],
  ]);
  expect(splitUtf8('abcd').map(String)).toEqual(['ab', 'cd']);
});

test('off loopback, or when told so, a script may not ask for them', async () => {
  const server = await startServer({ wireFaults: false });
  const response = await fetch(`${server.urls['a2a@1.0']}/message:send`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
    body: JSON.stringify({ message: messageOf({ steps: [{ wire: 'reset' }] }) }),
  });
  expect(await response.json()).toMatchObject({
    error: { code: 400, details: [{ reason: 'SCRIPT_STEP_UNSUPPORTED' }, {}] },
  });
});
