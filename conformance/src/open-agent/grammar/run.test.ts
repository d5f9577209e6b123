import { describe, expect, test } from 'vitest';
import type { Json } from '../../kit/json.ts';
import { ownName, type RunEventSeen } from '../run-event.ts';
import { eventFaults } from './faults.ts';
import { judgeRun, type RunRules } from './run.ts';

/** The rows that turn red, each as often as it is told. */
function reds(events: readonly Json[], rules: Partial<RunRules> = {}): string[] {
  const found: string[] = [];
  const seen = events.map((value, index): RunEventSeen => ({
    value,
    name: ownName(value),
    place: { exchange: 1, frame: index },
  }));
  judgeRun(
    seen,
    {
      isOver: true,
      isTeam: false,
      hasCost: true,
      faults: eventFaults(false),
      ...rules,
    },
    (row, ok) => void (ok || found.push(row.slice(4))),
  );
  return found;
}

const head = { run_id: 'r', session_id: 's', created_at: 1 };
const of = (event: string, more: Json = {}): Json => ({ event, content_type: 'str', ...head, ...more });
const started = of('RunStarted', { content: '' });
const said = (content: unknown, more: Json = {}) => of('RunResponse', { content, ...more });
const completed = (content: unknown, more: Json = {}) =>
  of('RunCompleted', { content, status: 'succeeded', metrics: { input_tokens: 1 }, ...more });
const cost = of('CostSummary', { cost: { input_tokens: 1, output_tokens: 2, microdollars: 3 } });
const request: Json = { event: 'ToolRequest', tool: 'weather', input: { city: 'Bern' } };
const call = (id: string) => ({ tool_call_id: id, tool_name: 'look', tool_args: {} });
const calls = (event: string, ...ids: string[]) => of(event, { tools: ids.map(call) });
const begun = (...ids: string[]) => calls('ToolCallStarted', ...ids);
const ended = (...ids: string[]) => calls('ToolCallCompleted', ...ids);
const lookUp = { id: 'a', type: 'function', function: { name: 'look', arguments: '{}' } };
const pieces = [said('Hel'), said('lo')];
const turn = [started, ...pieces, completed('Hello')];

describe('whole runs', () => {
  test.each<[string, Json[]]>([
    ['pieces', turn],
    ['all so far, each time', [started, said('Hel'), said('Hello'), completed('Hello')]],
    ['thoughts, then the answer in pieces', [started, said('Hm. '), ...pieces, completed('Hello')]],
    ['thoughts, then the answer at once', [started, said('Hm, hm'), said('Hello'), completed('Hello')]],
    ['an answer with other white space at its ends', [started, ...pieces, completed('Hello\n')]],
    ['a message as content', [started, said('Hello'), completed(undefined, { message: { content: 'Hello' } })]],
    ['the name in `type`', turn.map(({ event, ...rest }) => ({ type: event, ...rest }))],
    ['what it cost', [started, ...pieces, cost, completed('Hello')]],
    ['events of other names', [started, of('Thinking'), ...pieces, of('MemoryUpdated'), completed('Hello')]],
    ['an empty piece', [started, said(''), ...pieces, completed('Hello')]],
    ['nothing said at all', [started, completed('')]],
    ['calls of the server', [started, begun('a'), ended('a'), begun('b'), ended('b'), ...pieces, completed('Hello')]],
    ['calls side by side', [started, begun('a'), begun('b'), ended('b'), ended('a'), ...pieces, completed('Hello')]],
    ['several calls in one event', [started, begun('a', 'b'), ended('a', 'b'), ...pieces, completed('Hello')]],
    ['all calls so far', [started, begun('a'), ended('a'), begun('a', 'b'), ended('a', 'b'), completed('')]],
    ['calls without ids', [started, begun(), ended(), ...pieces, completed('Hello')]],
    ['calls that have an id at their end alone', [started, begun(), ended('a'), ...pieces, completed('Hello')]],
    ['a halt that closes the stream', [started, request]],
    [
      'a halt that ends in RunCompleted',
      [started, said('Wait'), request, completed(undefined, { metrics: undefined })],
    ],
    ['a halt for two tools, and what they have cost', [started, request, request, cost, completed('')]],
    ['a RunResponse that asks', [started, said('', { tool: 'weather', input: 'Bern' })]],
    [
      'a RunResponse whose message asks',
      [started, said('', { messages: [{ role: 'assistant', tool_calls: [lookUp] }] })],
    ],
    ['a failure', [started, said('So far'), completed('', { status: 'failed', metrics: undefined })]],
    ['a failure that an event of its own tells', [started, of('RunError', { content: 'no' })]],
  ])('%s', (_what, events) => expect(reds(events)).toEqual([]));

  test('a RunResponse whose content asks, where the schema leaves that open', () => {
    const asks = said({ tool: 'weather', input: 'Bern' });
    expect(reds([started, asks], { faults: () => [] })).toEqual([]);
    expect(reds([started, asks])).toEqual(['SSE-005']);
  });

  test('one that was left owes no end', () => {
    expect(reds(turn.slice(0, 2), { isOver: false })).toEqual([]);
  });

  test('of a team: members have runs of their own, and the order is told elsewhere', () => {
    const member = { run_id: 'r2', session_id: 's2', from: 'Ada' };
    expect(
      reds(
        [
          started,
          of('RunStarted', { content: '', ...member }),
          said('a', member),
          completed('a', member),
          { ...completed('All of it'), from: 'Leader' },
        ],
        { isTeam: true },
      ),
    ).toEqual([]);
  });
});

