import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Clock } from '@agentproto/script';
import { describe, expect, test } from 'vitest';
import { BINDINGS, caller, startServer } from './a2a/caller.test.kit.ts';
import type { Agent } from './agent.ts';
import { FAMILIES } from './families.ts';
import { PROTOCOL_IDS } from './protocol-ids.ts';
import { createReferenceServer } from './server.ts';
import type { ServerOptions } from './server-options.ts';

test('the ids that the command line names are those of the families', () => {
  expect(PROTOCOL_IDS).toEqual(FAMILIES.map(({ id }) => id));
});

const chat = async (url: string) => {
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'hello' }] });
  const answer = await fetch(`${url}/api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return { status: answer.status, body: (await answer.json()) as { content?: string } };
};

test('an agent may take its time', async () => {
  const agent: Agent = async ({ input }) => {
    await Promise.resolve();
    return { steps: [{ text: `to ${input.text}` }] };
  };
  const server = await startServer({ agent, log: 'silent' });
  for (const binding of BINDINGS) {
    const task = await caller(server, binding).task({ parts: [{ text: 'me' }] });
    expect(task.artifacts?.[0]?.parts).toEqual([{ text: 'to me' }]);
  }
  expect(await chat(server.url)).toMatchObject({ status: 200, body: { content: 'to hello' } });
  expect(server.errors).toEqual([]);
});

test.each(BINDINGS)('an agent that never says what it will do is given up as a turn is: %s', async (binding) => {
  const signals: AbortSignal[] = [];
  const agent: Agent = ({ signal }) => {
    signals.push(signal);
    return new Promise(() => {});
  };
  const server = await startServer({ agent, log: 'silent', limits: { turnMs: 30 } });
  await expect(caller(server, binding).task({ parts: [{ text: 'x' }] })).rejects.toMatchObject({
    cause: { message: 'Internal error' },
  });
  expect((await chat(server.url)).status).toBe(500);
  expect(server.errors.map(({ message }) => message)).toEqual(Array(2).fill('The agent took longer than 30 ms.'));
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
});

test('a server that closes waits for no such agent', async () => {
  let asked = (_signal: AbortSignal) => {};
  const signal = new Promise<AbortSignal>((resolve) => (asked = resolve));
  const agent: Agent = (request) => {
    asked(request.signal);
    return new Promise(() => {});
  };
  const server = await startServer({ agent, log: 'silent' });
  const answer = chat(server.url);
  expect((await signal).aborted).toBe(false);
  await server.close();
  expect((await answer).status).toBe(503);
  expect((await signal).aborted).toBe(true);
  expect(server.errors).toEqual([]);
});

test('of an agent that has spoken in time no timer is left', async () => {
  const timers: AbortSignal[] = [];
  const clock: Clock = {
    now: () => Date.now(),
    sleep(ms, signal) {
      if (ms === 7_000 && signal) timers.push(signal);
      return new Promise(() => {});
    },
  };
  const server = await startServer({ agent: async () => undefined, clock, limits: { turnMs: 7_000 } });
  expect((await chat(server.url)).status).toBe(200);
  expect(timers.length).toBeGreaterThan(0);
  await expect.poll(() => timers.every(({ aborted }) => aborted)).toBe(true);
});

describe.each<[string, Agent, RegExp]>([
  ['throws', () => JSON.parse('{') as never, /^The agent threw: Expected property name/],
  ['rejects', () => Promise.reject(new Error('no key')), /^The agent threw: no key$/],
  [
    'returns an unknown step',
    () => ({ steps: [{ txet: 'x' }] }) as never,
    /^The agent returned a script that cannot be played: steps\[0\]: .* \(did you mean "text"\?\)/,
  ],
  [
    'returns a text',
    () => Promise.resolve('x' as never),
    /^The agent returned a script that cannot be played: script: expected an object with steps/,
  ],
])('an agent that %s', (_what, agent, message) => {
  test('is an internal error for its callers, and known to its owner', async () => {
    const server = await startServer({ agent, log: 'silent' });
    await expect(caller(server, 'JSONRPC').task({ parts: [{ text: 'x' }] })).rejects.toMatchObject({
      cause: { message: 'Internal error' },
    });
    expect((await chat(server.url)).status).toBe(500);
    expect(server.errors).toHaveLength(2);
    for (const error of server.errors) expect(error.message).toMatch(message);
  });
});

test('an agent whose events break off is known to its owner; a script that crashes is no mistake', async () => {
  const server = await startServer({
    log: 'silent',
    agent: ({ input }) =>
      input.text === 'break'
        ? (async function* () {
            yield { type: 'text', text: 'a' } as const;
            throw new Error('broken off');
          })()
        : undefined,
  });
  const agent = caller(server, 'JSONRPC');
  await agent.task({ parts: [{ text: 'break' }] });
  await agent.task({ steps: [{ text: 'a' }, { throw: 'on purpose' }] });
  expect(server.errors.map((error) => error.message)).toEqual(['broken off']);
});

test('what an agent threw is on stderr, unless the log is silent', async () => {
  const run = async (options: string) => {
    const child = spawn(process.execPath, [
      '--conditions=agentproto-source',
      '--input-type=module',
      '--eval',
      `const { createReferenceServer } = await import(${JSON.stringify(new URL('./server.ts', import.meta.url))});
       const server = await createReferenceServer({ agent() { throw new Error('no key') } ${options} });
       await fetch(server.url + '/api/chat', { method: 'POST', headers: { 'content-type': 'application/json' },
         body: '{"messages":[{"role":"user","content":"x"}]}' });
       await server.close();`,
    ]);
    let err = '';
    child.stderr.on('data', (chunk) => (err += String(chunk)));
    await once(child, 'close');
    return err;
  };
  expect(await run('')).toMatch(/^@agentproto\/reference-server: The agent threw: no key\nError: no key\n +at agent /);
  expect(await run(", log: 'silent'")).toBe('');
});

test.each([
  [{ prt: 1 }, /^prt: there is no such option; did you mean port\?; expected a2a, agent, /],
  [{ a2a: { capabilites: {} } }, /^a2a\.capabilites: there is no such option; did you mean capabilities\?; expected /],
  [{ chat: { ping: 1 } }, /^chat\.ping: there is no such option; did you mean pingMs\?/],
  [{ limits: { bodyByte: 1 } }, /^limits\.bodyByte: .*; did you mean bodyBytes\?/],
  [{ webhooks: { loopbak: true } }, /^webhooks\.loopbak: .*; did you mean loopback\?/],
  [
    { quirks: ['a2a.legal.clrf'] },
    /^there is no quirk "a2a\.legal\.clrf"; did you mean a2a\.legal\.crlf or chat\.legal\.crlf\?$/,
  ],
  [{ quirks: ['nope'] }, /^there is no quirk "nope"$/],
])('%j is refused', async (options, message) => {
  await expect(createReferenceServer(options as ServerOptions)).rejects.toThrow(message);
});

test('quirks may be named', async () => {
  const server = await startServer({ quirks: ['a2a.card.no-etag'] });
  const card = await fetch(`${server.url}/.well-known/agent-card.json`);
  expect(card.headers.get('etag')).toBeNull();
  expect(server.quirks[0]).toMatchObject({ quirk: { name: 'a2a.card.no-etag' }, applied: 1 });
});
