import { gunzipSync } from 'node:zlib';
import type { Requirement, RequirementId } from '@agentproto/rules';
import type { Exchange } from '@agentproto/recording';
import type { Finding, PlannedRow } from '../kit/result.ts';
import type { RunEvent, RunHeader } from '../kit/run-log.ts';
import type { ExchangeSummary, PageData } from './html/page-data.ts';
import type { RunRecord, RunSource } from './judgement.ts';
import type { Registry } from './model.ts';

/** A small run made by hand: a bit of everything, for goldens of reports. */

function row(id: string, statement: string, more: Partial<Requirement> = {}): Requirement {
  return {
    id: id as RequirementId,
    family: 'a2a',
    revision: '1.0',
    level: 'must',
    basis: 'stated',
    section: '3.1.2',
    binding: ['JSONRPC', 'HTTP+JSON'],
    statement,
    since: '0.1.0',
    check: 'scenario',
    ...more,
  };
}

export const sampleRegistry: Registry = Object.fromEntries(
  [
    row('A2A10-CARD-001', 'The card is served at its well-known path.', { section: '8.2', binding: ['card'] }),
    row('A2A10-CARD-002', 'The card names at least one interface.', {
      section: '8.3',
      binding: ['card'],
      basis: 'implied',
    }),
    row('A2A10-CANCEL-001', 'A canceled task is answered with its updated state.', { section: '3.1.5' }),
    row('A2A10-CANCEL-006', 'The stream of a canceled task ends with the canceled status.', { section: '3.1.5' }),
    row('A2A10-STREAM-001', 'A stream is answered with status 200 and text/event-stream.'),
    row('A2A10-STREAM-005', 'The stream closes once the task is in a terminal state.'),
    row('A2A10-STREAM-006', 'Nothing is sent after the terminal event.', { check: 'invariant' }),
    row('A2A10-STREAM-010', 'Comments keep an idle stream alive.', { level: 'should', basis: 'ours' }),
    row('A2A10-SUB-001', 'The first event of a subscription is the task.', { section: '3.1.6' }),
    row('A2A10-PUSH-001', 'A created push configuration has an id.', {
      section: '3.1.7',
      capability: ['pushNotifications'],
    }),
    row('A2A10-LIST-001', 'Only tasks that the caller may see are listed.', { section: '3.1.4' }),
    row('A2A10-ERR-009', 'Errors carry details that name the reason.', {
      level: 'should',
      section: '9.5',
      since: '0.2.0',
    }),
    row('A2A10-VER-004', 'Whether a patch version is accepted.', { level: 'observe', section: '3.6.2' }),
    row('A2A10-DM-001', 'Members are written in camelCase.', {
      section: '5.5',
      check: undefined as never,
      pending: 'later',
    }),
    row('A2A10-SEC-001', 'Addresses inside the network are not fetched.', {
      section: '14.1',
      check: undefined as never,
      untestable: 'invisible from outside',
    }),
  ].map((one) => [one.id, one]),
);

export const sampleHeader: RunHeader = {
  kind: 'agentproto-run',
  schemaVersion: 1,
  tool: { name: 'agentproto-conformance', version: '0.2.0' },
  startedAt: '2026-09-01T12:00:00.000Z',
  revisions: { 'a2a@1.0': '1.0.1' },
  target: {
    url: 'http://127.0.0.1:4000',
    detected: [{ id: 'a2a@1.0', patch: '1.0.1', evidence: 'the card declares JSONRPC and HTTP+JSON 1.0' }],
  },
  profile: 'script',
  seed: 42,
  options: { protocols: 'auto' },
};

export function planned(
  requirement: string,
  binding: string,
  scenarios: string[],
  outside?: PlannedRow['outside'],
): PlannedRow {
  return { requirement: requirement as RequirementId, binding, scenarios, ...(outside && { outside }) };
}

export function finding(
  requirement: string,
  binding: string,
  scenario: string,
  verdict: Finding['verdict'],
  more: Partial<Finding> = {},
): Finding {
  return { requirement: requirement as RequirementId, binding, scenario, verdict, ...more };
}

export function ended(id: string, binding: string, findings: Finding[], durationMs = 10, attempt = 1): RunEvent {
  return { type: 'scenario-end', id, binding, attempt, startedAtMs: 0, durationMs, findings };
}

const card = 'a2a/card/served';
const cancel = 'a2a/stream/cancel';
const stream = 'a2a/stream/completed';
const subscribe = 'a2a/subscribe/running';
const errors = 'a2a/errors/details';
const patch = 'a2a/version/patch';

