import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Exchange, Headers } from './exchange.ts';
import { readPackedExchange, readRecording, writeRecording } from './file.ts';

const HEADER = { startedAt: '2026-11-21T00:00:00.000Z', tool: { name: 'test', version: '1.0.0' } };

const EXCHANGES: Exchange[] = [
  {
    id: 0,
    label: 'card',
    request: { atMs: 0, method: 'GET', url: 'http://h/card', headers: [['Accept', '*/*']] },
    response: { atMs: 2, status: 200, headers: [], body: { text: '{"name":"x"}' }, json: { name: 'x' } },
    frames: [],
    end: { atMs: 3, kind: 'complete' },
  },
  {
    id: 1,
    request: { atMs: 4, method: 'POST', url: 'http://h/a2a', headers: [], body: { text: '{}' } },
    response: { atMs: 5, status: 200, headers: [], body: { text: '{"a":1,"a":2}' }, jsonError: 'a twice' },
    frames: [
      { index: 0, atMs: 5, direction: 'in', kind: 'sse', data: '{"a":[1]}', json: { a: [1] }, id: '1' },
      { index: 1, atMs: 6, direction: 'in', kind: 'sse-comment', data: '1' },
      { index: 2, atMs: 7, direction: 'in', kind: 'sse', data: '{"b":1,"b":2}', jsonError: 'b twice' },
      { index: 3, atMs: 7, direction: 'out', kind: 'ws-binary', data: '1234' },
      { index: 4, atMs: 8, direction: 'in', kind: 'ndjson', data: 'null', json: null },
    ],
    end: { atMs: 9, kind: 'broken', message: 'ECONNRESET' },
  },
  {
    id: 2,
    hostile: true,
    request: { atMs: 10, method: 'GET', url: '/', headers: [], body: { base64: '/w==' } },
    frames: [],
  },
];

async function written(exchanges: Exchange[], secrets: string[] = []): Promise<string> {
  const out: string[] = [];
  const writer = writeRecording(HEADER, (text) => out.push(text), { secrets });
  for (const exchange of exchanges) await writer.add(exchange);
  await writer.close();
  return out.join('');
}

async function exchangesOf(text: string): Promise<Exchange[]> {
  const all: Exchange[] = [];
  for await (const exchange of (await readRecording(text)).exchanges) all.push(exchange);
  return all;
}

describe('a recording', () => {
  test('is read as it was written, JSON restored', async () => {
    const text = await written(EXCHANGES);
    const { header, exchanges } = await readRecording(text);
    expect(header).toEqual(HEADER);
    const read: Exchange[] = [];
    let step = await exchanges.next();
    for (; !step.done; step = await exchanges.next()) read.push(step.value);
    expect(read).toEqual(EXCHANGES);
    expect(step.value).toEqual({ exchanges: 3, frames: 5 });
  });

  test('says each text once', async () => {
    expect((await written(EXCHANGES)).split('name').length - 1).toBe(2);
  });

  test('survives a body that is nested too deep for JSON.stringify', async () => {
    const text = '['.repeat(100_000) + ']'.repeat(100_000);
    const deep: Exchange = {
      id: 0,
      request: { atMs: 0, method: 'GET', url: '/', headers: [] },
      response: { atMs: 1, status: 200, headers: [], body: { text }, json: JSON.parse(text) as unknown },
      frames: [],
    };
    const [read] = await exchangesOf(await written([deep]));
    expect(read?.response?.body).toEqual({ text });
    expect(Array.isArray(read?.response?.json)).toBe(true);
  });

  test('holds no secret, not even in its header', async () => {
    const out: string[] = [];
    const header = { ...HEADER, about: { target: 'http://h/?key=hunter22' } };
    const writer = writeRecording(header, (text) => out.push(text), { secrets: ['hunter22'] });
    const request = { ...EXCHANGES[2]!.request, headers: [['Authorization', 'Bearer x1y2z3']] as Headers };
    await writer.add({ ...EXCHANGES[2]!, label: 'hunter22', request });
    await writer.close();
    expect(out.join('')).toContain('[redacted]');
    expect(out.join('')).not.toMatch(/hunter22|x1y2z3/);
  });

  test('goes through a real file, piece by piece', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'recording-'));
    try {
      const path = join(folder, 'run.ndjson');
      const file = await open(path, 'w');
      const writer = writeRecording(HEADER, (text) => file.appendFile(text));
      const frame = EXCHANGES[1]!.frames[0]!;
      for (let id = 0; id < 200; id++) {
        const frames = Array.from({ length: 50 }, (_, index) => ({ ...frame, index }));
        await writer.add({ ...EXCHANGES[1]!, id, frames });
      }
      await writer.close();
      await file.close();
      const { exchanges } = await readRecording(createReadStream(path));
      let count = 0;
      for await (const exchange of exchanges) expect(exchange.id).toBe(count++);
      expect(count).toBe(200);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a file that is none is refused at once, a cut one after its exchanges', async () => {
    await expect(readRecording('{"type":"header","format":"other"}')).rejects.toThrow(/agentproto-recording/);
    await expect(readRecording('{"type":"header","format":"agentproto-recording","version":1}\n')).rejects.toThrow(
      'line 1: startedAt: expected string, got nothing',
    );
    const cut = (await written(EXCHANGES)).split('\n').slice(0, 3).join('\n');
    const read: number[] = [];
    await expect(
      (async () => {
        for await (const exchange of (await readRecording(cut)).exchanges) read.push(exchange.id);
      })(),
    ).rejects.toMatchObject({ code: 'truncated' });
    expect(read).toEqual([0, 1]);
  });
});

describe('readPackedExchange', () => {
  const request = { atMs: 0, method: 'GET', url: '/', headers: [] };
  const frame = { index: 0, atMs: 0, direction: 'in', kind: 'sse', data: '' };
  test.each<[value: unknown, message: string]>([
    [undefined, 'exchange: expected object, got nothing'],
    [{}, 'id: expected number, got nothing'],
    [{ id: 0, request: null, frames: [] }, 'request: expected object, got null'],
    [{ id: 0, request: { ...request, url: 1 }, frames: [] }, 'request.url: expected string, got number'],
    [{ id: 0, request, frames: {} }, 'frames: expected array, got object'],
    [{ id: 0, request, frames: [frame, 1] }, 'frames[1]: expected object, got number'],
    [{ id: 0, request, frames: [{ ...frame, data: null }] }, 'frames[0].data: expected string, got null'],
    [{ id: 0, request, frames: [], response: [] }, 'response: expected object, got array'],
    [{ id: 0, request, frames: [], response: { atMs: 0 } }, 'response.status: expected number, got nothing'],
    [{ id: 0, request, frames: [], end: {} }, 'end.atMs: expected number, got nothing'],
  ])('%j: %s', (value, message) => {
    expect(() => readPackedExchange(value)).toThrow(message);
  });

  test('any value is refused with a sentence or is an exchange', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(() => readPackedExchange(value)).toThrow(/: expected .*, got /);
      }),
    );
  });
});
