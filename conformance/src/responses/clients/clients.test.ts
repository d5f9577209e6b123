import type { Exchange, Frame } from '@agentproto/recording';
import { expect, test } from 'vitest';
import type { ClientRecording } from '../../kit/client-check.ts';
import { judgeClient } from '../../kit/judge-client.ts';
import { responses20260424 } from '../family.ts';

type Said = [direction: 'in' | 'out', json: object];

/** A WebSocket on which this was said. */
function socket(...said: Said[]): Exchange {
  const frames = said.map(([direction, json], index): Frame => {
    const data = JSON.stringify(json);
    return { index, atMs: index, direction, kind: 'ws-text', data, json };
  });
  return {
    id: 0,
    request: { atMs: 0, method: 'GET', url: 'ws://127.0.0.1/v1/responses', headers: [] },
    response: { atMs: 0, status: 101, headers: [] },
    frames,
    end: { atMs: 99, kind: 'complete' },
  } as Exchange;
}

const yes = { type: 'message', role: 'user', content: 'yes' };
const output = { type: 'function_call_output', call_id: 'c1', output: 'sunny' };
const call = { type: 'function_call', id: 'f1', call_id: 'c1', name: 'weather', arguments: '{}' };
const asks = (input: object[], previous?: string): Said => [
  'out',
  { type: 'response.create', model: 'm', input, ...(previous && { previous_response_id: previous }) },
];
const answers = (id: string, ...items: object[]): Said => [
  'in',
  { type: 'response.completed', response: { id, output: items } },
];

const verdictOf = async (...said: Said[]) =>
  (await judgeClient(responses20260424.clients!, { exchanges: [socket(...said)] })).find(
    ({ requirement }) => requirement === 'RESP-WS-010',
  )?.verdict;

test.each<[string, Said[], string | undefined]>([
  ['the same text again is new', [asks([yes]), answers('r1'), asks([yes], 'r1')], 'pass'],
  ['what a call gave', [asks([yes]), answers('r1', call), asks([output], 'r1')], 'pass'],
  [
    'on another branch it is new',
    [asks([yes]), answers('r1', call), asks([output], 'r1'), answers('r2'), asks([output], 'r1')],
    'pass',
  ],
  ['a chain that began elsewhere is not known', [asks([output], 'r0')], undefined],
  [
    'what a call gave, again',
    [asks([yes]), answers('r1', call), asks([output], 'r1'), answers('r2'), asks([output, yes], 'r2')],
    'warning',
  ],
  ['what the model said, given back', [asks([yes]), answers('r1', call), asks([yes, call, output], 'r1')], 'warning'],
])('a continuation says what is new alone: %s', async (_what, said, verdict) => {
  expect(await verdictOf(...said)).toBe(verdict);
});

const TEXT = 'Grüße an die Welt';
const situationOf = (name: string) => responses20260424.situations!.find((one) => one.name === name)!;
const post = (id: number, input: unknown, came?: object) =>
  ({
    id,
    request: {
      ...{ atMs: id, method: 'POST', url: 'http://127.0.0.1/v1/responses', headers: [] },
      body: { text: JSON.stringify({ model: 'm', input }) },
    },
    response: { atMs: id + 0.5, status: 200, headers: [], json: came },
    frames: [],
    end: { atMs: id + 0.6, kind: 'complete' },
  }) as Exchange;
const note = { type: 'acme:note', id: 'n', status: 'completed', text: 'noted' };
const first = post(1, 'hello', { id: 'r1', output: [note] });
const twin = { exchanges: [first], situation: situationOf('plain'), told: { text: TEXT } };

test.each<[string, ClientRecording, string[]]>([
  [
    'goes back with its members in another order',
    { exchanges: [first, post(2, [Object.fromEntries(Object.entries(note).reverse())])] },
    ['pass'],
  ],
  ['goes back without a member', { exchanges: [first, post(2, [{ ...note, text: undefined }])] }, ['warning']],
  ['is passed over', { exchanges: [first], told: { text: TEXT } }, ['pass']],
  ['makes a client fail that does not otherwise', { exchanges: [first], told: { failed: 'acme?' } }, ['warning']],
  [
    'comes to a client that fails anyway',
    { exchanges: [first], told: { failed: 'acme?' }, twin: { ...twin, told: { failed: 'x' } } },
    [],
  ],
])('an item of unknown type that %s', async (_what, recording, verdicts) => {
  const whole = { situation: situationOf('unknown-items'), twin, ...recording };
  const of06 = (await judgeClient(responses20260424.clients!, whole)).filter(
    ({ requirement }) => requirement === 'RESP-EXT-006',
  );
  expect(of06.map(({ verdict }) => verdict)).toEqual(verdicts);
});
