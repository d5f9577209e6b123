import { responsesClient } from '@agentproto/client/responses';
import { createDouble } from './double.ts';
import { expect, test } from 'vitest';
import { ask } from './ask.ts';

test.each([
  [true, /"city":"Bern"/],
  [false, /the user said no/],
])('runs the loop of tools; the approval is %s', async (approved, told) => {
  await using server = await createDouble();
  await using client = responsesClient(server.urls['responses@2026-04-24']!);
  const asked: string[] = [];
  const { outputText, turns, items } = await ask('weather and time?', {
    client,
    model: 'weather',
    approve: async (name) => (asked.push(name), approved),
    log: () => {},
  });
  expect({ outputText, turns, asked }).toEqual({
    outputText: 'Sunny, and time for a walk.',
    turns: 2,
    asked: ['get_weather'],
  });
  const outputs = items.filter(({ type }) => type === 'function_call_output');
  expect(outputs).toHaveLength(2);
  expect(JSON.stringify(outputs).replaceAll('\\"', '"')).toMatch(told);
});
