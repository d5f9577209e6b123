import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReferenceServer } from '@agentproto/reference-server';
import { expect, onTestFinished, test } from 'vitest';
import { CLI, run } from '../cli.test.data.ts';
import { Target } from './watch.ts';

const RULE = `export default {
  protocol: 'chat',
  requirements: { 'ACME-A-001': { level: 'should', statement: 'It is so.', binding: ['HTTP'] } },
  scenarios: [{
    id: 'acme/a', title: 'A', proves: ['ACME-A-001'],
    play: async ({ agent, check }) => check('ACME-A-001', (await agent.fetch('GET', 'health')).status).equals(200),
  }],
};
`;

test('a restart and a changed file play again, and what is different is told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'watch-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'a.scenario.mjs');
  await writeFile(file, RULE);
  const options = { protocols: ['chat@docs'] };
  let server = await createReferenceServer(options);
  const { port } = new URL(server.url);
  onTestFinished(() => server.close());
  const args = ['--target', server.url, '--watch', '--scenarios', file, '--only', 'ACME-*,CHAT-HEALTH-*'];
  const child = spawn(process.execPath, ['--conditions=agentproto-source', CLI, ...args], {
    env: { ...process.env, NO_COLOR: '1' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const watching = (times: number) =>
    expect.poll(() => said.split('\nwatching ').length - 1, { interval: 50 }).toBe(times);

  await watching(1);
  expect(said).toContain('conforms');
  await server.close();
  server = await createReferenceServer({ ...options, port: Number(port), quirks: ['chat.health.says-up'] });
  await watching(2);
  expect(said).toContain('is back');
  expect(said).toContain('newly red:\n  ✗ CHAT-HEALTH-');

  await writeFile(file, RULE.replace('equals(200)', 'equals(299)'));
  await watching(3);
  expect(said).toContain('a.scenario.mjs has changed');
  expect(said).toMatch(/newly red:\n {2}✗ ACME-A-001 over HTTP/);
  child.kill('SIGINT');
  expect(await once(child, 'close')).toEqual([1, null]);
});

test('a server that hangs up on whoever says nothing is not one that restarts', async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    // The end is never the same to the millisecond.
    setTimeout(() => socket.destroy(), 5 + (connections % 4) * 20);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const target = new Target(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  onTestFinished(() => target.letGo());
  target.hold();
  // Once it may be taken for one.
  await expect.poll(() => target.isBack).toBe(true);
  target.letGo();
  target.hold();
  const before = connections;
  await expect.poll(() => connections).toBeGreaterThan(before + 5);
  expect(target.isBack).toBe(false);
});

test('what does not go with it', async () => {
  const ran = await run(['--target', 'http://127.0.0.1:9', '--watch', '--ui']);
  expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('--ui: is for one run; --watch has many')]);
});
