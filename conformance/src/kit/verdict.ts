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

export const NOT_RUN_REASONS = ['filtered', 'no-stimulus', 'uncovered', 'ended'] as const;
export type NotRunReason = (typeof NOT_RUN_REASONS)[number];

/** A verdict with what explains it; `reason` is a sentence, or a requirement id for `blocked`. */
export interface Judgement {
  verdict: Verdict;
  reason?: string;
}

const rank = new Map<Verdict, number>(VERDICTS.map((verdict, index) => [verdict, index]));

/** The worst of several judgements, with its reason; `not-run` where there is none. */
export function worst(judgements: Iterable<Judgement>): Judgement {
  let found: Judgement | undefined;
  for (const judgement of judgements) {
    if (!found || rank.get(judgement.verdict)! < rank.get(found.verdict)!) found = judgement;
  }
  return found ?? { verdict: 'not-run', reason: 'uncovered' };
}

/** What a check that did not hold means for a requirement of this level. */
export function verdictOfFailure(level: Level): Verdict {
  if (level === 'must') return 'violation';
  if (level === 'should') return 'warning';
  return 'observed';
}
