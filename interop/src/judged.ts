import { causesOf, faultsOfSuite } from './causes.ts';
import type { Command } from './child.ts';
import { ours } from './place.ts';
import type { Judged } from './result.ts';
import { runSuiteOfClients } from './suite.ts';

/** A client of others as a program that `agentproto-conformance client` starts before each of its scenarios. */
export interface TheirProgram {
  /** Which one, in a word: a binding, the name of a package. */
  name: string;
  protocol: string;
  command: Command;
  /** A file of the lane, below `interop`. */
  baseline: string;
  /** It does not get through a scenario, and no rule says why: what it tells of that, and a sentence on whose fault it is. */
  stops?: { says: string; why: string };
}

/** Judges a client by the rules for clients, its output in sight. */
export async function judge(program: TheirProgram): Promise<{ judged: Judged; faults: string[] }> {
  const { name, protocol, command, baseline, stops } = program;
  console.log(`\ntheir client, judged: ${name}, ${protocol}`);
  const { stopped, ...report } = await runSuiteOfClients(command, { protocol, baseline: ours(baseline) });
  const { passed, causes } = causesOf(report);
  const said = stopped?.message ?? 'nothing';
  const isAsSaid = stops ? said.includes(stops.says) : stopped === undefined;
  const expected = stops ? `that it says "${stops.says}"` : 'that it gets through';
  return {
    judged: { name, protocol, passed, causes, ...(stops && { stops: stops.why }) },
    faults: [
      ...faultsOfSuite(report, causes).map((fault) => `their client, ${name}: ${fault}`),
      ...(isAsSaid ? [] : [`their client, ${name}: expected ${expected}, got: ${said}`]),
    ],
  };
}
