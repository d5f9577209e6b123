/** How long a row may take: `brief` only shows that it works, `long` is as much as somebody has ever asked for. */
export type Mode = 'brief' | 'full' | 'long';

/** Named numbers of one run of a subject, smaller is better: `{ 'warm CPU': 41.2 }`. */
export type Figures = Readonly<Record<string, number>>;

export interface Subject {
  name: string;
  run: (mode: Mode) => Promise<Figures>;
}

/** One question: what does some work cost, beside what it costs at the least. */
export interface Row {
  /** `pnpm bench NAME` */
  name: string;
  title: string;
  /** What is measured, in a sentence or two; for who reads the table. */
  what: string;
  /** What we want of our own subjects, in words and in figures. */
  goal: string;
  aims?: readonly Aim[];
  /** Said where an aim is missed: the cause, what was tried, what it would take. From a profile, so it is written by hand. */
  below?: string;
  /**
   * `ratio`: how many times the first subject, within a round. `more`: how much more than the first.
   * `absolute`: as it is.
   */
  shows: 'ratio' | 'more' | 'absolute';
  /** Of the figures: `µs`, `ms`, `KB`. */
  unit: string;
  rounds: number;
  /** The first is the baseline. */
  subjects: readonly Subject[];
}

/** A figure of a subject, as the row shows it, and the most that it should be. */
export interface Aim {
  subject: string;
  figure: string;
  atMost: number;
}

export interface Spread {
  min: number;
  median: number;
  max: number;
}

/** What a row came to: for each subject and figure its own spread, and that beside the baseline. */
export interface Result {
  row: Row;
  measured: readonly { subject: string; figures: Record<string, { own: Spread; shown: Spread }> }[];
}

/**
 * Runs every subject once a round, in alternating order, and compares within the round: neighbors on the machine move
 * absolute numbers, but hardly a ratio of two runs that follow each other.
 */
export async function measure(row: Row, mode: Mode, tell: (text: string) => void): Promise<Result> {
  const rounds = mode === 'brief' ? 1 : row.rounds;
  const taken = new Map<string, Figures[]>(row.subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, run } of round % 2 === 0 ? row.subjects : row.subjects.toReversed()) {
      tell(`${row.name}: ${name}, round ${round + 1} of ${rounds}`);
      taken.get(name)!.push(await within(LIMIT_MS[mode], `${row.name}: ${name}`, run(mode)));
    }
  }
  const baseline = taken.get(row.subjects[0]!.name)!;
  const measured = row.subjects.map(({ name }) => {
    const runs = taken.get(name)!;
    const names = [...new Set(runs.flatMap((figures) => Object.keys(figures)))];
    const figures = names.map((figure) => {
      const own = runs.map((run) => run[figure]!);
      const shown = own.map((value, round) => compared(row.shows, value, baseline[round]?.[figure]));
      return [figure, { own: spreadOf(own), shown: spreadOf(shown) }] as const;
    });
    return { subject: name, figures: Object.fromEntries(figures) };
  });
  return { row, measured };
}

/** Of one run of one subject. */
const LIMIT_MS: Record<Mode, number> = { long: 3_600_000, full: 300_000, brief: 600_000 };

async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what}: took longer than ${ms} ms`)), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function compared(shows: Row['shows'], value: number, base: number | undefined): number {
  if (shows === 'absolute' || base === undefined) return value;
  return shows === 'ratio' ? value / base : value - base;
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { min: sorted[0]!, median: sorted[Math.floor(sorted.length / 2)]!, max: sorted.at(-1)! };
}
