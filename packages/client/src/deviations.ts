import { DeviationError } from './failure.ts';

interface Told {
  kind: string;
  message: string;
  row?: string | undefined;
}

/**
 * Tells each kind once, so that a long stream does not fill a log; with `strict`, what does not meet a requirement is an
 * error.
 */
export function teller<Deviation extends Told>(
  onDeviation: ((deviation: Deviation) => void) | undefined,
  strict = false,
): (deviation: Deviation) => void {
  const told = new Set<string>();
  return (deviation) => {
    // What is no deviation is news each time.
    if (!deviation.row || !told.has(deviation.kind)) {
      told.add(deviation.kind);
      onDeviation?.(deviation);
    }
    if (strict && deviation.row) throw new DeviationError(deviation);
  };
}
