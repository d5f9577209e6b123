/**
 * Two hundred tests side by side on one double, several times over, as a program of its own that `--expose-gc` runs: what is left
 * of them goes to stdout as JSON.
 */
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { createReferenceServer, memoryStore } from '../index.ts';
import type { TestScope } from '../index.ts';

const CASES = 200;
const ROUNDS = 5;

const receiver = createServer((incoming, answer) => incoming.resume().once('end', () => answer.end()));
receiver.keepAliveTimeout = 1;
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;

const server = await createReferenceServer({
  record: true,
  log: 'silent',
  // Tasks stay by design; so many of them and no more.
  store: memoryStore({ maxRuns: 100 }),
  a2a: { capabilities: { streaming: true, pushNotifications: true } },
  webhooks: { loopback: true },
});

/** On a connection of its own. Resolves to the text, as far as it came; `enough` leaves in the middle. */
function post(scope: TestScope, path: string, body: object, enough?: (text: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'a2a-version': '1.0', ...scope.headers };
    const call = httpRequest(scope.url + path, { method: 'POST', agent: false, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (enough?.(text)) call.destroy();
      });
      answer.once('error', () => {});
      answer.once('close', () => resolve(text));
    });
    call.once('error', (error) => (enough ? resolve('') : reject(error)));
    call.end(JSON.stringify(body));
  });
}

const chat = (content: string) => ({ messages: [{ role: 'user', content }] });

/** What a test may do with a double; each tells how many requests it has made. */
const KINDS: readonly ((scope: TestScope, said: string) => Promise<number>)[] = [
  async (scope, said) => {
    scope.fail({ status: 503 });
    expect(await post(scope, '/api/chat', chat('x')), '503');
    expect(await post(scope, '/api/chat', chat('x')), said);
    return 2;
  },
  async (scope, said) => {
    scope.fault({ kind: 'pace', firstMs: 5, jitterMs: 5 });
    expect(await post(scope, '/api/chat-stream', chat('x')), said);
    return 1;
  },
  async (scope, said) => {
    scope.script({}, { steps: [{ text: said }, { hold: { until: 'signal', signal: 'never', maxMs: 60_000 } }] });
    expect(await post(scope, '/api/chat-stream', chat('x'), (text) => text.includes(said)), said);
    return 1;
  },
  async (scope, said) => {
    scope.fault({ kind: 'stall', at: { event: 1 } });
    await post(scope, '/v1/responses', { model: 'm', input: 'x', stream: true }, (text) => text.includes('created'));
    expect(await post(scope, '/v1/responses', { model: 'm', input: 'x' }), said);
    return 2;
  },
  async (scope, said) => {
    const socket = new WebSocket(`${scope.url.replace('http', 'ws')}/api/chat-ws`, { headers: scope.headers });
    await once(socket, 'open');
    const heard = new Promise<void>((resolve) =>
      socket.on('message', (data: Buffer) => data.toString().includes(said) && resolve()),
    );
    socket.send(JSON.stringify(chat('x')));
    await heard;
    socket.terminate();
    return 2;
  },
  async (scope, said) => {
    scope.fault({ on: 'webhook', kind: 'cut', at: { inside: 0 }, how: 'reset' });
    const message = { messageId: said, role: 'ROLE_USER', parts: [{ text: 'x' }] };
    const configuration = { taskPushNotificationConfig: { url: hook } };
    expect(await post(scope, '/a2a/1.0/message:send', { message, configuration }), said);
    return 1;
  },
];

function expect(got: string, wanted: string): void {
  if (!got.includes(wanted)) throw new Error(`expected ${wanted}, got ${got.slice(0, 500)}`);
}

async function play(index: number, round: number): Promise<void> {
  const scope = server.scope(`${round}-${index}`);
  const said = `only for ${round}-${index}.`;
  scope.script({}, { steps: [{ text: said }] });
  const made = await KINDS[index % KINDS.length]!(scope, said);
  if (scope.requests.length !== made)
    throw new Error(`${index}: expected ${made} requests, got ${scope.requests.length}`);
}

/** What keeps a process alive, by kind. */
function resources(): Record<string, number> {
  const kinds = process.getActiveResourcesInfo().filter((kind) => /TCP|Timeout|Immediate/.test(kind));
  return Object.fromEntries([...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length]));
}

/** Waits for what ends by itself to have ended, for thirty seconds at most; its own timer is none of what it looks at. */
async function settled(isSo: () => boolean): Promise<void> {
  const until = performance.now() + 30_000;
  while (!isSo() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
}

const gc = (globalThis as { gc?: () => void }).gc!;
const rounds: { resources: Record<string, number>; heapBytes: number }[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  await Promise.all(Array.from({ length: CASES }, (_none, index) => play(index, round)));
  server.reset();
  await settled(() => Object.keys(resources()).every((kind) => kind === 'TCPServerWrap'));
  for (let i = 0; i < 3; i += 1) {
    await turn();
    gc();
  }
  rounds.push({ resources: resources(), heapBytes: process.memoryUsage().heapUsed });
}
await server.close();
receiver.close();
await settled(() => Object.keys(resources()).length === 0);
console.log(JSON.stringify({ cases: CASES * ROUNDS, errors: server.errors.map(String), rounds, after: resources() }));
