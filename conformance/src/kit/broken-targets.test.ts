import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createReferenceServer, type ServerOptions } from '@agentproto/reference-server';
import { QUIRKS } from '@agentproto/reference-server/quirks';
import { expect, onTestFinished, test } from 'vitest';
import { buildReport } from '../report/build.ts';
import type { Report } from '../report/model.ts';
import { createRunLog } from '../run-file.ts';

import { runSuite, type RunEntry, type RunOptions } from './runner.ts';

/** What a run says of targets that are broken as a whole: each is one finding, soon. */

const scoring = { failOn: 'must', allowIncomplete: false } as const;

async function judged(
  target: string,
  options: Partial<RunOptions> = {},
  look: (entry: RunEntry) => void = () => {},
): Promise<Report> {
  await using log = createRunLog({ scoring });
  const footer = await runSuite(
    {
      target,
      protocols: ['a2a@1.0'],
      only: [],
      skip: [],
      headers: [],
      concurrency: 4,
      timeoutMs: 10_000,
      deadlineMs: 300_000,
      seed: 1,
      command: { name: 'test', version: '0' },
      ...options,
    },
    (entry) => {
      log.listen(entry);
      look(entry);
    },
  );
  return buildReport({ ...log.record(), footer }, scoring);
}

async function double(names: readonly string[], options: ServerOptions = {}): Promise<string> {
  const quirks = QUIRKS.filter(({ name }) => names.includes(name));
  expect(quirks).toHaveLength(names.length);
  const server = await createReferenceServer({ protocols: ['a2a@1.0'], quirks, ...options });
  onTestFinished(() => server.close());
  return server.url;
}

const reds = ({ requirements }: Report) =>
  requirements.filter(({ verdict }) => verdict === 'violation' || verdict === 'warning').map(({ id }) => id);

const violations = ({ requirements }: Report) =>
  requirements.filter(({ verdict }) => verdict === 'violation').map(({ id }) => id);

test('a target that dies is one finding, and the rest is not run', async () => {
  const report = await judged(await double(['a2a.wire.dies-at-the-twelfth-request']));
  expect(reds(report)).toEqual([]);
  expect([report.outcome, report.exitCode]).toEqual(['unreachable', 4]);
  expect(report.stopped!.message).toMatch(
    /^The target stopped working at exchange \d+ \(\w+ over (JSONRPC|HTTP\+JSON), in a2a\/.* before it answered\), and answers nothing any more\.$/,
  );
  expect(report.requirements.some(({ reason }) => reason === 'ended')).toBe(true);
});

test('a target that wants credentials is one finding, which says how they are given', async () => {
  const target = await double([], { apiKey: 'right' });
  const without = await judged(target);
  expect([reds(without), without.exitCode]).toEqual([[], 3]);
  expect(without.stopped!.message).toMatch(
    /^HTTP 401 at POST .* \(exchange \d+\): the target asks for credentials; give them with --bearer TOKEN or --header "Name: value"; its card names the security scheme `bearer` \(httpAuthSecurityScheme\).*\.$/,
  );
  expect(without.causes).toMatchObject([{ id: 'credentials', verdict: 'blocked' }]);
  expect(without.causes[0]!.blocks.length).toBeGreaterThan(50);
  const wrong = await judged(target, { headers: [['Authorization', 'Bearer wrong']] });
  expect([reds(wrong), wrong.exitCode]).toEqual([[], 3]);
  expect(wrong.stopped!.message).toContain('the target does not take the credentials that were given');
  const right = await judged(target, { headers: [['Authorization', 'Bearer right']] });
  expect([reds(right), right.exitCode]).toEqual([[], 0]);
});

