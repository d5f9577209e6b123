import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { originForm } from './origin-form.ts';
import { createReferenceServer } from './server.ts';

test.each([
  ['/a?b=http://c/d', '/a?b=http://c/d'],
  ['http://a.example/b?c#d', '/b?c#d'],
  ['HTTPS://a.example:8443/b', '/b'],
  ['http://a.example', '/'],
  ['http://a.example?b', '/?b'],
  ['*', '*'],
])('%s is %s', (target, form) => expect(originForm(target)).toBe(form));

/** The answer to a request whose target is the whole address, as clients send it to a proxy. */
async function absolutely(url: string, path: string, body?: object): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const sent = body ? JSON.stringify(body) : '';
  socket.write(
    [
      `${body ? 'POST' : 'GET'} http://agents.example${path} HTTP/1.1`,
      ...['Host: agents.example', 'A2A-Version: 1.0', 'Content-Type: application/json', 'Connection: close'],
      `Content-Length: ${sent.length}\r\n\r\n${sent}`,
    ].join('\r\n'),
  );
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(socket, 'close');
  return { status: Number(text.split(' ', 2)[1]), text };
}

const CALL = { jsonrpc: '2.0', id: 1, method: 'GetTask', params: { id: 'unknown' } };

test('a server takes the whole address for a target', async () => {
  const server = await createReferenceServer({ log: 'silent' });
  onTestFinished(() => server.close());
  const ask = (path: string, body?: object) => absolutely(server.url, path, body);
  expect(await ask('/.well-known/agent-card.json')).toMatchObject({ status: 200 });
  expect(await ask('/v1/models?x=1')).toMatchObject({ status: 200 });
  expect(await ask('/health')).toMatchObject({ status: 200 });
  expect((await ask('/a2a/1.0', CALL)).text).toContain('"code":-32001');
  expect((await ask('/a2a/1.0/tasks/unknown')).text).toContain('TASK_NOT_FOUND');
});

test('it is in the journal, and matched, without what stands before its path', async () => {
  const server = await createReferenceServer({ log: 'silent', record: true });
  onTestFinished(() => server.close());
  server.fail({ match: '/health', status: 503 });
  expect(await absolutely(server.url, '/health')).toMatchObject({ status: 503 });
  expect(server.requests.map(({ path }) => path)).toEqual(['/health']);
});
