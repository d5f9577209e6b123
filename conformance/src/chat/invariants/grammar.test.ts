import type { Exchange, Frame } from '@agentproto/recording';
import { expect, test } from 'vitest';
import { createChecks } from '../../kit/check.ts';
import type { Finding } from '../../kit/result.ts';
import { validate } from '@agentproto/rules/chat/docs';
import { grammarInvariantsBy } from './grammar.ts';

const grammarInvariants = grammarInvariantsBy(validate);

/** Whatever is said by lines of a stream or by frames of a socket: the rows that turn red. */
function reds(
  binding: 'NDJSON' | 'WebSocket',
  events: (object | string)[],
  requests = 1,
  end?: Exchange['end'],
): string[] {
  const kind = binding === 'NDJSON' ? 'ndjson' : 'ws-text';
  const out: Frame[] = Array.from({ length: binding === 'WebSocket' ? requests : 0 }, (_, index) => ({
    index,
    atMs: 0,
    direction: 'out',
    kind: 'ws-text',
    data: '{}',
  }));
  const frames: Frame[] = events.map((event, index) => ({
    index: out.length + index,
    atMs: index,
    direction: 'in',
    kind,
    data: String(event),
    ...(typeof event === 'string' ? { jsonError: 'x' } : { json: event }),
  }));
  const exchange: Exchange = {
    id: 1,
    binding,
    request: { atMs: 0, method: 'POST', url: 'http://h', headers: [] },
    frames: [...out, ...frames],
    ...(end && { end }),
  };
  const findings: Finding[] = [];
  for (const invariant of grammarInvariants)
    invariant.examine(
      exchange,
      createChecks({ scenario: 's', binding, report: (finding) => void findings.push(finding) }),
      () => [exchange],
    );
  return [
    ...new Set(
      findings
        .filter(({ verdict }) => verdict === 'violation' || verdict === 'warning')
        .map(({ requirement }) => requirement.slice(5)),
    ),
  ].sort();
}

const text = { type: 'text_delta', text: 'a' };
const done = { type: 'done' };
const error = { type: 'error', error: 'boom' };
const result = { type: 'executed_tool_calls', executed_tool_calls: [{ id: 'a', name: 'x', input: {}, output: 'ok' }] };

test.each<[string, (object | string)[], string[]]>([
  ['a turn', [text, done], []],
  ['results first', [result, text, done], []],
  ['a failure', [text, error], []],
  ['a failure with a late done', [text, error, done], []],
  ['unknown types', [{ type: 'agent_message', content: {} }, done], []],
  ['done twice', [text, done, done], ['STREAM-003']],
  ['done twice after a failure', [error, done, done], ['STREAM-003']],
  ['text after done', [done, text], ['STREAM-003']],
  ['text after error', [error, text], ['STREAM-009']],
  ['results after text', [text, result, done], ['STREAM-010']],
  ['a text that is none', [{ type: 'text_delta', text: 7 }, done], ['STREAM-004']],
  ['an error without a text', [{ type: 'error' }], ['STREAM-008']],
  ['the wrong member', [{ type: 'commands', cmds: [] }, done], ['STREAM-007']],
])('%s, by lines and by frames', (_what, events, expected) => {
  expect(reds('NDJSON', events)).toEqual(expected);
  expect(reds('WebSocket', events)).toEqual(expected);
});

test('what is no object is told under the row of its path', () => {
  expect(reds('NDJSON', ['nonsense', done])).toEqual(['STREAM-002']);
  expect(reds('WebSocket', ['nonsense', done])).toEqual(['WS-002']);
  expect(reds('NDJSON', [{ text: 'a' }, done])).toEqual(['STREAM-002']);
  expect(reds('WebSocket', [[text], done])).toEqual(['WS-002']);
  expect(reds('NDJSON', [error, 'nonsense', done])).toEqual(['STREAM-002']);
});

test('a socket has a turn for each request', () => {
  expect(reds('WebSocket', [text, done, text, done], 2)).toEqual([]);
  expect(reds('WebSocket', [text, error, text, done], 2)).toEqual([]);
  expect(reds('WebSocket', [text, done, text, done], 1)).toEqual(['STREAM-003']);
});

test('a turn has an end, wherever nobody walked away in the middle of it', () => {
  const ended = { atMs: 9, kind: 'complete' } as const;
  const closed = { atMs: 9, kind: 'left', code: 1000 } as const;
  const walkedAway = { atMs: 9, kind: 'left' } as const;
  expect(reds('NDJSON', [text], 1, ended)).toEqual(['STREAM-003']);
  expect(reds('NDJSON', [text, done], 1, ended)).toEqual([]);
  expect(reds('NDJSON', [text], 1, walkedAway)).toEqual([]);
  expect(reds('WebSocket', [text, done, text], 2, closed)).toEqual(['STREAM-003']);
  expect(reds('WebSocket', [text, error], 1, closed)).toEqual([]);
  expect(reds('WebSocket', [text], 1, walkedAway)).toEqual([]);
});
