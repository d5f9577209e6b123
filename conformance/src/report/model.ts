import type { Level, Requirement } from '@agentproto/rules';
import type { BaselineEntry } from '../baseline.ts';
import type { Target } from '../kit/result.ts';
import type { Impatience } from '../kit/patience.ts';
import type { Verdict } from '../kit/verdict.ts';

/** The registry as reports need it: by id. */
export interface Registry {
  readonly [id: string]: Requirement;
}

export const LEVELS = ['must', 'product', 'should', 'may', 'observe'] as const satisfies readonly Level[];

/** What makes a run fail: broken MUSTs; SHOULDs too; or whatever a planned row of any level lacks. */
export const FAIL_ON = ['must', 'should', 'any'] as const;
export type FailOn = (typeof FAIL_ON)[number];

export type Outcome = 'conforms' | 'violation' | 'incomplete' | 'unreachable' | 'error';

/** By which rules a report was scored; part of the report, so that its exit code can be computed again. */
export interface Policy {
  failOn: FailOn;
  /** Planned rows that could not be judged do not count. */
  allowIncomplete: boolean;
  /** Rows that came with a later version of the suite are reported and not scored. */
  asOf?: string;
}

/** All that decides how a run is scored. */
export interface Scoring extends Policy {
  /** Expected reds; those of other targets and revisions are left aside. */
  baseline?: readonly BaselineEntry[] | undefined;
}

/** The JSON report; `report.schema.json` says the same. */
export interface Report {
  schemaVersion: 1;
  tool: { name: string; version: string };
  target: Target;
  /** ISO 8601; of the first run when several are merged. */
  startedAt: string;
  durationMs: number;
  outcome: Outcome;
  exitCode: number;
  policy: Policy;
  /** Family revisions judged, with the patch: `a2a@1.0` -> `1.0.1`. */
  revisions: { [id: string]: string };
  /** One, or those that were merged. */
  runs: ReportedRun[];
  /** Scored requirements, by level and verdict. */
  summary: Summary;
  coverage: Coverage;
  requirements: ReportedRequirement[];
  /** The reds, causes before consequences; each with what could not be checked because of it. */
  causes: ReportedCause[];
  /** Deviations that are one red each, and were seen through. */
  seenThrough: ReportedDeviation[];
  /** Waits that were in vain, and were cut short from then on. */
  impatience: Impatience[];
  scenarios: ReportedScenario[];
  /** There when a baseline was given. */
  baseline?: ReportedBaseline;
  /** Why the run could not go on. */
  stopped?: { outcome: 'unreachable' | 'error' | 'incomplete'; message: string };
}

export interface ReportedRun {
  url: string;
  startedAt: string;
  profile: string;
  seed: number;
}

export type Summary = { [L in Level]: { [V in Verdict]: number } };

/** Rows of the judged revisions. */
export interface Coverage {
  /** That can be seen from outside at all. */
  testable: number;
  /** That the suite has a check for. */
  checked: number;
  /** That this run meant to look at. */
  planned: number;
  /** That it looked at something real for: pass, violation, warning, observed. */
  exercised: number;
}

export interface ReportedRequirement {
  id: string;
  family: string;
  revision: string;
  level: Level;
  basis: Requirement['basis'];
  section: string;
  statement: string;
  verdict: Verdict;
  reason?: string;
  /** Newer than `policy.asOf`. */
  unscored?: true;
  bindings: { [binding: string]: BindingVerdict };
  /** Ids of the scenarios that looked at it, or would have. */
  scenarios: string[];
}

export interface BindingVerdict {
  verdict: Verdict;
  reason?: string;
  /** Inside the plan. */
  planned: boolean;
  /** The baseline expects this red; its reason. */
  expected?: string;
}

export interface ReportedCause {
  /** Of the requirement; `credentials` where the target lets nobody in. */
  id: string;
  verdict: Verdict;
  /** Where it is red. */
  bindings: string[];
  /** Ids of the requirements that it keeps from being judged. */
  blocks: string[];
}

export interface ReportedDeviation {
  requirement: string;
  binding: string;
  what: string;
  /** Id of the exchange in the run file. */
  exchange: number;
  /** Index in `runs`; left out when there is one. */
  run?: number;
}

export interface ReportedScenario {
  id: string;
  title: string;
  binding: string;
  /** Index in `runs`; left out when there is one. */
  run?: number;
  attempts: number;
  durationMs: number;
  failures: ReportedFailure[];
}

export interface ReportedFailure {
  requirement: string;
  /** Over which binding; the scenario's, except for what is found beside it. */
  binding: string;
  verdict: Verdict;
  message: string;
  expected: unknown;
  actual: unknown;
  /** Id of the exchange in the run file. */
  exchange: number | null;
  frame?: number;
  atMs?: number;
}

export interface ReportedBaseline {
  /** Expected reds that came. */
  expected: number;
  /** Entries that no longer fail, and entries whose time is over. */
  broken: BrokenEntry[];
}

export interface BrokenEntry {
  id: string;
  binding?: string;
  problem: 'stale' | 'expired';
  /** A sentence. */
  message: string;
}
