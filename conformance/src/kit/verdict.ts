import type { Level } from '@agentproto/rules';

/** What can be said of a requirement, worst first: the order in which verdicts fold. */
export const VERDICTS = [
  'violation',
  'warning',
  'harness-error',
  'blocked',
  'pass',
  'inconclusive',
  'observed',
  'not-applicable',
  'not-run',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** `unjudged`: a scenario was to look at it, and did not; `uncovered`: what it is about was never to be seen. */
const NOT_RUN_REASONS = [
  'filtered',
  'no-stimulus',
  'no-webhook',
  'no-identity',
  'no-mailbox',
  'no-approval',
  'no-stripe-secret',
  'unjudged',
  'uncovered',
  'ended',
] as const;
export type NotRunReason = (typeof NOT_RUN_REASONS)[number];

/** The reason of what is blocked by a target that lets nobody in without credentials. */
export const NO_ACCESS = 'credentials';

/** A verdict with what explains it; `reason` is a sentence, or a requirement id (or NO_ACCESS) for `blocked`. */
export interface Judgement {
  verdict: Verdict;
  reason?: string;
}

const rank = new Map<Verdict, number>(VERDICTS.map((verdict, index) => [verdict, index]));

/** How reasons begin of what was red once and then was not: one pass elsewhere does not outweigh it. */
export const FLAKY = 'flaky: ';

function weight({ verdict, reason }: Judgement): number {
  return verdict === 'inconclusive' && reason?.startsWith(FLAKY) ? rank.get('pass')! - 0.5 : rank.get(verdict)!;
}

/** The worst of several judgements, with its reason; `not-run` where there is none. */
export function worst(judgements: Iterable<Judgement>): Judgement {
  let found: Judgement | undefined;
  for (const judgement of judgements) {
    if (!found || weight(judgement) < weight(found)) found = judgement;
  }
  return found ?? { verdict: 'not-run', reason: 'uncovered' };
}

/**
 * Of one row over several bindings: the worst, but that a binding which was to be judged and was not weighs more than
 * a pass over another. So report, summary and exit code say the same.
 */
export function worstOver(rows: readonly (Judgement & { planned: boolean })[]): Judgement {
  const broken = rows.filter(({ verdict }) => rank.get(verdict)! < rank.get('pass')!);
  return broken.length > 0 ? worst(broken) : (rows.find(isUnjudged) ?? worst(rows));
}

/** It was to be looked at, and nothing can be said. */
export function isUnjudged({ planned, verdict, reason }: Judgement & { planned: boolean }): boolean {
  if (!planned) return false;
  return verdict === 'inconclusive' || verdict === 'blocked' || (verdict === 'not-run' && reason !== 'uncovered');
}

/** Whether a target has no choice: a specification's MUST, or what the product that it stands in for always does. */
export const isBinding = (level: Level): boolean => level === 'must' || level === 'product';

/** What a check that did not hold means for a requirement of this level. */
export function verdictOfFailure(level: Level): Verdict {
  if (isBinding(level)) return 'violation';
  if (level === 'should') return 'warning';
  return 'observed';
}
