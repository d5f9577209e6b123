import type { Requirement } from '@agentproto/rules';
import type { Exchange } from '@agentproto/recording';
import type { Impatience } from './patience.ts';
import type { Finding, PlannedRow, ScenarioResult, SeenThrough, Target } from './result.ts';

/** The run file: one NDJSON event log, the single source of every report. */
export interface RunHeader {
  kind: 'agentproto-run';
  schemaVersion: 1;
  tool: { name: string; version: string };
  /** ISO 8601. */
  startedAt: string;
  /** Family revision with patch, for each that is judged: `a2a@1.0` -> `1.0.1`. */
  revisions: { [id: string]: string };
  /** Rows that users have added. */
  requirements?: readonly Requirement[];
  target: Target;
  profile: string;
  seed: number;
  options: { [name: string]: unknown };
}

export type RunEvent =
  | { type: 'plan'; plays: number; rows: PlannedRow[] }
  | { type: 'scenario-start'; id: string; title: string; binding: string; attempt: number; atMs: number }
  | { type: 'exchange'; exchange: Exchange }
  | ({ type: 'scenario-end' } & ScenarioResult)
  /** A red that did not come back when its scenario was run alone, and the like: findings that replace earlier ones. */
  | { type: 'revision'; scenario: string; binding: string; findings: Finding[] }
  /** A deviation that is one red, and was seen through from then on. */
  | ({ type: 'seen-through' } & SeenThrough)
  /** A wait that was in vain, and is cut short from then on. */
  | ({ type: 'impatience' } & Impatience)
  /** The run could not go on: why, and with which exit code. */
  | { type: 'stop'; outcome: 'unreachable' | 'error' | 'incomplete'; message: string };

export interface RunFooter {
  durationMs: number;
  totals: { scenarios: number; findings: number; exchanges: number };
}
