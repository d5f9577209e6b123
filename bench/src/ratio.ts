/** One measured run of a subject, in milliseconds. */
export interface Cost {
  wallMs: number;
  cpuMs: number;
}

export interface Subject {
  name: string;
  run: () => Promise<Cost>;
}

/**
 * Runs the first subject as the baseline and the others in turn, `rounds` times over, and prints how many
 * times the baseline each costs: the median over the rounds of the ratio within a round, `[min-max]` beside it.
 * Neighbours on the machine move absolute numbers; a ratio within one round hardly moves.
 */
export async function compare(
  title: string,
  unit: string,
  rounds: number,
  subjects: readonly Subject[],
): Promise<void> {
  const costs = new Map<string, Cost[]>(subjects.map(({ name }) => [name, []]));
  for (const { run } of subjects) await run();
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, run } of subjects) costs.get(name)!.push(await run());
  }

  const baseline = costs.get(subjects[0]!.name)!;
  const width = Math.max(...subjects.map(({ name }) => name.length));
  console.log(
    `\n${title}\n${'times the baseline; smaller is better'.padEnd(width + 2)}  ${'time'.padEnd(18)}  ${unit}`,
  );
  for (const [name, measured] of costs) {
    const wall = measured.map((cost, round) => cost.wallMs / baseline[round]!.wallMs);
    const cpu = measured.map((cost, round) => cost.cpuMs / baseline[round]!.cpuMs);
    console.log(`  ${name.padEnd(Math.max(width, 35))}  ${spread(wall).padEnd(18)}  ${spread(cpu)}`);
  }
}

function spread(ratios: number[]): string {
  const sorted = ratios.toSorted((a, b) => a - b);
  const [min, median, max] = [sorted[0]!, sorted[Math.floor(sorted.length / 2)]!, sorted.at(-1)!];
  return `${median.toFixed(2)} [${min.toFixed(2)}-${max.toFixed(2)}]`;
}