function frame(index: number, atMs: number, json: unknown) {
  return { index, atMs, direction: 'in' as const, kind: 'sse' as const, data: JSON.stringify(json), json };
}

export const cancelExchange: Exchange = {
  id: 12,
  label: cancel,
  binding: 'JSONRPC',
  operation: 'SendStreamingMessage',
  request: {
    atMs: 100,
    method: 'POST',
    url: 'http://127.0.0.1:4000/rpc',
    headers: [],
    body: { text: '{"jsonrpc":"2.0"}' },
  },
  response: { atMs: 103, status: 200, headers: [['Content-Type', 'text/event-stream']] },
  frames: [
    frame(0, 104, { result: { task: { id: 't-1' } } }),
    frame(1, 110, { result: { statusUpdate: { status: { state: 'TASK_STATE_WORKING' } } } }),
    frame(2, 120, { result: { artifactUpdate: { artifact: { artifactId: 'a', parts: [{ text: 'one' }] } } } }),
    frame(3, 130, { result: { artifactUpdate: { artifact: { artifactId: 'a', parts: [{ text: 'two' }] } } } }),
    frame(4, 140, { result: { artifactUpdate: { artifact: { artifactId: 'a', parts: [{ text: 'three' }] } } } }),
    frame(5, 912, { result: { statusUpdate: { status: { state: 'TASK_STATE_WORKING' } } } }),
  ],
  end: { atMs: 913, kind: 'complete' },
};

const lastFrame = {
  failure: {
    message: '`status.state` is not as expected',
    expected: 'TASK_STATE_CANCELED',
    actual: 'TASK_STATE_WORKING',
    exchange: 12,
    frame: 5,
    atMs: 812,
  },
};

const sampleEvents: RunEvent[] = [
  {
    type: 'plan',
    plays: 7,
    rows: [
      planned('A2A10-CARD-001', 'card', [card]),
      planned('A2A10-CARD-002', 'card', [card]),
      planned('A2A10-CANCEL-001', 'JSONRPC', [cancel]),
      planned('A2A10-CANCEL-001', 'HTTP+JSON', [cancel]),
      planned('A2A10-CANCEL-006', 'JSONRPC', [cancel]),
      planned('A2A10-CANCEL-006', 'HTTP+JSON', [cancel]),
      planned('A2A10-STREAM-001', 'JSONRPC', [stream]),
      planned('A2A10-STREAM-005', 'JSONRPC', [cancel]),
      planned('A2A10-STREAM-006', 'JSONRPC', ['a2a/stream-grammar']),
      planned('A2A10-STREAM-010', 'JSONRPC', [stream]),
      planned('A2A10-SUB-001', 'JSONRPC', [subscribe]),
      planned('A2A10-PUSH-001', 'JSONRPC', [], {
        verdict: 'not-applicable',
        reason: 'the target does not declare pushNotifications',
      }),
      planned('A2A10-LIST-001', 'JSONRPC', [], { verdict: 'not-run', reason: 'no-stimulus' }),
      planned('A2A10-ERR-009', 'JSONRPC', [errors]),
      planned('A2A10-VER-004', 'JSONRPC', [patch]),
    ],
  },
  { type: 'scenario-start', id: card, title: 'The card is served', binding: 'card', attempt: 1, atMs: 0 },
  {
    type: 'seen-through',
    requirement: 'A2A10-ERR-009' as RequirementId,
    binding: 'JSONRPC',
    what: 'an event of a stream is named `taskStatusUpdate` instead of `statusUpdate`',
    exchange: 7,
  },
  { type: 'impatience', what: 'the next frame of a stream', binding: 'JSONRPC', waitedMs: 10_000, brieflyMs: 250 },
  ended(
    card,
    'card',
    [finding('A2A10-CARD-001', 'card', card, 'pass'), finding('A2A10-CARD-002', 'card', card, 'pass')],
    4,
  ),
  { type: 'exchange', exchange: cancelExchange },
  ended(
    cancel,
    'JSONRPC',
    [
      finding('A2A10-CANCEL-001', 'JSONRPC', cancel, 'pass'),
      finding('A2A10-CANCEL-006', 'JSONRPC', cancel, 'violation', lastFrame),
      finding('A2A10-STREAM-005', 'JSONRPC', cancel, 'blocked', { reason: 'A2A10-CANCEL-006' }),
    ],
    830,
  ),
  ended(
    cancel,
    'HTTP+JSON',
    [
      finding('A2A10-CANCEL-001', 'HTTP+JSON', cancel, 'pass'),
      finding('A2A10-CANCEL-006', 'HTTP+JSON', cancel, 'violation', lastFrame),
    ],
    820,
  ),
  ended(stream, 'JSONRPC', [
    finding('A2A10-STREAM-001', 'JSONRPC', stream, 'violation', { failure: { message: 'not as expected' } }),
    finding('A2A10-STREAM-010', 'JSONRPC', stream, 'inconclusive', { reason: 'the stream was idle for 200 ms only' }),
  ]),
  ended(subscribe, 'JSONRPC', [
    finding('A2A10-SUB-001', 'JSONRPC', subscribe, 'inconclusive', {
      reason: 'the task finished 3 ms before the subscription arrived',
    }),
  ]),
  ended(errors, 'JSONRPC', [
    finding('A2A10-ERR-009', 'JSONRPC', errors, 'warning', {
      failure: {
        message: '`error.data` is not as expected',
        expected: [{ reason: 'TASK_NOT_FOUND' }],
        actual: null,
        exchange: 20,
      },
    }),
  ]),
  ended(patch, 'JSONRPC', [finding('A2A10-VER-004', 'JSONRPC', patch, 'observed', { reason: '1.0.1 is accepted' })]),
  // Played again, alone: the cancel stays red, the stream does not.
  ended(cancel, 'JSONRPC', [finding('A2A10-CANCEL-006', 'JSONRPC', cancel, 'violation', lastFrame)], 800, 2),
  {
    type: 'revision',
    scenario: cancel,
    binding: 'JSONRPC',
    findings: [
      finding('A2A10-CANCEL-001', 'JSONRPC', cancel, 'pass'),
      finding('A2A10-CANCEL-006', 'JSONRPC', cancel, 'violation', lastFrame),
      finding('A2A10-STREAM-005', 'JSONRPC', cancel, 'blocked', { reason: 'A2A10-CANCEL-006' }),
    ],
  },
  ended(stream, 'JSONRPC', [finding('A2A10-STREAM-001', 'JSONRPC', stream, 'pass')], 12, 2),
  {
    type: 'revision',
    scenario: stream,
    binding: 'JSONRPC',
    findings: [
      finding('A2A10-STREAM-001', 'JSONRPC', stream, 'inconclusive', {
        reason: 'flaky: red once, pass when played alone',
      }),
      finding('A2A10-STREAM-010', 'JSONRPC', stream, 'inconclusive', { reason: 'the stream was idle for 200 ms only' }),
    ],
  },
];

