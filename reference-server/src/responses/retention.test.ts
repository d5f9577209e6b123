import { VirtualClock } from '@agentproto/script';
import { expect, test } from 'vitest';
import { createReferenceServer } from '../server.ts';
import { wireTo } from './wire.test.kit.ts';

const HOUR = 3_600_000;

test('a response is kept for its time', async () => {
  const clock = new VirtualClock();
  await using server = await createReferenceServer({ clock, responses: { retentionMs: HOUR } });
  const wire = wireTo(server.urls['responses@openai']!);
  const first = (await wire.post('/responses', { model: 'm', input: 'one' })).json;
  await clock.advance(HOUR - 1);
  const second = (await wire.post('/responses', { model: 'm', input: 'two', previous_response_id: first.id })).json;
  expect(second.status).toBe('completed');
  await clock.advance(1);
  expect((await wire.send('GET', `/responses/${first.id}`)).status).toBe(404);
  expect((await wire.send('DELETE', `/responses/${first.id}`)).status).toBe(404);
  const late = await wire.post('/responses', { model: 'm', input: 'x', previous_response_id: first.id });
  expect([late.status, late.json.error.code]).toEqual([400, 'previous_response_not_found']);
  // What was built on it still has it.
  const third = await wire.post('/responses', { model: 'echo', input: 'three', previous_response_id: second.id });
  expect(JSON.stringify(third.json.output)).toMatch(/one.*two.*three/);
});

test('so is a conversation of WayFlow, from its last turn on', async () => {
  const clock = new VirtualClock();
  await using server = await createReferenceServer({ clock, responses: { retentionMs: HOUR } });
  const wire = wireTo(server.urls['responses@wayflow']!);
  const ask = (more: object = {}) => wire.post('/responses', { model: 'agentproto', input: 'Hi', ...more });
  const { conversation } = (await ask()).json as unknown as { conversation: { id: string } };
  await clock.advance(HOUR - 1);
  expect((await ask({ conversation })).status).toBe(200);
  await clock.advance(HOUR - 1);
  expect((await ask({ conversation })).status).toBe(200);
  await clock.advance(HOUR);
  const { status, json } = await ask({ conversation });
  expect([status, json]).toEqual([404, { detail: `No conversation with id \`${conversation.id}\` was found` }]);
});
