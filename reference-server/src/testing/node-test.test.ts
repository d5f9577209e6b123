import { expect, onTestFinished, test } from 'vitest';
import { agentServer, contains } from './node-test.ts';

test('a server that goes with its test', async () => {
  const afters: (() => unknown)[] = [];
  const server = await agentServer({ after: (then) => void afters.push(then) }, { protocols: ['chat@docs'] });
  onTestFinished(() => server.close());
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  for (const then of afters) await then();
  await expect(fetch(`${server.url}/health`)).rejects.toThrow('fetch failed');
});

test.each([
  [{ a: 1, b: 2 }, { a: 1 }, true],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [[1, 2], [1], false],
  [[{ a: 1, b: 2 }], [{ b: 2 }], true],
  ['a text', /^a/, true],
  [7, /7/, false],
  [null, {}, false],
  [{ at: 3 }, { at: expect.any(Number) }, true],
])('%j has %j: %s', (actual, expected, outcome) => expect(contains(actual, expected)).toBe(outcome));
