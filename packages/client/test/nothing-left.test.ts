import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** In a process of its own, where nobody else has timers and sockets. */
const PROGRAM = `
import { createReferenceServer } from '@agentproto/reference-server';
import { A2AClient } from '@agentproto/client/a2a';
import { chatClient } from '@agentproto/client/chat';

const used = () => process.getActiveResourcesInfo().filter((kind) => !/^(Pipe|TTY|FSReq|CloseReq|Immediate|File)/.test(kind)).sort();
const before = used();
const server = await createReferenceServer();
const client = await A2AClient.connect(server.urls['a2a@1.0']);
const chat = chatClient(server.url);
await client.send({ text: 'hello' });
for await (const _event of chat.stream('hello'));
const held = client.stream({ text: '@hold' })[Symbol.asyncIterator]();
await held.next();
const during = used();
const ended = held.next().catch(() => {});
await client.close();
await chat.close();
await server.close();
await ended;
// Sockets are gone at the end of the round in which they are closed.
await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
console.log(JSON.stringify({ before, during: during.length, after: used() }));
`;

test('no socket and no timer is left when client and server are closed, and the process ends by itself', async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=agentproto-source', '--input-type=module', '-e', PROGRAM],
    { cwd: import.meta.dirname, timeout: 20_000 },
  );
  const { before, during, after } = JSON.parse(stdout) as { before: string[]; during: number; after: string[] };
  expect(during).toBeGreaterThan(before.length);
  expect(after).toEqual(before);
});
