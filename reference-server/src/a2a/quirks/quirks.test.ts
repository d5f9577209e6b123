import { requirements } from '@agentproto/rules';
import { expect, test } from 'vitest';
import { QUIRKS } from '../../quirks.ts';
import { brief, caller, startServer } from '../caller.test.kit.ts';

const withQuirk = async (name: string) => {
  const server = await startServer({ quirks: QUIRKS.filter((quirk) => quirk.name === name) });
  expect(server.quirks.map(({ quirk }) => quirk.name)).toEqual([name]);
  return server;
};

test('every quirk has a name of its own, and breaks a rule that there is', () => {
  expect(new Set(QUIRKS.map(({ name }) => name)).size).toBe(QUIRKS.length);
  for (const { breaks, also = [] } of QUIRKS)
    for (const id of [breaks, ...also.map((one) => one.id)]) if (id !== null) expect(requirements).toHaveProperty(id);
});

test('a2a.stream.goes-on-after-the-end', async () => {
  const server = await withQuirk('a2a.stream.goes-on-after-the-end');
  const agent = caller(server, 'JSONRPC');
  const events = await (await agent.stream('x')).rest();
  expect(events.map(brief)).toEqual(['task working', 'answer: x', 'status completed', 'status working Working again']);
  expect(server.quirks[0]?.applied).toBeGreaterThan(0);
  // What the task is has not changed.
  expect((await agent.get(events[0]?.event.task?.id ?? '')).status.state).toBe('TASK_STATE_COMPLETED');
});

test('a2a.card.no-etag', async () => {
  const server = await withQuirk('a2a.card.no-etag');
  const response = await fetch(`${server.url}/.well-known/agent-card.json`, { headers: { 'if-none-match': '"x"' } });
  expect([response.status, response.headers.get('etag')]).toEqual([200, null]);
  expect(server.quirks[0]?.applied).toBeGreaterThan(0);
});

test('a2a.legal.crlf', async () => {
  const server = await withQuirk('a2a.legal.crlf');
  const { response } = await caller(server, 'HTTP+JSON').stream('x');
  const text = await response.text();
  expect(text).toMatch(/^id: 0\r\ndata: .*\r\n\r\n/);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  expect(server.quirks[0]?.applied).toBeGreaterThan(2);
});
