import { readPackedExchange, type PackedExchange } from '@agentproto/recording';
import type { LogFormat, LogObject } from '@agentproto/recording/log';
import type { RunEvent, RunFooter, RunHeader } from './kit/run-log.ts';
import { VERDICTS } from './kit/verdict.ts';
import { FAIL_ON, type Outcome, type Scoring } from './report/model.ts';

/** The header as it stands in the file. */
export type StoredHeader = RunHeader & { scoring: Scoring };

/** An event as it stands in the file. */
export type StoredEvent = Exclude<RunEvent, { type: 'exchange' }> | { type: 'exchange'; exchange: PackedExchange };

/** The footer: totals, and what the run came to. */
export interface RunEnd extends RunFooter {
  outcome: Outcome;
  exitCode: number;
}

/** The run file: NDJSON with a header, the runner's events, and a footer with a digest. */
export const RUN_FORMAT: LogFormat<StoredHeader, StoredEvent, RunEnd> = {
  name: 'agentproto-run',
  version: 1,
  readHeader(value) {
    const { tool, target, scoring } = need(value, '', {
      tool: object,
      startedAt: text,
      revisions: object,
      target: object,
      profile: text,
      seed: number,
      options: object,
      scoring: object,
    });
    need(tool, 'tool.', { name: text, version: text });
    eachOf(need(target, 'target.', { url: text, detected: list })['detected'], 'target.detected', {
      id: text,
      patch: text,
      evidence: text,
    });
    need(scoring, 'scoring.', { failOn: oneOf(FAIL_ON), allowIncomplete: flag });
    return value as unknown as StoredHeader;
  },
  readEvent(value) {
    const read = EVENTS[String(value['type'])];
    if (!read)
      throw new TypeError(`type: expected ${Object.keys(EVENTS).join(', ')}, got ${JSON.stringify(value['type'])}`);
    read(value);
    return value as unknown as StoredEvent;
  },
  readTotals(value) {
    need(
      need(value, '', { durationMs: number, totals: object, outcome: text, exitCode: number })['totals'],
      'totals.',
      { scenarios: number, findings: number, exchanges: number },
    );
    return value as unknown as RunEnd;
  },
};

const EVENTS: { readonly [type: string]: (value: LogObject) => void } = {
  plan: (value) =>
    eachOf(need(value, '', { rows: list })['rows'], 'rows', { requirement: text, binding: text, scenarios: list }),
  'scenario-start': (value) =>
    void need(value, '', { id: text, title: text, binding: text, attempt: number, atMs: number }),
  exchange: (value) => void readPackedExchange(need(value, '', { exchange: object })['exchange'] as LogObject),
  'scenario-end': (value) =>
    readFindings(
      need(value, '', { id: text, binding: text, attempt: number, startedAtMs: number, durationMs: number }),
    ),
  revision: (value) => readFindings(need(value, '', { scenario: text, binding: text })),
  'seen-through': (value) => void need(value, '', { requirement: text, binding: text, what: text, exchange: number }),
  impatience: (value) => void need(value, '', { what: text, binding: text, waitedMs: number, brieflyMs: number }),
  stop: (value) => void need(value, '', { outcome: oneOf(['unreachable', 'error', 'incomplete']), message: text }),
};

function readFindings(value: LogObject) {
  eachOf(need(value, '', { findings: list })['findings'], 'findings', {
    requirement: text,
    binding: text,
    scenario: text,
    verdict: oneOf(VERDICTS),
  });
}

/** What a member has to be; says so when it is not. */
type Expectation = { expected: string; fits: (value: unknown) => boolean };

const text: Expectation = { expected: 'a text', fits: (value) => typeof value === 'string' };
const number: Expectation = { expected: 'a number', fits: (value) => typeof value === 'number' };
const flag: Expectation = { expected: 'true or false', fits: (value) => typeof value === 'boolean' };
const list: Expectation = { expected: 'a list', fits: Array.isArray };
const object: Expectation = {
  expected: 'an object',
  fits: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

function oneOf(words: readonly string[]): Expectation {
  return { expected: words.join(', '), fits: (value) => words.includes(value as string) };
}

function need(value: unknown, path: string, members: { [member: string]: Expectation }): LogObject {
  for (const [member, { expected, fits }] of Object.entries(members)) {
    const found = (value as LogObject)[member];
    if (!fits(found))
      throw new TypeError(
        `${path}${member}: expected ${expected}, got ${JSON.stringify(found)?.slice(0, 60) ?? 'nothing'}`,
      );
  }
  return value as LogObject;
}

function eachOf(values: unknown, path: string, members: { [member: string]: Expectation }) {
  (values as unknown[]).forEach((value, index) => {
    if (!object.fits(value))
      throw new TypeError(`${path}[${index}]: expected an object, got ${JSON.stringify(value)?.slice(0, 60)}`);
    need(value, `${path}[${index}].`, members);
  });
}