test('a red that was seen before the run ended is in its report', async () => {
  const cut = new AbortController();
  const target = await double(['a2a.card.two-skills-one-id', 'a2a.rpc.no-error-info']);
  let seen: string | undefined;
  await using log = createRunLog({ scoring });
  const footer = await runSuite(
    {
      target,
      protocols: ['a2a@1.0'],
      only: [],
      skip: [],
      headers: [],
      concurrency: 4,
      timeoutMs: 10_000,
      deadlineMs: 280_000,
      seed: 1,
      command: { name: 'test', version: '0' },
      signal: cut.signal,
    },
    (entry) => {
      log.listen(entry);
      if ('header' in entry || entry.type !== 'scenario-end' || seen) return;
      seen = entry.findings.find(({ verdict }) => verdict === 'violation')?.requirement;
      if (seen) cut.abort();
    },
  );
  const report = buildReport({ ...log.record(), footer }, scoring);
  expect([report.exitCode, report.stopped?.outcome]).toEqual([1, 'incomplete']);
  expect(report.requirements.find(({ id }) => id === seen)).toMatchObject({
    verdict: 'violation',
    reason: expect.stringContaining('seen once: the run ended before it could be played again') as string,
  });
});

/** In front of the double: JSON-RPC alone, with a card that says so, and whatever `stream` makes of streams. */
async function inFront(target: string, stream: (end: (status: number, body: string) => void) => void): Promise<string> {
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      if (/"(SendStreamingMessage|SubscribeToTask)"/.test(body.toString()))
        return stream((status, text) => response.writeHead(status, { 'content-type': 'text/html' }).end(text));
      void pass(request.method!, request.url!, request.headers as Record<string, string>, body).then(
        async (answer) => {
          const text = await answer.text();
          response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
          response.end(request.url!.endsWith('agent-card.json') ? JSON.stringify(ofJsonRpcAlone(text)) : text);
        },
        () => response.destroy(),
      );
    });
  });
  const pass = (method: string, path: string, { host: _, ...headers }: Record<string, string>, body: Buffer) =>
    fetch(target + path, { method, headers, ...(method === 'POST' ? { body: body.toString() } : {}) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const ofJsonRpcAlone = (text: string) => {
    const card = JSON.parse(text) as { supportedInterfaces: { protocolBinding: string; url: string }[] };
    const supportedInterfaces = card.supportedInterfaces
      .filter(({ protocolBinding }) => protocolBinding === 'JSONRPC')
      .map((one) => ({ ...one, url: one.url.replace(target, url) }));
    return { ...card, supportedInterfaces };
  };
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return url;
}

test('a JSON-RPC server whose streams always fail is red under echo', async () => {
  const target = await inFront(await double([]), (end) => end(500, '<h1>Internal Server Error</h1>'));
  const report = await judged(target, { profile: 'echo' });
  expect(report.exitCode).toBe(1);
  expect(violations(report)).toEqual(['A2A10-RPC-002']);
  expect(report.causes[0]).toMatchObject({ id: 'A2A10-RPC-002', bindings: ['JSONRPC'] });
  expect(report.causes[0]!.blocks).toEqual(expect.arrayContaining(['A2A10-STREAM-001', 'A2A10-STREAM-005']));
});

test('a target whose streams never say a word is not waited for each time, with the patience of a default run', async () => {
  const sound = await double([]);
  // How long the target takes over its first answers is not how long it takes: a brief wait goes by the slowest.
  await judged(sound, { profile: 'echo', plays: ({ id }) => id === 'a2a/send/task' });
  const target = await inFront(sound, () => {});
  // For how long each of them was listened to. How long the run takes in all is for the machine to say.
  const waits: number[] = [];
  const report = await judged(target, { profile: 'echo' }, (entry) => {
    if (!('type' in entry) || entry.type !== 'exchange') return;
    const [, ms] = /^nothing came for ([\d.]+) ms$/.exec(entry.exchange.end?.message ?? '') ?? [];
    if (ms) waits.push(Number(ms));
  });
  expect(report.exitCode).not.toBe(0);
  expect(report.impatience.map(({ binding }) => binding)).toContain('JSONRPC');
  expect(waits).toContain(10_000);
  expect(waits.filter((ms) => ms < 10_000).length).toBeGreaterThan(waits.length / 2);
});
