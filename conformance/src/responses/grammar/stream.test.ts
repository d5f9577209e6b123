import { describe, expect, test } from 'vitest';
import type { SeenEvent } from '../answer.ts';
import type { Json } from '../view.ts';
import { judgeStream } from './stream.ts';

const KNOWN = new Set(['response.created', 'response.completed', 'response.failed', 'response.incomplete']);

/** The rows that turn red, each as often as it is told. */
function reds(events: readonly Json[], isOver = true): string[] {
  const found: string[] = [];
  const seen = events.map((value, index): SeenEvent => ({
    value,
    type: typeof value['type'] === 'string' ? value['type'] : undefined,
    place: { exchange: 1, frame: index },
  }));
  judgeStream(seen, { isOver, knows: (type) => KNOWN.has(type) }, (row, ok, _at, _expected, _actual, level) => {
    if (!ok) found.push(level ? `${row.slice(5)} ${level}` : row.slice(5));
  });
  return found;
}

const response = (status: string, output: Json[] = [], more: Json = {}) => ({
  id: 'resp',
  created_at: 1,
  model: 'm',
  status,
  output,
  ...more,
});
const created = { type: 'response.created', response: response('in_progress') };
const queued = { type: 'response.queued', response: response('queued') };
const working = { type: 'response.in_progress', response: response('in_progress') };
const completed = (...output: Json[]) => ({ type: 'response.completed', response: response('completed', output) });
const failed = (...output: Json[]) => ({ type: 'response.failed', response: response('failed', output) });

const textPart = (text: string) => ({ type: 'output_text', text, annotations: [] });
const refusalPart = (refusal: string) => ({ type: 'refusal', refusal });
const message = (id: string, status: string, ...content: Json[]) => ({
  type: 'message',
  id,
  role: 'assistant',
  status,
  content,
});

interface Where {
  at?: number;
  id?: string;
}

/** The events of a message of one part, in pieces. */
function said(pieces: string[], { at = 0, id = 'msg' }: Where = {}): { events: Json[]; item: Json } {
  return spoken('output_text', pieces, textPart, { at, id });
}

function refused(pieces: string[]): { events: Json[]; item: Json } {
  return spoken('refusal', pieces, refusalPart, { at: 0, id: 'msg' });
}

function spoken(kind: string, pieces: string[], partOf: (text: string) => Json, { at, id }: Required<Where>) {
  const whole = pieces.join('');
  const here = { item_id: id, output_index: at, content_index: 0 };
  const item = message(id, 'completed', partOf(whole));
  return {
    item,
    events: [
      { type: 'response.output_item.added', output_index: at, item: message(id, 'in_progress') },
      { type: 'response.content_part.added', ...here, part: partOf('') },
      ...pieces.map((delta) => ({ type: `response.${kind}.delta`, ...here, delta })),
      { type: `response.${kind}.done`, ...here, [kind === 'refusal' ? 'refusal' : 'text']: whole },
      { type: 'response.content_part.done', ...here, part: partOf(whole) },
      { type: 'response.output_item.done', output_index: at, item },
    ] as Json[],
  };
}

function called(name: string, pieces: string[], { at = 0, id = `fc_${name}` }: Where = {}) {
  const here = { item_id: id, output_index: at };
  const text = pieces.join('');
  const item: Json = { type: 'function_call', id, call_id: name, name, arguments: text, status: 'completed' };
  return {
    item,
    events: [
      { type: 'response.output_item.added', output_index: at, item: { ...item, arguments: '', status: 'in_progress' } },
      ...pieces.map((delta) => ({ type: 'response.function_call_arguments.delta', ...here, delta })),
      { type: 'response.function_call_arguments.done', ...here, arguments: text },
      { type: 'response.output_item.done', output_index: at, item },
    ] as Json[],
  };
}

const hello = said(['Hel', 'lo']);
const turn: Json[] = [created, working, ...hello.events, completed(hello.item)];
/** The turn with the events of one type changed; `[]` leaves them out. */
const but = (type: string, change: (event: Json) => Json[]): Json[] =>
  turn.flatMap((event) => (event.type === type ? change(event) : [event]));

