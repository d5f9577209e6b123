import Fastify from 'fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import { brief, caller, startServer } from './a2a/caller.test.kit.ts';
import { createReferenceServer, referenceServer } from './server.ts';
import { ServerOptionsError } from './server-options.ts';
import { memoryStore } from './store/memory.ts';

describe('starting', () => {
  test.each<[options: object, message: string]>([
    [{ port: '80' }, 'port: expected a whole number from 0 to 65535; got "80"'],
    [{ agent: 5 }, 'agent: expected a function; got 5'],
    [{ clock: {} }, 'clock: expected an object with now() and sleep(); got {}'],
    [{ record: 'yes' }, 'record: expected true or false; got "yes"'],
    [{ protocols: 'a2a@1.0' }, 'protocols: expected a list of ids such as a2a@1.0; got "a2a@1.0"'],
    [{ quirks: 'a2a.card.no-etag' }, 'quirks: expected a list; got "a2a.card.no-etag"'],
    [{ faults: { kind: 'cut' } }, 'faults: expected a list; got {"kind":"cut"}'],
    [{ failures: { status: 500 } }, 'failures: expected a list; got {"status":500}'],
    [{ log: 'loud' }, 'log: expected one of error, warn, info, debug, silent; got "loud"'],
    [{ control: 'here' }, 'control: expected one of true, false, remote; got "here"'],
    [{ keepAliveMs: Number.NaN }, 'keepAliveMs: expected a number from 0; got NaN'],
    [{ apiKey: 12_345 }, 'apiKey: expected a text; got a number'],
    [{ limits: { turnMs: '1s' } }, 'limits.turnMs: expected a number from 0; got "1s"'],
    [{ webhooks: { allowHosts: ['a', 1] } }, 'webhooks.allowHosts: expected a list of texts; got ["a",1]'],
    [{ chat: { pingMs: 'none' } }, 'chat.pingMs: expected a number from 0, or null; got "none"'],
    [{ a2a: { signWith: 'k' } }, 'a2a.signWith: expected an object, or a list; got a string'],
    [{ openAgent: { accounts: {} } }, 'openAgent.accounts: expected a list; got {}'],
    [{ responses: { models: [] } }, 'responses.models: expected an object; got []'],
  ])('%j is refused', async (options, message) => {
    const failed = createReferenceServer(options);
    await expect(failed).rejects.toThrow(ServerOptionsError);
    await expect(failed).rejects.toThrow(message);
  });

  test.each([
    [
      'a host that others reach',
      { host: '0.0.0.0' },
      /^host: 0\.0\.0\.0 can be reached from outside, so it needs an API key, or to be declared insecure/,
    ],
    ['a name that is not this machine', { host: 'example.test' }, /^host: example\.test /],
    ['an unknown protocol', { protocols: ['a2a@9'] }, /^protocols: expected a2a@1\.0, .+; got a2a@9$/],
    ['a seed that is none', { seed: 'seven' as unknown as number }, /^seed: expected a whole number; got "seven"$/],
    ['options that are none', { a2a: [] as object }, /^a2a: expected an object; got \[\]$/],
    [
      'a quirk of a family that it does not speak',
      { protocols: [], quirks: [{ name: 'a2a.x', breaks: null, make: () => ({}) }] },
      /^quirks: .* got a2a\.x$/,
    ],
  ])('%s is refused', async (_what, options, message) => {
    const failed = createReferenceServer(options);
    await expect(failed).rejects.toThrow(ServerOptionsError);
    await expect(failed).rejects.toThrow(message);
  });

  test('with a key, or declared insecure, it listens anywhere', async () => {
    for (const options of [{ apiKey: 'k' }, { insecure: true }]) {
      const { url } = await startServer({ host: '0.0.0.0', ...options });
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect((await fetch(`${url}/.well-known/agentproto.json`)).status).toBe(200);
    }
  });

  test('a port that is taken is an error', async () => {
    const { url } = await startServer();
    await expect(createReferenceServer({ port: Number(new URL(url).port) })).rejects.toThrow(/EADDRINUSE/);
  });
});

