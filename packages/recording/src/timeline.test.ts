import { describe, expect, test } from 'vitest';
import type { Exchange } from './exchange.ts';
import { timeline } from './timeline.ts';

const exchange: Exchange = {
  id: 12,
  label: 'a2a/stream/cancel',
  binding: 'JSONRPC',
  operation: 'SendStreamingMessage',
  request: { atMs: 1000, method: 'POST', url: 'http://127.0.0.1:4000/a2a', headers: [], body: { text: '{"id":1}' } },
  response: { atMs: 1012.4, status: 200, headers: [['content-type', 'text/event-stream']] },
  frames: [
    { index: 0, atMs: 1014, direction: 'in', kind: 'sse', data: '{"a":1}', json: { a: 1 }, event: 'message', id: '7' },
    { index: 1, atMs: 1020, direction: 'in', kind: 'sse-comment', data: 'keep\x1b[31m\r\nalive' },
    { index: 2, atMs: 1021, direction: 'out', kind: 'ws-text', data: '{"a"', jsonError: 'Unexpected end' },
  ],
  end: { atMs: 6021, kind: 'timeout', code: 1006, message: 'nothing came for 5000 ms' },
};

describe('timeline', () => {
  test('shows request, status, frames and end with their times', () => {
    expect(timeline(exchange).split('\n')).toEqual([
      '#12 JSONRPC SendStreamingMessage a2a/stream/cancel',
      '     +0 ms > POST http://127.0.0.1:4000/a2a',
      '           > {"id":1}',
      '    +12 ms < 200 text/event-stream',
      '    +14 ms < [0] sse event=message id=7 {"a":1}',
      '    +20 ms < [1] sse-comment keep [31m alive',
      '    +21 ms > [2] ws-text not JSON {"a"',
      '  +5021 ms . timeout 1006: nothing came for 5000 ms',
    ]);
  });

  test('shows a whole body, why it is no JSON, and a missing end', () => {
    const { frames: _, end: __, ...rest } = exchange;
    const response = { atMs: 1001, status: 502, headers: [], body: { text: '<html>' }, jsonError: 'Unexpected <' };
    expect(timeline({ ...rest, hostile: true, response, frames: [] }).split('\n')).toEqual([
      '#12 JSONRPC SendStreamingMessage a2a/stream/cancel hostile',
      '     +0 ms > POST http://127.0.0.1:4000/a2a',
      '           > {"id":1}',
      '     +1 ms < 502',
      '           < <html>',
      '           ! not JSON: Unexpected <',
      '           . no end was seen',
    ]);
  });

  test.each([60, 61])('keeps to its width of %i, whole characters only', (width) => {
    const request = { ...exchange.request, body: { text: '😀'.repeat(10_000) } };
    const lines = timeline({ ...exchange, label: 'x'.repeat(500), request }, { width }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBe(width);
    expect(lines.every((line) => !/\p{Surrogate}/u.test(line))).toBe(true);
    expect(lines.filter((line) => line.endsWith('…'))).toHaveLength(2);
  });

  test('of many frames the first and the last', () => {
    const frames = Array.from({ length: 100 }, (_, index) => ({ ...exchange.frames[0]!, index }));
    const shown = timeline({ ...exchange, frames }, { maxFrames: 5 })
      .split('\n')
      .slice(4, -1);
    expect(shown.map((line) => line.match(/\[\d+\]|…/)?.[0])).toEqual(['[0]', '[1]', '[2]', '…', '[98]', '[99]']);
    expect(shown[3]?.trim()).toBe('… 95 frames more');
  });
});
