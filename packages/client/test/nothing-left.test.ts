import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createReferenceServer, type ReferenceServer } from '@agentproto/reference-server';
import { afterAll, beforeAll, expect, test } from 'vitest';

let server: ReferenceServer;
beforeAll(async () => {
  server = await createReferenceServer();
});
afterAll(() => server.close());

/** In a process of its own, where nobody else has timers and sockets, while the server goes on: only the client can let go of them. */
const program = (from: string, uses: string): string => `
import { createHook } from 'node:async_hooks';
import * as family from '@agentproto/client/${from}';

// Those too that would not keep the process, as an idle connection of a pool. Not undici's clock: one for all its users in a
// process, which stops by itself at its next tick.
const live = new Map();
createHook({
  init: (id, type) => {
    if (!/^(Timeout|TCPWRAP|TLSWRAP|TCPSERVERWRAP)$/.test(type)) return;
    if (!new Error().stack.includes('undici/lib/util/timers.js')) live.set(id, type);
  },
  destroy: (id) => live.delete(id),
}).enable();
Error.stackTraceLimit = 30;
const round = () => new Promise((resolve) => setImmediate(resolve));

const url = process.argv[1];
const underWay = [];
const held = async (stream) => {
  const events = stream[Symbol.asyncIterator]();
  await events.next();
  underWay.push((async () => { while (!(await events.next()).done); })());
};
${uses}
const during = [...live.values()];
await client.close();
const ends = (await Promise.allSettled(underWay)).map(({ reason }) => reason?.code ?? String(reason));
// A WebSocket is closed by both sides.
while (process.getActiveResourcesInfo().some((kind) => kind === 'TCPSocketWrap')) await round();
// A destroyed socket is gone a round later.
for (let i = 0; i < 10; i++) await round();
console.log(JSON.stringify({ during, ends, after: [...live.values()] }));
`;

const FAMILIES: [name: string, protocol: string, from: string, uses: string][] = [
  ...['a2a@1.0', 'a2a@0.3'].map((protocol): [string, string, string, string] => [
    protocol,
    protocol,
    'a2a',
    `
const client = await family.A2AClient.connect(url);
await client.send('hello');
await held(client.stream('@hold'));`,
  ]),
  [
    'chat',
    'chat@docs',
    'chat',
    `
const client = family.chatClient(url);
await client.chat('hello');
await held(client.stream('@hold'));
const session = await client.connect();
await held(session.turn('@hold'));`,
  ],
  [
    'responses',
    'responses@2026-04-24',
    'responses',
    `
const client = family.responsesClient(url, { model: 'm' });
await client.create('hello');
await held(client.stream('@hold'));
const session = await client.connect();
await held(session.stream('@hold'));`,
  ],
  [
    'open-agent',
    'open-agent@0.7',
    'open-agent',
    `
const client = family.openAgentClient(url, { apiKey: 'oaa_test_ada' });
const { id } = await client.agents.create({ name: 'Tutor', model: 'agentproto' });
await client.agents.run(id, 'hello');
await held(client.agents.stream(id, '@hold'));
// One that was begun before, whose next look is far away.
const far = { nextPollAt: Date.now() + 600_000, expiresAt: Date.now() + 900_000, intervalMs: 600_000 };
const code = { device_code: 'd', user_code: 'u', verification_uri: url, expires_in: 900, interval: 600 };
underWay.push(client.auth.device('github', { from: { state: 'pending', ...code, ...far } }).wait());
await round();`,
  ],
];

test.each(FAMILIES)(
  '%s: no socket and no timer is left when the client is closed, and the process ends by itself',
  async (_, protocol, from, uses) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=agentproto-source', '--input-type=module', '-e', program(from, uses), server.urls[protocol]!],
      { cwd: import.meta.dirname, timeout: 280_000 },
    );
    const { during, ends, after } = JSON.parse(stdout) as { during: string[]; ends: string[]; after: string[] };
    expect(during).toContain('TCPWRAP');
    expect(during).toContain('Timeout');
    expect(new Set(ends)).toEqual(new Set(['ABORTED']));
    expect(after).toEqual([]);
  },
);