test('200 tasks at once, half of them on streams, all come to their end', async () => {
  const server = await startServer();
  const agents = [caller(server, 'JSONRPC'), caller(server, 'HTTP+JSON')] as const;
  const all = await Promise.all(
    Array.from({ length: 200 }, async (_none, i) => {
      const agent = agents[i % 2]!;
      const script = { steps: [{ text: `${i} ` }, { sleep: 5 }, { text: 'done' }] };
      if (i % 4 < 2) return (await agent.task(script)).artifacts?.[0]?.parts[0]?.text;
      const events = await (await agent.stream(script)).rest();
      expect(brief(events.at(-1)!)).toBe('status completed');
      return events.map(({ event }) => event.artifactUpdate?.artifact.parts[0]?.text ?? '').join('');
    }),
  );
  expect(all).toEqual(Array.from({ length: 200 }, (_none, i) => `${i} done`));
  expect(await agents[0].call('ListTasks', { pageSize: 1 })).toMatchObject({ totalSize: 200 });
});

test('when the store is full of finished runs the oldest go; full of others it says no', async () => {
  const server = await startServer({ store: memoryStore({ maxRuns: 2 }) });
  const agent = caller(server, 'HTTP+JSON');
  const first = await agent.task('1');
  await agent.task('2');
  await agent.task('@input');
  expect(await agent.failure('GetTask', { id: first.id })).toMatchObject({ reason: 'TASK_NOT_FOUND' });
  await agent.task('@input');
  expect(
    await agent.failure('SendMessage', { message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'x' }] } }),
  ).toMatchObject({ status: 500, reason: 'INTERNAL' });
});

test('a log that is full fails its task', async () => {
  const agent = caller(await startServer({ store: memoryStore({ maxEntries: 20 }) }), 'JSONRPC');
  const task = await agent.task('@chunks 50');
  expect(task).toMatchObject({ status: { state: 'TASK_STATE_FAILED' }, artifacts: [{ artifactId: 'answer' }] });
});

describe('closing', () => {
  test('ends streams, answers that wait, and agents at work, at once', async () => {
    const server = await createReferenceServer();
    const agent = caller(server, 'HTTP+JSON');
    const stream = await agent.stream({ steps: [{ text: 'a' }, { sleep: 60_000 }], onCancel: 'ignore' });
    expect(brief((await stream.next())!)).toBe('task working');
    const waiting = agent.failure('SendMessage', {
      message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: '@hold' }] },
    });
    const subscribed = await agent.subscribe((await agent.task('@input')).id);
    await subscribed.next();
    const from = performance.now();
    const rest = stream.rest().catch((error: unknown) => error);
    const [failure] = await Promise.all([waiting, server.close()]);
    expect(failure).toMatchObject({ status: 503, reason: 'UNAVAILABLE' });
    await rest;
    expect(performance.now() - from).toBeLessThan(5_000);
    // Once more does no harm.
    await server.close();
  });

  test('is what `await using` does', async () => {
    let rest: Promise<unknown>;
    {
      await using server = await createReferenceServer();
      const stream = await caller(server, 'JSONRPC').stream('@hold');
      expect(brief((await stream.next())!)).toBe('task working');
      rest = stream.rest().catch((error: unknown) => error);
    }
    await rest;
  });
});

test('lives in a Fastify application, below its prefix', async () => {
  const app = Fastify();
  onTestFinished(() => app.close());
  await app.register(referenceServer, { prefix: '/agents' });
  app.get('/', () => 'mine');
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  expect(await (await fetch(origin)).text()).toBe('mine');
  expect((await fetch(`${origin}/nope`)).status).toBe(404);
  const { urls } = (await (await fetch(`${origin}/agents/.well-known/agentproto.json`)).json()) as {
    urls: Record<string, string>;
  };
  expect(urls).toMatchObject({ 'a2a@1.0': `${origin}/agents/a2a/1.0` });
  for (const binding of ['JSONRPC', 'HTTP+JSON'] as const)
    expect((await caller({ urls }, binding).task('x')).status.state).toBe('TASK_STATE_COMPLETED');
  const card = (await (await fetch(`${origin}/agents/.well-known/agent-card.json`)).json()) as {
    supportedInterfaces: { url: string }[];
  };
  expect(card.supportedInterfaces[0]?.url).toBe(urls['a2a@1.0']);
});