export const sampleRun: RunRecord = {
  header: sampleHeader,
  events: sampleEvents,
  footer: { durationMs: 1_950, totals: { scenarios: 9, findings: 14, exchanges: 1 } },
};

/** A run that says just this, over one binding of one scenario. */
export function runOf(
  findings: Finding[],
  more: Partial<RunRecord> & { rows?: PlannedRow[]; extra?: RunEvent[] } = {},
): RunRecord {
  const { rows, extra = [], ...record } = more;
  return {
    header: sampleHeader,
    events: [
      {
        type: 'plan',
        plays: 1,
        rows:
          rows ??
          findings.map(({ requirement, binding, scenario }) => ({ requirement, binding, scenarios: [scenario] })),
      },
      ended('a2a/one', 'JSONRPC', findings),
      ...extra,
    ],
    footer: { durationMs: 10, totals: { scenarios: 1, findings: findings.length, exchanges: 0 } },
    ...record,
  };
}

/** The same run as reports read it: its exchanges apart. */
export function sourceOfRun(run: RunRecord): RunSource {
  return {
    ...run,
    events: run.events.filter(({ type }) => type !== 'exchange'),
    async *exchanges() {
      for (const event of run.events) if (event.type === 'exchange') yield event.exchange;
    },
  };
}

/** What stands in an HTML report, taken apart again. */
export function openHtml(page: string): { data: PageData; index: ExchangeSummary[]; exchanges: Exchange[] } {
  const element = (id: string) => new RegExp(`<script type="[^"]*" id="${id}">([^<]*)</script>`).exec(page)?.[1];
  const open = (packed: string): unknown => JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString());
  const exchanges: Exchange[] = [];
  for (let number = 0, packed = element('block-0'); packed !== undefined; packed = element(`block-${++number}`))
    exchanges.push(...(open(packed) as { exchange: Exchange }[]).map(({ exchange }) => exchange));
  return {
    data: JSON.parse(element('report')!) as PageData,
    index: open(element('index')!) as ExchangeSummary[],
    exchanges,
  };
}
