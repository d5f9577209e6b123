import type { Finding } from './result.ts';
import { FLAKY } from './verdict.ts';

export function isRed({ verdict }: Pick<Finding, 'verdict'>): boolean {
  return verdict === 'violation' || verdict === 'warning';
}

/** What a verdict is about: a requirement over a binding. */
export function rowOf({ requirement, binding }: Finding): string {
  return `${requirement} ${binding}`;
}

/**
 * A red counts when it comes back with the scenario played alone; otherwise it is flaky, which is not known. What
 * the second play did not look at stays as it was.
 */
export function revise(first: readonly Finding[], again: readonly Finding[]): Finding[] {
  const before = Map.groupBy(first, rowOf);
  const after = Map.groupBy(again, rowOf);
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((row) => {
    const [old = [], now = []] = [before.get(row), after.get(row)];
    const [wasRed, isRedNow] = [old.find(isRed), now.find(isRed)];
    if (wasRed && !isRedNow)
      return [flaky(wasRed, `red once, ${now[0]?.verdict ?? 'not looked at'} when played alone`)];
    if (isRedNow && !wasRed)
      return [flaky(isRedNow, `${old[0]?.verdict ?? 'not looked at'} at first, ${isRedNow.verdict} when played alone`)];
    return now.length > 0 ? now : old;
  });
}

/**
 * What several plays of one scenario come to: red where each of them was red; where only some were it is flaky, with
 * the measured rate; else what a play found that could tell.
 */
export function measure(plays: readonly (readonly Finding[])[]): Finding[] {
  const each = plays.map((findings) => Map.groupBy(findings, rowOf));
  return [...new Set(each.flatMap((rows) => [...rows.keys()]))].flatMap((row) => {
    const looks = each.map((rows) => rows.get(row) ?? []);
    const reds = looks.filter((look) => look.some(isRed));
    const held = looks.filter((look) => !look.some(isRed) && look.some(({ verdict }) => HOLDS.has(verdict)));
    const red = reds[0]?.find(isRed);
    if (!red) return held.at(-1) ?? looks.findLast((look) => look.length > 0)!;
    if (reds.length === plays.length) return reds.at(-1)!;
    const rate = Math.round((held.length / plays.length) * 1000) / 10;
    return [flaky(red, `held in ${held.length} of ${plays.length} plays (${rate} %), red in ${reds.length}`)];
  });
}

const HOLDS: ReadonlySet<Finding['verdict']> = new Set(['pass', 'observed']);

function flaky({ requirement, binding, scenario }: Finding, what: string): Finding {
  return { requirement, binding, scenario, verdict: 'inconclusive', reason: `${FLAKY}${what}` };
}