describe('whole streams', () => {
  const weather = called('weather', ['{"city":', '"Bern"}']);
  const time = called('time', ['{}'], { at: 1 });
  const laced = weather.events.flatMap((event, index) => [event, time.events[index] ?? []].flat());
  const no = refused(['I will ', 'not']);

  test.each<[string, Json[]]>([
    ['a text', turn],
    ['what was queued first', [created, queued, ...turn.slice(1)]],
    ['without in_progress, where nothing was queued', [created, ...turn.slice(2)]],
    ['nothing said', [created, completed()]],
    ['a text without pieces', but('response.output_text.delta', () => [])],
    ['empty pieces', but('response.output_text.delta', (event) => [event, { ...event, delta: '' }])],
    ['a refusal', [created, ...no.events, completed(no.item)]],
    ['a call', [created, ...weather.events, completed(weather.item)]],
    ['a call whose arguments come at once', [created, ...called('a', []).events, completed(called('a', []).item)]],
    ['calls side by side, interleaved', [created, ...laced, completed(weather.item, time.item)]],
    ['a failure in the midst of an item', [created, working, ...hello.events.slice(0, 4), failed()]],
    ['an error, then the failure', [created, { type: 'error', error: {} }, failed()]],
    ['nothing but an error', [{ type: 'error', error: { code: 'x' } }]],
    ['queued, then failed', [created, queued, failed()]],
    ['events with a prefix anywhere', turn.flatMap((event) => [event, { type: 'acme:trace' }]).slice(0, -1)],
    ['more members, and null where nothing is told', [created, ...hello.events, { ...completed(hello.item), acme: 1 }]],
  ])('%s', (_what, events) => {
    expect(reds(events)).toEqual([]);
  });

  test('one that goes on owes no end', () => {
    expect(reds(turn.slice(0, 4), false)).toEqual([]);
  });

  test('the part of a summary has its own count', () => {
    const here = { item_id: 'rs', output_index: 0, summary_index: 0 };
    const summary = (text: string) => ({ type: 'summary_text', text });
    const item = { type: 'reasoning', id: 'rs', summary: [summary('so')] };
    const events = [
      created,
      { type: 'response.output_item.added', output_index: 0, item: { ...item, summary: [] } },
      { type: 'response.reasoning_summary_part.added', ...here, part: summary('') },
      { type: 'response.reasoning_summary_text.delta', ...here, delta: 'so' },
      { type: 'response.reasoning_summary_text.done', ...here, text: 'so' },
      { type: 'response.reasoning_summary_part.done', ...here, part: summary('so') },
      { type: 'response.output_item.done', output_index: 0, item },
      completed(item),
    ];
    expect(reds(events)).toEqual([]);
  });

  test.each(['response.reasoning', 'response.reasoning_text'])('thoughts are told as %s', (name) => {
    const here = { item_id: 'rs', output_index: 0, content_index: 0 };
    const thought = (text: string) => ({ type: 'reasoning_text', text });
    const item = { type: 'reasoning', id: 'rs', summary: [], content: [thought('so')] };
    const events = [
      created,
      { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
      { type: 'response.content_part.added', ...here, part: thought('') },
      { type: `${name}.delta`, ...here, delta: 'so' },
      { type: `${name}.done`, ...here, text: 'so' },
      { type: 'response.content_part.done', ...here, part: thought('so') },
      { type: 'response.output_item.done', output_index: 0, item },
      completed(item),
    ];
    expect(reds(events)).toEqual([]);
  });
});

test.each<[string, Json[]]>([
  ['as it was added', [message('msg', 'in_progress')]],
  ['cut short', [message('msg', 'incomplete', textPart('Hel'))]],
  ['not at all', []],
])('what was being said when a response failed may be in it %s', (_how, output) => {
  const { events } = said(['Hel', 'lo']);
  expect(reds([created, ...events.slice(0, 4), { type: 'error', error: {} }, failed(...output)])).toEqual([]);
});

describe('one fault is one red', () => {
  const no = refused(['I will ', 'not']);
  const other = said(['there'], { at: 1, id: 'msg2' });

  test.each<[string, Json[], string[]]>([
    ['no beginning', turn.slice(1), ['STREAM-014']],
    [
      'another id at the end',
      but('response.completed', () => [
        { ...completed(hello.item), response: response('completed', [hello.item], { id: 'other' }) },
      ]),
      ['STREAM-014'],
    ],
    ['no end', turn.slice(0, -1), ['STREAM-011']],
    ['two ends', [...turn, turn.at(-1)!], ['STREAM-011']],
    [
      'an end under a name that nothing gives it',
      but('response.completed', (event) => [{ ...event, type: 'response.done' }]),
      ['STREAM-011'],
    ],
    [
      'an end that says in_progress',
      [created, { type: 'response.completed', response: response('in_progress') }],
      ['STREAM-011'],
    ],
    ['text after the end', [...turn, hello.events[2]!], ['STREAM-011']],
    [
      'a failure that says completed',
      [created, { type: 'response.completed', response: response('failed') }],
      ['STREAM-008'],
    ],
    ['an error that nothing follows', [created, { type: 'error', error: {} }], ['STREAM-009']],
    ['an error, then completed', [created, { type: 'error', error: {} }, completed()], ['STREAM-009']],
    ['queued, then at work without a word', [created, queued, ...turn.slice(2)], ['STREAM-007']],
    ['an item that was not added', but('response.output_item.added', () => []), ['ITEM-001']],
    ['an item that is not done', but('response.output_item.done', () => []), ['ITEM-008']],
    ['an item that is done twice', but('response.output_item.done', (event) => [event, event]), ['ITEM-011']],
    ['a part that was not added', but('response.content_part.added', () => []), ['ITEM-004']],
    ['a part that is not done', but('response.content_part.done', () => []), ['ITEM-006']],
    ['a text that is not done', but('response.output_text.done', () => []), ['ITEM-006']],
    [
      'a refusal that is done as a text',
      [
        created,
        ...no.events.map((event) =>
          event.type === 'response.refusal.done' ? { ...event, type: 'response.output_text.done' } : event,
        ),
        completed(no.item),
      ],
      ['ITEM-006'],
    ],
    [
      'a refusal that comes as a text',
      [
        created,
        ...no.events.map((event) =>
          event.type === 'response.refusal.delta' ? { ...event, type: 'response.output_text.delta' } : event,
        ),
        completed(no.item),
      ],
      ['ITEM-006'],
    ],
    [
      'a piece that is lost',
      turn.filter((event) => event['delta'] !== 'lo'),
      ['STREAM-012', 'STREAM-012', 'STREAM-012'],
    ],
    ['a response without what was streamed', but('response.completed', () => [completed()]), ['STREAM-012']],
    [
      'an item in the response that was not streamed',
      [created, ...hello.events, completed(hello.item, other.item)],
      ['ITEM-001'],
    ],
    [
      'an item that is another at the end',
      but('response.completed', () => [completed({ ...hello.item, role: 'user' })]),
      ['ITEM-011'],
    ],
    [
      'an id that is another at the end',
      but('response.completed', () => [completed({ ...hello.item, id: 'other' })]),
      ['STREAM-015'],
    ],
    ['indexes from 1', [created, ...said(['a'], { at: 1 }).events, completed(said(['a']).item)], ['STREAM-015']],
    [
      'two items at index 0',
      [
        created,
        ...hello.events,
        ...said(['b'], { id: 'msg2' }).events,
        completed(hello.item, said(['b'], { id: 'msg2' }).item),
      ],
      ['STREAM-015'],
    ],
    [
      'a delta with a prefix that nobody has to read',
      but('response.output_text.delta', (event) => [
        event['delta'] === 'lo' ? { ...event, type: 'acme:delta' } : event,
      ]),
      ['EXT-004', 'EXT-004', 'EXT-004'],
    ],
  ])('%s', (_what, events, expected) => {
    // A text is said in several places; each tells of it under the same row.
    expect([...new Set(reds(events))]).toEqual([...new Set(expected)]);
  });

  test('arguments in pieces owe their done event, by recommendation', () => {
    const { events, item } = called('weather', ['{}']);
    const rest = events.filter(({ type }) => type !== 'response.function_call_arguments.done');
    expect(reds([created, ...rest, completed(item)])).toEqual(['ITEM-006 should']);
  });
});

test('ten thousand pieces cost what a thousand do, each', () => {
  const took = (count: number): number => {
    const { events, item } = said(Array.from({ length: count }, () => 'piece '));
    const began = process.cpuUsage();
    expect(reds([created, ...events, completed(item)])).toEqual([]);
    const { user, system } = process.cpuUsage(began);
    return (user + system) / count;
  };
  took(1_000);
  expect(took(20_000)).toBeLessThan(Math.max(1, took(2_000)) * 5);
});
