import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Exchange } from '@agentproto/recording';
import { expect, onTestFinished, test } from 'vitest';
import { curlOf } from './curl.ts';
import { scriptOf } from './node-script.ts';

/** What stands in a recording may come from the target: whoever runs a reproduction must not run that. */
const PATH = '/tasks/[1-3]?token=$(id)&x=`id`&y={a,b}';
const BODY = `it's "$(id)" \`id\` \${process.exit(7)} \\ {a,b}\n; id #`;
const HEADER = "'; id; echo '";

test.each([
  ['sh', curlOf],
  [process.execPath, scriptOf],
] as const)('%s sends what was recorded, and obeys nothing of it', async (command, write) => {
  const seen: { path: string | undefined; body: string; header: unknown }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    seen.push({ path: request.url, body, header: request.headers['x-odd'] });
    response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const exchange = {
    id: 1,
    binding: 'HTTP+JSON',
    request: { atMs: 0, method: 'POST', url: base + PATH, headers: [['X-Odd', HEADER]], body: { text: BODY } },
    frames: [],
  } as unknown as Exchange;
  const step = { exchange, captures: [], inBackground: false };
  const about = { title: 'odd\nid', expected: "x\r\n`id`'", actual: '$(id)', base };
  const file = join(await mkdtemp(join(tmpdir(), 'agentproto-hostile-')), 'red.mjs');
  await writeFile(file, write({ steps: [step], last: step, names: new Map() }, about));
  const { stdout, stderr } = await promisify(execFile)(command, [file]);
  expect(stdout + stderr).not.toMatch(/uid=/);
  expect(seen).toEqual([{ path: PATH, body: BODY, header: HEADER }]);
});
