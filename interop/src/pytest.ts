export interface Outcome {
  /** `tests/a.py::TestA::test_b[param]` */
  test: string;
  message: string;
}

export interface Outcomes {
  passed: number;
  skipped: number;
  /** Failures and errors. */
  failed: Outcome[];
}

/** The short summary that `pytest -rA` ends with; undefined where there is none. An expected failure (xfail) is a skip. */
export function readOutcomes(output: string): Outcomes | undefined {
  const lines = output.split('\n');
  const counts = lines.findLast((line) => /\d+ \w+.* in [\d.]+s/.test(line));
  if (counts === undefined) return undefined;
  const count = (...names: string[]) =>
    names.reduce((sum, name) => sum + Number(new RegExp(`(\\d+) ${name}`).exec(counts)?.[1] ?? 0), 0);
  const failed = lines.flatMap((line): Outcome[] => {
    const [, test, message = ''] = /^(?:FAILED|ERROR) (\S+::\S+)(?: - (.*))?$/.exec(line) ?? [];
    return test === undefined ? [] : [{ test, message }];
  });
  if (failed.length !== count('failed', 'errors?')) return undefined;
  return { passed: count('passed', 'xpassed'), skipped: count('skipped', 'xfailed'), failed };
}
