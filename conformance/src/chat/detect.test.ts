import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createReferenceServer } from '@agentproto/reference-server';
import { expect, test } from 'vitest';
import { Recorder } from '../recorder/recorder.ts';
import { detect } from './detect.ts';

type Answer = [status: number, body: unknown, headers?: Record<string, string>];

/** What a server that answers GETs so is taken for, where chat is named and where it is not. */
async function taken(
  answer: (path: string, method?: string) => Answer,
): Promise<{ auto: boolean; named: boolean; evidence: string }> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const [status, body, headers] = answer(request.url ?? '', request.method);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const recorder = new Recorder({ headers: [] });
  try {
    const target = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const [auto, named] = [
      await detect(recorder, target, { named: false }),
      await detect(recorder, target, { named: true }),
    ];
    return {
      auto: auto.found !== undefined,
      named: named.found !== undefined,
      evidence: named.found ? named.found.evidence : named.tried.join('; '),
    };
  } finally {
    await recorder.close();
    server.closeAllConnections();
    server.close();
  }
}

const NOT_FOUND: Answer = [404, { detail: 'Not Found' }];
const health: Answer = [200, { status: 'ok' }];

test.each<[kind: string, answer: (path: string, method?: string) => Answer, auto: boolean, named: boolean]>([
  ['405 at both paths, and no health check', (path) => (/chat/.test(path) ? [405, {}] : NOT_FOUND), true, true],
  [
    'a health check and a 404 of its own',
    (path) => (path === '/health' ? health : path.endsWith('chat') ? [404, { detail: 'POST only' }] : NOT_FOUND),
    true,
    true,
  ],
  ['a health check alone, as many a server has', (path) => (path === '/health' ? health : NOT_FOUND), false, true],
  [
    'a health check, one 404 for every GET, and OPTIONS that tell',
    (path, method) => {
      if (path === '/health') return health;
      return method === 'OPTIONS' && path.endsWith('/chat') ? [204, {}, { allow: 'POST, OPTIONS' }] : NOT_FOUND;
    },
    true,
    true,
  ],
  [
    'a health check, and one answer for all OPTIONS',
    (path, method) => (path === '/health' ? health : method === 'OPTIONS' ? [204, {}, { allow: 'POST' }] : NOT_FOUND),
    false,
    true,
  ],
  ['405 for everything', () => [405, {}], false, false],
  ['nothing', () => NOT_FOUND, false, false],
])('%s', async (_kind, answer, auto, named) => {
  const { evidence, ...found } = await taken(answer);
  expect(found).toEqual({ auto, named });
  // What was asked for is said, whether it was found or not.
  expect(evidence).toMatch(named ? /GET http/ : /\/health: HTTP \d+.*\/api\/chat: HTTP \d+.*chat-ws/);
});

test('a server whose socket opens, and which knows no 405', async () => {
  await using server = await createReferenceServer({ protocols: ['chat@docs'] });
  const recorder = new Recorder({ headers: [] });
  const { found } = await detect(recorder, new URL(server.url), { named: false });
  expect(found?.evidence).toMatch(/chat-ws: HTTP 101/);
  await recorder.close();
});
