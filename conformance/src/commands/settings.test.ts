import { describe, expect, test } from 'vitest';
import { UsageError } from '../kit/usage-error.ts';
import { parseFlags } from './flags.ts';
import { readSettings, RUN_FLAGS } from './settings.ts';

const read = (args: string[], env: NodeJS.ProcessEnv = {}) => readSettings(parseFlags(args, RUN_FLAGS), env);
const target = ['--target', 'http://127.0.0.1:1/base/#x'];

test('defaults', () => {
  expect(read(target)).toEqual({
    ...{ target: 'http://127.0.0.1:1/base', protocols: 'auto', profile: undefined, only: [], skip: [], headers: [] },
    ...{ concurrency: 4, timeoutMs: 10_000, deadlineMs: 120_000, seed: expect.any(Number) as number },
  });
  expect(read(target).seed).not.toBe(read(target).seed);
});

test('patterns stand between commas, as protocols do', () => {
  expect(read([...target, '--only', 'A*, B*', '--only', 'C*', '--skip', 'D*,E*'])).toMatchObject({
    only: ['A*', 'B*', 'C*'],
    skip: ['D*', 'E*'],
  });
  expect(() => read([...target, '--only', 'A*,'])).toThrow('--only A*,: expected patterns separated by commas');
});

test('all of them', () => {
  const args =
    '--protocol a2a@1.0,chat --profile tck --only A* --only B* --skip C* --concurrency 1 --timeout 2s --deadline 30s --seed 7'.split(
      ' ',
    );
  expect(read([...target, ...args, '--header', 'X-A:  b: c '])).toEqual({
    ...{
      target: 'http://127.0.0.1:1/base',
      protocols: ['a2a@1.0', 'chat'],
      profile: 'tck',
      only: ['A*', 'B*'],
      skip: ['C*'],
      headers: [['X-A', 'b: c']],
    },
    ...{ concurrency: 1, timeoutMs: 2_000, deadlineMs: 30_000, seed: 7 },
  });
});

test('what stands around accounts, and that an address is one', () => {
  const given = ['--mailbox', 'http://127.0.0.1:1/mails?box=1', '--device-approve', 'http://127.0.0.1:1/approve'];
  expect(read([...target, ...given], { AGENTPROTO_STRIPE_SECRET: 'whsec_1' }).around).toEqual({
    mailbox: new URL(given[1]!),
    deviceApprove: new URL(given[3]!),
    stripeSecret: 'whsec_1',
  });
  expect(read([...target, '--stripe-secret', 'whsec_2']).around).toEqual({ stripeSecret: 'whsec_2' });
  expect(() => read([...target, '--mailbox', 'somewhere'])).toThrow('--mailbox: expected an http or https URL');
});

test('a second identity, in the same header or in another', () => {
  expect(read([...target, '--identity', 'bob=b-2']).identity).toEqual({
    name: 'bob',
    headers: [['Authorization', 'Bearer b-2']],
  });
  expect(read(target, { AGENTPROTO_IDENTITY: 'bob=X-API-Key: b-2' }).identity).toEqual({
    name: 'bob',
    headers: [['X-API-Key', 'b-2']],
  });
  for (const wrong of ['b-4711', '=b-4711', 'bob=b 4711', 'b ob=b-4711']) {
    expect(() => read([...target, '--identity', wrong])).toThrow(/--identity: expected/);
    expect(() => read([...target, '--identity', wrong])).not.toThrow(/4711/);
  }
});

test('where webhook calls are taken', () => {
  const webhook = (...args: string[]) => read([...target, ...args]).webhook;
  expect(webhook()).toBeUndefined();
  expect(webhook('--webhook-listen', '127.0.0.1:0')).toEqual({ host: '127.0.0.1', port: 0 });
  expect(webhook('--webhook-listen', '[::1]:9000')).toEqual({ host: '::1', port: 9000 });
  expect(webhook('--webhook-listen', '0.0.0.0:9000', '--webhook-url', 'https://x.example')).toEqual({
    ...{ host: '0.0.0.0', port: 9000, url: 'https://x.example' },
  });
  expect(() => webhook('--webhook-listen', '0.0.0.0:9000')).toThrow('expected --webhook-url URL beside it');
  expect(() => webhook('--webhook-url', 'https://x.example')).toThrow('expected that flag too');
  expect(() => webhook('--webhook-listen', '9000')).toThrow('expected HOST:PORT');
  expect(() => webhook('--webhook-listen', 'a:70000')).toThrow('expected HOST:PORT');
  expect(() => webhook('--webhook-listen', 'a:1', '--webhook-url', 'ftp://x')).toThrow('expected an http or https URL');
});

describe('tokens', () => {
  test('from the flag, else from the environment', () => {
    expect(read([...target, '--bearer', 'a'], { AGENTPROTO_TOKEN: 'b' }).headers).toEqual([
      ['Authorization', 'Bearer a'],
    ]);
    expect(read(target, { AGENTPROTO_TOKEN: 'b' }).headers).toEqual([['Authorization', 'Bearer b']]);
    expect(read(target, { AGENTPROTO_TOKEN: '' }).headers).toEqual([]);
    expect(read([...target, '--header', 'authorization: Basic x'], { AGENTPROTO_TOKEN: 'b' }).headers).toEqual([
      ['authorization', 'Basic x'],
    ]);
  });

  test.each([
    [['--bearer', 'to ken-4711'], {}, '--bearer: expected a token without spaces'],
    [[], { AGENTPROTO_TOKEN: 'token-4711\n' }, 'AGENTPROTO_TOKEN: expected a token without spaces'],
    [['--bearer', 'token-4711', '--header', 'Authorization: x'], {}, 'expected one of them'],
    [['--header', 'Authorization Bearer token-4711'], {}, '--header: expected "Name: value"'],
    [['--header', 'Na me: token-4711'], {}, '--header: expected "Name: value"'],
    [['--header', 'Content-Length: 4711'], {}, '--header Content-Length: is the suite'],
    [['--header', 'Name: token-4711\r\nEvil: yes'], {}, '--header: expected "Name: value"'],
  ])('%j %j', (args, env, message) => {
    let error: unknown;
    try {
      read([...target, ...args], env);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain('4711');
  });
});

test.each([
  [[], '--target is missing; expected the base URL'],
  [['--target', 'nonsense'], 'expected an absolute http or https URL, such as http://127.0.0.1:8080; got "nonsense"'],
  [['--target', 'localhost:8080'], 'got the scheme localhost:; did you mean http://localhost:8080?'],
  [['--target', 'ftp://x/'], 'got the scheme ftp:'],
  [['--target', 'http://'], 'got "http://"'],
  [['--target', 'http://user:token-4711@x/'], 'expected a URL without user and password'],
  [[...target, '--protocol', 'a2a@1.0,'], '--protocol a2a@1.0,: expected auto, or ids separated by commas'],
  [[...target, '--protocol', 'auto,a2a@1.0'], 'expected auto, or ids separated by commas'],
  [[...target, '--seed', 'x'], '--seed x: expected a whole number'],
  [[...target, '--concurrency', '0'], '--concurrency 0: expected a whole number from 1 to 64'],
  [[...target, '--timeout', '5'], '--timeout 5: expected a duration'],
])('%j', (args, message) => {
  expect(() => read(args)).toThrow(UsageError);
  expect(() => read(args)).toThrow(message);
});
