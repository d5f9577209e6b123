import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { run } from '../cli.test.data.ts';
import type { Report } from '../report/model.ts';

// Each starts the command line, and that a client for each scenario.
vi.setConfig({ testTimeout: 90_000 });

async function judged(protocol: string, name: string, ...args: string[]) {
  const program = fileURLToPath(new URL(`clients/${name}.test.data.ts`, import.meta.url));
  const command = ['--', process.execPath, '--conditions=agentproto-source', program];
  const { code, out, err } = await run(['client', '--protocol', protocol, '--report', 'json=-', ...args, ...command]);
  const { requirements = [], stopped } = JSON.parse(out === '' ? '{}' : out) as Partial<Report>;
  const of = (...verdicts: string[]) =>
    requirements.filter(({ verdict }) => verdicts.includes(verdict)).map(({ id }) => id);
  return { code, err, passed: of('pass'), red: of('violation', 'warning'), stopped: stopped?.message };
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
