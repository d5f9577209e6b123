import type { Exchange, Frame } from '@agentproto/recording';
import { expect, test } from 'vitest';
import { endedResponses, turnsOf } from './turns.ts';

type Said = object | string;

const END = { atMs: 9, kind: 'complete' } as const;

function exchange(binding: 'SSE' | 'WebSocket', frames: Frame[], more: Partial<Exchange> = {}): Exchange {
  const operation = binding === 'SSE' ? 'createResponse' : 'connectResponses';
  return {
    id: 1,
    binding,
    operation,
    request: { atMs: 0, method: 'POST', url: 'http://h', headers: [] },
    frames,
    end: END,
    ...more,
  };
}

const sse = (...said: Said[]): Frame[] =>
  said.map((one, index) => ({
    index,
    atMs: index,
    direction: 'in',
    kind: 'sse',
    data: typeof one === 'string' ? one : JSON.stringify(one),
    ...(typeof one === 'string' ? {} : { json: one }),
  }));

/** `ask` is a request for a response. */
const ask = 'ask';
const socket = (...said: Said[]): Frame[] =>
  said.map((one, index) => ({
    index,
    atMs: index,
    direction: one === ask ? 'out' : 'in',
    kind: 'ws-text',
    data: JSON.stringify(one),
    json: one,
  }));

const begin = (id: string) => ({ type: 'response.created', response: { id, status: 'in_progress' } });
const piece = { type: 'response.output_text.delta', delta: 'a' };
const finish = (id: string) => ({ type: 'response.completed', response: { id, status: 'completed' } });
const error = { type: 'error', status: 400, error: { code: 'x', message: 'no' } };

/** Types of each turn, shortened, and what is said of it. */
const seen = (one: Exchange) =>
  turnsOf(one).map(({ events, isOver, isMixed, unreadableAt }) => [
    events.map(({ type }) => type?.split('.').at(-1)).join(' '),
    ...(isOver ? [] : ['goes on']),
    ...(isMixed ? ['mixed'] : []),
    ...(unreadableAt === undefined ? [] : [`unreadable at ${unreadableAt}`]),
  ]);

test('a stream is one turn, up to its mark', () => {
  expect(seen(exchange('SSE', sse(begin('a'), piece, finish('a'), '[DONE]', piece)))).toEqual([
    ['created delta completed'],
  ]);
});

test('a stream that was left goes on', () => {
  const left = { end: { atMs: 9, kind: 'left' } } as const;
  expect(seen(exchange('SSE', sse(begin('a'), piece), left))).toEqual([['created delta', 'goes on']]);
  expect(seen(exchange('SSE', sse(begin('a'), finish('a'), '[DONE]'), left))).toEqual([['created completed']]);
});

test('from what cannot be read on, nothing is known', () => {
  expect(seen(exchange('SSE', sse(begin('a'), '{"cut', finish('a'))))).toEqual([
    ['created completed', 'unreadable at 1'],
  ]);
});

test('what is no new response, or brought nothing, is no turn', () => {
  expect(seen(exchange('SSE', sse(piece, finish('a')), { operation: 'retrieveResponse' }))).toEqual([]);
  expect(seen(exchange('SSE', []))).toEqual([]);
  expect(seen(exchange('SSE', sse('[DONE]')))).toEqual([]);
});

test('a socket has a turn for each response', () => {
  const frames = socket(ask, begin('a'), piece, finish('a'), ask, begin('b'), finish('b'));
  expect(seen(exchange('WebSocket', frames))).toEqual([['created delta completed'], ['created completed']]);
});

test('a request that got an error is a turn of its own', () => {
  expect(seen(exchange('WebSocket', socket(ask, error, ask, begin('b'), finish('b'))))).toEqual([
    ['error'],
    ['created completed'],
  ]);
});

test('an error in the midst of a response is in it', () => {
  expect(
    seen(exchange('WebSocket', socket(ask, begin('a'), error, { ...finish('a'), type: 'response.failed' }))),
  ).toEqual([['created error failed']]);
});

test('what follows the end of a response, and is no beginning, belongs to it', () => {
  expect(seen(exchange('WebSocket', socket(ask, begin('a'), finish('a'), piece)))).toEqual([
    ['created completed delta'],
  ]);
  expect(seen(exchange('WebSocket', socket(ask, begin('a'), finish('a'), finish('a'), ask, begin('b'))))[0]).toEqual([
    'created completed completed',
  ]);
});

test('a second response that begins too soon mixes both, and all that comes then', () => {
  const frames = socket(ask, ask, begin('a'), begin('b'), piece, finish('a'), finish('b'));
  const turns = turnsOf(exchange('WebSocket', frames));
  expect(turns[0]?.isMixed).toBe(true);
  expect(endedResponses(exchange('WebSocket', frames))).toEqual([]);
});

test('a socket that was cut goes on, one that was closed does not', () => {
  const frames = socket(ask, begin('a'), piece);
  expect(seen(exchange('WebSocket', frames, { end: { atMs: 9, kind: 'broken' } }))).toEqual([
    ['created delta', 'goes on'],
  ]);
  expect(seen(exchange('WebSocket', frames, { end: { atMs: 9, kind: 'left', code: 1000 } }))).toEqual([
    ['created delta'],
  ]);
});

test('a response that has ended is that of its last event', () => {
  const [ended] = endedResponses(exchange('SSE', sse(begin('a'), finish('a'), '[DONE]')));
  expect(ended?.value).toEqual({ id: 'a', status: 'completed' });
  expect(ended?.place.frame).toBe(1);
});
