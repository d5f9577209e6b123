import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createReferenceServer } from '@agentproto/reference-server';
import { createReplayServer } from '@agentproto/reference-server/replay';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { deadPort, folder, run } from '../cli.test.data.ts';

const program = (text: string) => ['--', process.execPath, '--input-type=module', '-e', text];

/** A turn over a WebSocket, another while the first socket is open, and the health. */
const TALK = `
const url = process.env.AGENTPROTO_URL;
await fetch(url + '/health');
const socket = new WebSocket(url.replace('http', 'ws') + '/api/chat-ws');
socket.onopen = () => socket.send(JSON.stringify({ messages: [{ role: 'user', content: 'hello' }] }));
await new Promise((resolve) => (socket.onmessage = ({ data }) => JSON.parse(data).type === 'done' && resolve()));
socket.close(1000);
await new Promise((resolve) => (socket.onclose = resolve));
`;

test('a WebSocket is recorded, judged and said again', async () => {
  await using server = await createReferenceServer({ protocols: ['chat@docs'] });
  const file = join(await folder(), 'chat.yaml');
  const { code, err } = await run(['record', '--target', server.url, file, ...program(TALK)]);
  expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('2 exchanges') as string });
  const checked = await run(['check', file, '--report', 'json=-']);
  expect(checked).toMatchObject({ code: 0 });
  expect(checked.out).toMatch(/"id":\s*"CHAT-WS-002"[^}]*"verdict":\s*"pass"/);

  const replay = await createReplayServer(file, { speed: Infinity });
  onTestFinished(() => replay.close());
  const socket = new WebSocket(`${replay.url.replace('http', 'ws')}/api/chat-ws`);
  socket.on('open', () => socket.send(JSON.stringify({ messages: [{ role: 'user', content: 'other' }] })));
  const types: string[] = [];
  await new Promise<void>((resolve) =>
    socket.on('message', (content: Buffer) => {
      types.push((JSON.parse(content.toString()) as { type: string }).type);
      if (types.at(-1) === 'done') resolve();
    }),
  );
  expect(types).toEqual(['text_delta', 'done']);
  socket.close();

  // A server that ends its turn twice.
  const cut = join(await folder(), 'cut.yaml');
  await writeFile(cut, (await readFile(file, 'utf8')).replace('"type":"text_delta"', '"type":"done"'));
  expect(await run(['check', cut])).toMatchObject({ code: 1 });
});

test('a program that outlives the command holds nothing up', async () => {
  await using server = await createReferenceServer({ protocols: ['chat@docs'] });
  const pidFile = join(await folder(), 'pid');
  const daemon = `
    await fetch(process.env.AGENTPROTO_URL + '/health');
    const { spawn } = await import('node:child_process');
    const options = { detached: true, stdio: 'inherit' };
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600_000)'], options);
    (await import('node:fs')).writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
    child.unref();
  `;
  const { code } = await run(['record', '--target', server.url, join(await folder(), 'a.yaml'), ...program(daemon)]);
  const pid = Number(await readFile(pidFile, 'utf8'));
  onTestFinished(() => void process.kill(pid));
  expect(code).toBe(0);
  // It lives still.
  expect(process.kill(pid, 0)).toBe(true);
});

test.runIf(existsSync('/dev/full'))('a file that cannot be written is told, and ends the recording', async () => {
  await using server = await createReferenceServer({ protocols: ['chat@docs'] });
  const polls = `for (;;) await fetch(process.env.AGENTPROTO_URL + '/health');`;
  const ended = await run(['record', '--target', server.url, '--overwrite', '/dev/full', ...program(polls)]);
  expect(ended).toMatchObject({
    code: 2,
    err: expect.stringContaining('/dev/full could not be written: ENOSPC') as string,
  });
});

test('what goes wrong is told', async () => {
  const file = join(await folder(), 'fixture.yaml');
  const target = await deadPort();
  const nothing = await run(['record', '--target', target, file, ...program('')]);
  expect(nothing).toMatchObject({ code: 3, err: expect.stringContaining('0 exchanges') as string });
  expect(await run(['record', '--target', target, file, ...program('')])).toMatchObject({
    code: 2,
    err: expect.stringContaining('is there already; expected another file, or --overwrite') as string,
  });
  const unreachable = await run([
    'record',
    '--target',
    target,
    '--overwrite',
    file,
    ...program(TALK.split('\n')[2]!.replace('url +', 'process.env.AGENTPROTO_URL +')),
  ]);
  expect(unreachable).toMatchObject({
    code: 4,
    err: expect.stringMatching(
      /1 exchange\nexpected an answer of http.*, and there was none: connect ECONNREFUSED/,
    ) as string,
  });
  // It was asked, and nothing came: nothing can be told.
  expect(await run(['check', file])).toMatchObject({ code: 3 });
  expect(await run(['record', '--target', 'ftp://h', '--overwrite', file])).toMatchObject({ code: 2 });
  expect(await run(['record', file])).toMatchObject({
    code: 2,
    err: expect.stringContaining('expected --target URL') as string,
  });
  await writeFile(file, 'agentproto-fixture: 1\nexchanges:\n- request: {method: GET}\n');
  expect(await run(['check', file])).toMatchObject({
    code: 2,
    err: expect.stringContaining('exchanges[0].request.path: expected a text, got nothing') as string,
  });
});
