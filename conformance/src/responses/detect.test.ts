import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createReferenceServer } from '@agentproto/reference-server';
import { expect, test } from 'vitest';
import { runSuite } from '../kit/runner.ts';
import type { RunEntry } from '../kit/runner.ts';
import { Recorder } from '../recorder/recorder.ts';
import { detect } from './detect.ts';

type Answer = [status: number, body?: unknown, headers?: Record<string, string>];
type Answers = (method: string, path: string, body: string) => Answer;

/** A server that answers so. */
async function serving<Result>(
  answers: Answers,
  use: (url: string) => Promise<Result>,
  /** How upgrades are refused, at any path; default: as any GET is. */
  upgrade?: number,
): Promise<Result> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const [status, json, headers] = answers(request.method ?? '', request.url ?? '', body);
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json ?? {}));
    });
  });
  if (upgrade !== undefined)
    server.on('upgrade', (_request, socket) => socket.end(`HTTP/1.1 ${upgrade} No\r\nContent-Length: 0\r\n\r\n`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const looked = (answers: Answers, how: { named: boolean; model?: string }, path = '') =>
  serving(answers, async (url) => {
    const recorder = new Recorder({ headers: [] });
    try {
      const detection = await detect(recorder, new URL(url + path), how);
      if (!detection.found) return { tried: detection.tried.map((one) => one.replaceAll(url, '')) };
      const { base, model, evidence } = detection.found;
      return { base: base.replace(url, ''), model, evidence: evidence.replaceAll(url, '') };
    } finally {
      await recorder.close();
    }
  });

const NOT_FOUND: Answer = [404, { error: { message: 'Not Found', type: 'not_found' } }];
const at =
  (own: string, answer: (method: string) => Answer | undefined): Answers =>
  (method, path) =>
    (path === own && answer(method)) || NOT_FOUND;

test.each<[kind: string, answers: Answers, auto: boolean, named: boolean]>([
  ['405 at /v1/responses alone', at('/v1/responses', (method) => (method === 'GET' ? [405] : undefined)), true, true],
  ['405 everywhere, as a gateway has it', () => [405], false, false],
  [
    'a response that is not found',
    (_method, path) => (path.startsWith('/v1/responses/') ? [404, { detail: 'Response not found' }] : NOT_FOUND),
    true,
    true,
  ],
  [
    'POST in Allow',
    at('/v1/responses', (method) => (method === 'OPTIONS' ? [204, undefined, { Allow: 'POST' }] : undefined)),
    true,
    true,
  ],
  ['POST in Allow of every path, as for CORS', () => [404, {}, { Allow: 'GET, POST' }], false, false],
  ['POST and nothing else', at('/v1/responses', (method) => (method === 'POST' ? [400] : undefined)), false, true],
  [
    'models alone',
    (method, path) =>
      method === 'GET' && path === '/v1/models' ? [200, { object: 'list', data: [{ id: 'm' }] }] : NOT_FOUND,
    false,
    true,
  ],
  ['a door that is shut', (method) => (method === 'GET' ? [401] : NOT_FOUND), false, true],
  ['a POST that is refused everywhere alike', (method) => (method === 'POST' ? [400, {}] : NOT_FOUND), false, false],
  ['nothing', () => NOT_FOUND, false, false],
])('%s', async (_kind, answers, auto, named) => {
  const found = async (isNamed: boolean) => 'base' in (await looked(answers, { named: isNamed }));
  expect([await found(false), await found(true)]).toEqual([auto, named]);
});

test('a framework that refuses upgrades anywhere, and answers any GET, serves no Responses', async () => {
  // As Werkzeug does with a page for every path: 405 to the upgrade, 200 to the GET.
  const seen = await serving(
    () => [200],
    async (url) => {
      const recorder = new Recorder({ headers: [] });
      try {
        return (await detect(recorder, new URL(url), { named: false })).found;
      } finally {
        await recorder.close();
      }
    },
    405,
  );
  expect(seen).toBeUndefined();
});

test('nothing but GET and OPTIONS is sent where nobody named the protocol', async () => {
  const methods = new Set<string>();
  const answers: Answers = (method) => {
    methods.add(method);
    return NOT_FOUND;
  };
  const { tried } = await looked(answers, { named: false });
  expect([...methods].sort()).toEqual(['GET', 'OPTIONS']);
  expect(tried).toContain('OPTIONS /v1/responses: HTTP 404');
});

test('a POST that is no request tells where the base is', async () => {
  const bodies: string[] = [];
  const postOnly: Answers = (method, path, body) => {
    if (method === 'POST') bodies.push(body);
    return method === 'POST' && path === '/api/v1/responses' ? [422, { detail: 'not an object' }] : NOT_FOUND;
  };
  const asked = { named: true, model: 'gpt-x' };
  const told = { base: '/api/v1', model: 'gpt-x' };
  expect(await looked(postOnly, asked, '/api/v1/')).toMatchObject(told);
  expect(await looked(postOnly, asked, '/api')).toMatchObject({
    ...told,
    evidence: 'POST /api/v1/responses: HTTP 422; model gpt-x, as --model says',
  });
  expect(new Set(bodies)).toEqual(new Set(['[]']));
});

test('the model is the one that is named, else the first of the list, else made up', async () => {
  const listing: Answers = (method, path) =>
    method !== 'GET'
      ? NOT_FOUND
      : path === '/v1/models'
        ? [200, { object: 'list', data: [{ id: 'first' }, { id: 'second' }] }]
        : path === '/v1/responses'
          ? [405]
          : NOT_FOUND;
  expect(await looked(listing, { named: false })).toMatchObject({ model: 'first' });
  expect(await looked(listing, { named: false, model: 'second' })).toMatchObject({ model: 'second' });
  const bare = at('/v1/responses', (method) => (method === 'GET' ? [405] : undefined));
  expect(await looked(bare, { named: false })).toMatchObject({
    evidence: expect.stringMatching(/HTTP 405; model agentproto, made up, for none is listed$/),
  });
});

test('the reference server, by its WebSocket', async () => {
  await using server = await createReferenceServer({ protocols: ['responses@2026-04-24'] });
  const recorder = new Recorder({ headers: [] });
  const { found } = await detect(recorder, new URL(server.url), { named: false });
  expect(found).toMatchObject({ base: `${server.url}/v1`, bindings: ['HTTP', 'SSE', 'WebSocket'] });
  await recorder.close();
});

test('a model that was made up and is refused is not held against the target', async () => {
  const choosy: Answers = (method, path, body) => {
    if (path !== '/v1/responses') return NOT_FOUND;
    if (method !== 'POST') return [405];
    let model: unknown;
    try {
      ({ model } = JSON.parse(body) as { model?: unknown });
    } catch {
      return [400, { error: { type: 'invalid_request', code: null, param: null, message: 'no JSON' } }];
    }
    const message = `The model '${String(model)}' does not exist`;
    return [400, { error: { type: 'invalid_request', code: 'model_not_found', param: 'model', message } }];
  };
  const findings = await serving(choosy, async (target) => {
    const all: RunEntry[] = [];
    await runSuite(
      {
        ...{ target, protocols: ['responses@2026-04-24'], profile: 'echo', only: [], skip: [], headers: [] },
        ...{ concurrency: 4, timeoutMs: 2_000, deadlineMs: 280_000, seed: 1 },
        command: { name: 'test', version: '0.0.0' },
      },
      (entry) => void all.push(entry),
    );
    return all.flatMap((entry) => ('type' in entry && entry.type === 'scenario-end' ? entry.findings : []));
  });
  const minimal = findings.filter(({ requirement }) => requirement === 'RESP-EXT-011');
  expect(minimal.map(({ verdict }) => verdict)).toEqual(['inconclusive']);
  expect(minimal[0]?.reason).toMatch(/refuses "agentproto": name one that it has with --model ID/);
  // What it takes is bad enough: values that are out of their range are refused for their model, and that is all the same.
  expect(findings.filter(({ verdict }) => verdict === 'violation')).toEqual([]);
});
