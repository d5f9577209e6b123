import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { run } from '../cli.test.data.ts';
import type { Report } from '../report/model.ts';

/** `of`: the name of a program, and what it is told. */
async function judged(protocol: string, of: string | readonly string[], ...args: string[]) {
  const [name, ...told] = [of].flat();
  const program = fileURLToPath(new URL(`clients/${name}.test.data.ts`, import.meta.url));
  const command = ['--', process.execPath, '--conditions=agentproto-source', program, ...told];
  const { code, out, err } = await run(['client', '--protocol', protocol, '--report', 'json=-', ...args, ...command]);
  const { requirements = [], stopped } = JSON.parse(out === '' ? '{}' : out) as Partial<Report>;
  const rows = (...verdicts: string[]) =>
    requirements.filter(({ verdict }) => verdicts.includes(verdict)).map(({ id }) => id);
  return { code, err, passed: rows('pass'), red: rows('violation', 'warning'), stopped: stopped?.message };
}

const CHAT = [1, 2, 3, 4, 5, 6, 7, 12, 13, 14].map((number) => `CHAT-CLIENT-${String(number).padStart(3, '0')}`);

test('our chat client keeps every rule that can be seen', async () => {
  expect(await judged('chat@docs', 'ours-chat', '--fail-on', 'should')).toMatchObject({
    code: 0,
    red: [],
    passed: CHAT,
  });
});

test('a plain fetch client of chat is red where half a page about NDJSON is not enough', async () => {
  const { code, red, passed } = await judged('chat@docs', 'plain-fetch-chat', '--fail-on', 'should');
  expect({ code, red }).toEqual({ code: 1, red: [1, 3, 5, 6].map((number) => `CHAT-CLIENT-00${number}`) });
  expect(passed).toEqual(expect.arrayContaining(['CHAT-CLIENT-002', 'CHAT-CLIENT-007', 'CHAT-CLIENT-012']));
});

test('a client that always fails is one finding, and gets no green for failing where that is right', async () => {
  const { code, red, passed, stopped } = await judged('chat@docs', 'always-fails');
  expect({ code, red, passed }).toEqual({ code: 3, red: [], passed: ['CHAT-CLIENT-012', 'CHAT-CLIENT-014'] });
  expect(stopped).toContain('tells that it failed in the scenario plain: "I always do"');
});

const RESPONSES = ['RESP-HTTP-001', 'RESP-HTTP-002', 'RESP-HTTP-003', 'RESP-EXT-005', 'RESP-EXT-006', 'RESP-EXT-013'];

test('our client of Responses keeps every rule that it gives occasion for', async () => {
  const { code, red, passed } = await judged('responses@2026-04-24', 'ours-responses', '--fail-on', 'should');
  expect({ code, red }).toEqual({ code: 0, red: [] });
  expect(passed).toEqual(expect.arrayContaining(RESPONSES));
});

test('openai is red as its baseline says, and no more', async () => {
  const baseline = fileURLToPath(new URL('clients/openai.baseline.yaml', import.meta.url));
  const { red, passed } = await judged('responses@2026-04-24', 'openai', '--fail-on', 'should', '--baseline', baseline);
  expect(red).toEqual(['RESP-EXT-005']);
  expect(passed).toEqual(expect.arrayContaining(RESPONSES.filter((id) => id !== 'RESP-EXT-005')));
});

const OPEN_AGENT = [1, 2, 3, 4, 5, 6, 7].map((number) => `OAA-CLIENT-00${number}`);

test('our client of the Open Agent API keeps every rule', async () => {
  expect(await judged('open-agent@0.7', 'ours-open-agent', '--fail-on', 'should')).toMatchObject({
    code: 0,
    red: [],
    passed: OPEN_AGENT,
  });
});

test('a plain fetch client of the Open Agent API is red where one stream is not enough to have seen', async () => {
  const { code, red, passed } = await judged('open-agent@0.7', 'plain-fetch-open-agent', '--fail-on', 'should');
  expect({ code, red }).toEqual({ code: 1, red: [2, 3, 6].map((number) => `OAA-CLIENT-00${number}`) });
  expect(passed).toEqual([1, 4, 5, 7].map((number) => `OAA-CLIENT-00${number}`));
});

const OLD_A2A = Array.from({ length: 23 }, (_, index) => `A2A03-CLI-${String(index + 1).padStart(3, '0')}`);
const without = (...numbers: number[]) => OLD_A2A.filter((_, index) => !numbers.includes(index + 1));

test.each([
  ['a2a@0.3', 'JSONRPC', without(19, 20, 23)],
  ['a2a@0.3', 'HTTP+JSON', without(4, 5, 19, 23)],
  ['a2a@0.2', 'JSONRPC', without(2, 6, 19, 20, 23)],
])('our client keeps every rule of %s over %s', async (protocol, binding, passed) => {
  const should = ['--fail-on', 'should'];
  const expected = { code: 0, red: [], passed };
  expect(await judged(protocol, ['ours-old-a2a', binding], ...should)).toMatchObject(expected);
});

test('a plain fetch client of A2A 0.3 is red as its baseline says, and no more', async () => {
  const baseline = fileURLToPath(new URL('clients/plain-fetch-old-a2a.baseline.yaml', import.meta.url));
  const known = ['--fail-on', 'should', '--baseline', baseline];
  const { code, red, passed } = await judged('a2a@0.3', 'plain-fetch-old-a2a', ...known);
  const green = [2, 4, 14, 19, 23].map((number) => OLD_A2A[number - 1]);
  expect({ code, red: red.toSorted() }).toEqual({ code: 0, red: OLD_A2A.filter((id) => !green.includes(id)) });
  expect(passed).toContain('A2A03-CLI-004');
});
