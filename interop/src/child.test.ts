import { expect, test } from 'vitest';
import { finish, serve } from './child.ts';
import { readSteps } from './exercise-theirs.ts';

const node = (code: string) => ({ file: process.execPath, args: ['-e', code] });

test('a server that ends before it says where it is brings its last words', async () => {
  await expect(serve(node('console.error("no such module"); process.exit(3)'))).rejects.toThrow('no such module');
});

test('a command that is not there is told, and does not crash the lane', async () => {
  await expect(serve({ file: 'no-such-command', args: [] })).rejects.toThrow('ENOENT');
  expect(await finish({ file: 'no-such-command', args: [] }, 1_000)).toMatchObject({ code: null });
});

test('a server is stopped, though it does not listen to SIGTERM, by the end of its input', async () => {
  const stubborn = `
    process.on('SIGTERM', () => {});
    process.stdin.on('end', () => process.exit()).resume();
    console.log('WARNING: some library is missing');
    console.log(JSON.stringify({ url: 'http://127.0.0.1:1', version: '1' }));`;
  const server = await serve(node(stubborn));
  expect(server).toMatchObject({ url: 'http://127.0.0.1:1', version: '1', alive: true });
  await server[Symbol.asyncDispose]();
  expect(server.alive).toBe(false);
});

test('a command that hangs is ended at its limit', async () => {
  expect(await finish(node('setInterval(() => {}, 1000)'), 200)).toMatchObject({ code: null });
});

test('what a library prints between the steps of a client is left aside', () => {
  const stdout = 'WARNING: hm\n{"step":"send","ok":true,"saw":"COMPLETED"}\n{"step":"get","ok":false,"saw":"404"}\n';
  expect(readSteps(stdout)).toEqual([
    { name: 'send', result: 'ok', saw: 'COMPLETED' },
    { name: 'get', result: 'failed', saw: '404' },
  ]);
});