describe('one fault is told once', () => {
  test.each<[string, Json[], string[]]>([
    ['nothing came', [], ['SSE-003']],
    ['no RunStarted', turn.slice(1), ['SSE-003']],
    ['RunStarted late', [pieces[0]!, started, pieces[1]!, completed('Hello')], ['SSE-003', 'SSE-003']],
    ['no RunCompleted', turn.slice(0, -1), ['SSE-003']],
    ['RunStarted alone', [started], ['SSE-003']],
    ['something after RunCompleted', [...turn, said('more')], ['SSE-003']],
    ['a second RunCompleted', [...turn, completed('Hello')], ['SSE-003']],
    ['no RunResponse', [started, completed('Hello')], ['SSE-004']],
    ['a member is missing', [started, said('Hello', { run_id: undefined }), completed('Hello')], ['SSE-005']],
    ['a member is of another kind', [started, said('Hello', { created_at: 'now' }), completed('Hello')], ['SSE-005']],
    ['two runs', [started, said('Hello', { run_id: 'q' }), completed('Hello')], ['SSE-005']],
    ['two sessions', [started, ...pieces, completed('Hello', { session_id: 'q' })], ['SSE-005']],
    ['an answer that is not told', [started, ...pieces, completed('')], ['SSE-006']],
    ['no content at the end', [started, ...pieces, completed(undefined)], ['SSE-006']],
    ['a status of its own', [started, ...pieces, completed('Hello', { status: 'done' })], ['SSE-007']],
    [
      'a cost in words',
      [started, ...pieces, { ...cost, cost: { input_tokens: '1' } }, completed('Hello')],
      ['SSE-007'],
    ],
    ['a cost after the end', [...turn, cost], ['SSE-007']],
    ['a call that never ends', [started, begun('a'), ...pieces, completed('Hello')], ['SSE-008']],
    ['a call that never began', [started, ended('a'), ...pieces, completed('Hello')], ['SSE-008']],
    ['a call that ends before it begins', [started, ended('a'), begun('a'), completed('')], ['SSE-008', 'SSE-008']],
    ['a call that ends twice', [started, begun('a'), ended('a'), ended('a'), completed('')], ['SSE-008']],
    ['a call that begins twice', [started, begun('a'), begun('a'), ended('a'), completed('')], ['SSE-008']],
    ['an end without a call, both without ids', [started, ended(), completed('')], ['SSE-008']],
    ['a call without an id that never ends', [started, begun(), completed('')], ['SSE-008']],
    ['nothing about usage', [started, ...pieces, completed('Hello', { metrics: {} })], ['SSE-012']],
    ['another answer', [started, ...pieces, completed('Goodbye')], ['SSE-014']],
    ['half of the answer', [started, ...pieces, completed('Hel')], ['SSE-014']],
    ['a tool without a name', [started, { ...request, tool: undefined }], ['TOOL-001']],
    ['a tool without an input', [started, { ...request, input: undefined }], ['TOOL-001']],
    ['an answer after the request for a tool', [started, request, said('Sunny'), completed('Sunny')], ['TOOL-001']],
  ])('%s', (_what, events, rows) => expect(reds(events)).toEqual(rows));

  test('where nothing tells what a run has cost, a cost after the end is an event after the end', () => {
    expect(reds([...turn, cost], { hasCost: false })).toEqual(['SSE-003']);
  });
});
