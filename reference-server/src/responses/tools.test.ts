import { expect, test, vi } from 'vitest';
import { createReferenceServer } from '../server.ts';
import type { Tool } from './options.ts';
import { wireTo } from './wire.test.kit.ts';

const calling = (...calls: object[]) =>
  `@script ${JSON.stringify({ steps: [{ tool: { by: 'server', calls } }, { text: 'So it is.' }] })}`;

async function outputs(tools: Record<string, Tool>, ...calls: object[]) {
  await using server = await createReferenceServer({ protocols: ['responses@2026-04-24'], responses: { tools } });
  const { json } = await wireTo(server.url + '/v1').post('/responses', { model: 'm', input: calling(...calls) });
  expect(json.output.at(-1)).toMatchObject({ type: 'message', content: [{ text: 'So it is.' }] });
  return json.output.flatMap((item) =>
    item.type === 'function_call_output' ? [(item as unknown as { output: string }).output] : [],
  );
}

test('a tool of the registry is run with its arguments, and tells what came of it', async () => {
  const weather = vi.fn<Tool>(async ({ city }) => ({ [String(city)]: 'sunny' }));
  expect(await outputs({ weather }, { name: 'weather', args: { city: 'Bern' } })).toEqual(['{"Bern":"sunny"}']);
  expect(weather).toHaveBeenCalledOnce();
});

test('what a script says comes of a call is not asked for; nor is a tool that nobody has', async () => {
  const weather = vi.fn<Tool>(() => 'rain');
  expect(await outputs({ weather }, { name: 'weather', output: 'sun' }, { name: 'constructor' })).toEqual([
    'sun',
    'null',
  ]);
  expect(weather).not.toHaveBeenCalled();
});

test('what goes wrong in a tool is told to the agent, and the response goes on', async () => {
  const fails: Tool = () => {
    throw new Error('no signal');
  };
  const odd = (() => 1n) as unknown as Tool;
  const [failed, none, circular] = await outputs(
    { fails, silent: (() => {}) as unknown as Tool, odd },
    { name: 'fails' },
    { name: 'silent' },
    { name: 'odd' },
  );
  expect([failed, none]).toEqual(['{"error":"no signal"}', 'null']);
  expect(circular).toMatch(/error.*BigInt/);
});

test('a tool that never comes back is left when the response is canceled', async () => {
  const stuck = vi.fn<Tool>(() => new Promise(() => {}));
  await using server = await createReferenceServer({ responses: { tools: { stuck } } });
  const wire = wireTo(server.urls['responses@openai']!);
  const body = { model: 'm', background: true, input: calling({ name: 'stuck' }) };
  const { json } = await wire.post('/responses', body);
  await expect.poll(() => stuck.mock.calls.length).toBe(1);
  expect((await wire.send('POST', `/responses/${json.id}/cancel`)).json.status).toBe('cancelled');
  expect(stuck.mock.calls[0]?.[1].signal.aborted).toBe(true);
});
