import { isBinding, isUnjudged } from '../kit/verdict.ts';
import type { BindingVerdict, FailOn, Outcome, Report, ReportedRequirement } from './model.ts';
import { count, few } from './text.ts';

/** How a run ended, and why in one sentence. */
export interface Ending {
  outcome: Outcome;
  exitCode: ExitCode;
  sentence: string;
}

/** 2 (usage) has no report. */
export type ExitCode = 0 | 1 | 3 | 4 | 5;

const EXIT_CODES: Record<Outcome, ExitCode> = { conforms: 0, violation: 1, incomplete: 3, unreachable: 4, error: 5 };

/**
 * The one place where a report becomes an outcome and an exit code: `run`, `merge` and `verify` call it
 *. It looks at the report's rows only, never at its totals.
 */
export function ending(report: Omit<Report, 'outcome' | 'exitCode'>): Ending {
  const { policy, stopped, baseline } = report;
  const scored = report.requirements.filter((requirement) => !requirement.unscored);
  const having = (test: (row: BindingVerdict, requirement: ReportedRequirement) => boolean) =>
    scored.filter((requirement) => Object.values(requirement.bindings).some((row) => test(row, requirement)));

  const broken = having((row) => !row.expected && isRed(row, policy.failOn));
  const entries = baseline?.broken ?? [];
  if (broken.length > 0 || entries.length > 0) {
    const sentences = [
      ...(broken.length > 0
        ? [`${count(broken.length, 'requirement')} broken: ${few(broken.map(({ id }) => id))}`]
        : []),
      ...(entries.length > 0
        ? [
            `${count(entries.length, 'baseline entry').replace('entrys', 'entries')} out of date: ${few(entries.map(({ id }) => id))}`,
          ]
        : []),
    ];
    return end('violation', `${sentences.join('; ')}.`);
  }

  const ours = having((row) => row.verdict === 'harness-error');
  if (stopped?.outcome === 'error') return end('error', stopped.message);
  if (ours.length > 0)
    return end(
      'error',
      `The suite itself failed on ${few(ours.map(({ id }) => id))}; nothing of that is the target's fault.`,
    );
  if (stopped?.outcome === 'unreachable') return end('unreachable', stopped.message);

  // A red that the baseline expects was judged as well: what is known of a target need not be good.
  const known = having(
    (row, { level }) =>
      (row.verdict === 'pass' || (row.expected !== undefined && isRed(row, 'should'))) &&
      (isBinding(level) || policy.allowIncomplete),
  );
  if (known.length === 0) {
    const nothing = policy.allowIncomplete ? 'No requirement passed' : 'No MUST requirement passed';
    return end(
      'incomplete',
      stopped ? `${nothing}. ${stopped.message}` : `${nothing}, so nothing is known of this target.`,
    );
  }
  if (!policy.allowIncomplete) {
    if (stopped) return end('incomplete', stopped.message);
    const unknown = having(
      (row, { level }) =>
        !row.expected && isUnjudged(row) && (isBinding(level) || policy.failOn === 'any' || level === policy.failOn),
    );
    if (unknown.length > 0) {
      return end(
        'incomplete',
        `Nothing is violated, but ${count(unknown.length, 'planned requirement')} could not be judged: ${few(unknown.map(({ id }) => id))}.`,
      );
    }
  }
  const held = having((row) => row.verdict === 'pass').length;
  const expected = having((row) => row.expected !== undefined && isRed(row, 'should')).length;
  return end(
    'conforms',
    `${count(held, 'requirement')} held, none was violated${expected > 0 ? ` beyond the ${expected} that the baseline expects` : ''}.`,
  );
}

/** Whether a verdict makes a run fail. */
export function isRed({ verdict }: { verdict: BindingVerdict['verdict'] }, failOn: FailOn): boolean {
  return verdict === 'violation' || (verdict === 'warning' && failOn !== 'must');
}

function end(outcome: Outcome, sentence: string): Ending {
  return { outcome, exitCode: EXIT_CODES[outcome], sentence };
}
