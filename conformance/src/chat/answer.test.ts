import type { Exchange, Frame } from '@agentproto/recording';
import { describe, expect, test } from 'vitest';
import { answerIn, answerOf, turnLength } from './answer.ts';
import { observe } from './observe.ts';

function exchange(response: Partial<Exchange['response']> = {}): Exchange {
  return {
    id: 1,
    request: { atMs: 0, method: 'POST', url: 'http://h', headers: [] },
    response: { atMs: 1, status: 200, headers: [], ...response },
    frames: [],
    end: { atMs: 2, kind: 'complete' },
  };
}

const frames = (...events: unknown[]): Frame[] =>
  events.map((json, index) => ({
    index,
    atMs: index,
    direction: 'in',
    kind: 'ndjson',
    data: JSON.stringify(json),
    json,
  }));
const call = { id: 'c', name: 'delete', input: { pod: 'x' }, execute: false };

describe('an answer in one piece', () => {
  test('is its text, its calls and the request fields', () => {
    const json = {
      role: 'assistant',
      content: 'Hi',
      data: { tool_calls: [call], executed_tool_calls: [{ id: 'd', name: 'n', input: {}, output: 'out' }] },
      meta_data: { request_context: { a: 1 } },
    };
    expect(answerOf(exchange({ json })).value).toMatchObject({
      ended: 'done',
      text: 'Hi',
      pending: [{ id: 'c' }],
      executed: [{ id: 'd', output: 'out' }],
      context: { a: 1 },
    });
  });
  test.each([
    [
      { status: 400, json: { detail: 'no messages' } },
      { ended: 'refused', error: 'no messages' },
    ],
    [{ json: { role: 'assistant', content: 'Error: boom' } }, { ended: 'error' }],
    [{ jsonError: 'not JSON' }, { ended: 'unreadable', text: '' }],
  ])('%j', (response, value) => {
    expect(answerOf(exchange(response)).value).toMatchObject(value);
  });
  test('a script that cannot be expressed is told apart', () => {
    expect(() =>
      answerOf(exchange({ status: 400, json: { detail: 'artifact', reason: 'SCRIPT_STEP_UNSUPPORTED' } })),
    ).toThrow(/cannot express the script/);
  });
});

describe('an answer in events', () => {
  const turn = frames(
    { type: 'intermittent_update', text: 'Thinking' },
    { type: 'text_delta', text: 'a' },
    { type: 'unknown' },
    { type: 'text_delta', text: 'b' },
    { type: 'done', meta_data: { request_context: { n: 1 } } },
  );

  test('joins its text, and passes over what it does not know', () => {
    expect(answerIn(exchange(), turn).value).toMatchObject({
      ended: 'done',
      text: 'ab',
      context: { n: 1 },
      types: ['intermittent_update', 'text_delta', 'unknown', 'text_delta', 'done'],
    });
  });
  test('the same call in both forms is one', () => {
    expect(
      answerIn(
        exchange(),
        frames({ type: 'approvals', approvals: [call] }, { type: 'tool_calls', tool_calls: [call] }, { type: 'done' }),
      ).value.pending,
    ).toHaveLength(1);
  });
  test('without an end it says how it ended', () => {
    expect(
      answerIn({ ...exchange(), end: { atMs: 3, kind: 'broken', message: 'reset' } }, turn.slice(0, 2)).value,
    ).toMatchObject({ ended: 'reset', text: 'a' });
  });
  test('a refusal instead of a stream is a refusal', () => {
    expect(answerIn(exchange({ status: 422, json: { detail: [] } }), []).value).toMatchObject({
      ended: 'refused',
      httpStatus: 422,
    });
  });
  test('a turn is as long as to its end', () => {
    expect(turnLength(turn)).toBe(5);
    expect(turnLength(turn.slice(0, 4))).toBe(0);
    expect(turnLength(frames({ type: 'error', error: 'x' }, { type: 'done' }))).toBe(1);
  });
});

describe('observe', () => {
  test('says results, waiting calls and the end in the words of the script', () => {
    const seen = observe(
      answerIn(
        exchange(),
        frames(
          {
            type: 'executed_tool_calls',
            executed_tool_calls: [
              { id: 'a', name: 'x', input: {}, output: 'ok' },
              { id: 'b', name: 'y', input: {}, output: 'Tool rejected: not now' },
            ],
          },
          { type: 'tool_calls', tool_calls: [call] },
          { type: 'done' },
        ),
      ),
    );
    expect(seen).toMatchObject({
      end: 'input-required',
      tools: [
        { name: 'x', output: 'ok' },
        { name: 'y', rejected: { reason: 'not now' } },
        { name: 'delete', args: { pod: 'x' } },
      ],
    });
  });
  test('the sentence that asks for approval is the protocol’s, not the agent’s', () => {
    const json = {
      role: 'assistant',
      content: 'I need your approval to execute the following tools:',
      data: { tool_calls: [call] },
    };
    expect(observe(answerOf(exchange({ json }))).text).toBe('');
  });
});
