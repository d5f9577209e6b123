import type { RequirementId } from '@agentproto/rules';
import type { NotRunReason, Verdict } from './verdict.ts';

/** What one check found, or what kept it from looking; the unit of the run file. */
export interface Finding {
  requirement: RequirementId;
  binding: string;
  /** The scenario whose play or whose exchanges this comes from. */
  scenario: string;
  verdict: Verdict;
  /** A sentence; for `blocked` the requirement id that broke; for `not-run` a NotRunReason. */
  reason?: string;
  failure?: Failure;
}

export interface Failure {
  message: string;
  expected?: unknown;
  actual?: unknown;
  /** Id of the exchange in the run file. */
  exchange?: number;
  /** Index of the frame in that exchange. */
  frame?: number;
  /** Milliseconds since the exchange's request began. */
  atMs?: number;
}

/** One play of a scenario over one binding. A scenario has no verdict of its own. */
export interface ScenarioResult {
  id: string;
  binding: string;
  /** 1; 2 for the run alone that a red brings about. */
  attempt: number;
  startedAtMs: number;
  durationMs: number;
  findings: Finding[];
}

export interface PlannedRow {
  requirement: RequirementId;
  binding: string;
  /** Scenarios that will look at it; empty when it is outside the plan. */
  scenarios: string[];
  /** A scenario is to look at it; else only what is seen in passing shows it. */
  owed?: true;
  outside?: { verdict: 'not-run' | 'not-applicable'; reason: NotRunReason | string };
}

export interface Target {
  url: string;
  /** Family revisions recognised at the target, with the patch that the suite judges by. */
  detected: { id: string; patch: string; evidence: string }[];
  /** What was looked for and not found, with what was tried. */
  notRecognized?: { id: string; tried: string }[];
}

/** A deviation that a sensible client sees through; the row that it breaks is judged elsewhere, and alone. */
export interface SeenThrough {
  requirement: RequirementId;
  binding: string;
  /** What the target does, and what is made of it. */
  what: string;
  /** Where it was seen first. */
  exchange: number;
}
