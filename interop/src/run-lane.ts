import { createReferenceServer } from '@agentproto/reference-server';
import { causesOf, faultsOfSuite } from './causes.ts';
import { type Command, serve } from './child.ts';
import { type Entry, hidden, readEntries } from './hidden.ts';
import { judge } from './judged.ts';
import type { Lane, Prepared } from './lane.ts';
import type { Options } from './options.ts';
import type { Exercised, Judged, Result, Step, SuiteResult } from './result.ts';
import { baselineOf, type Report, runSuite } from './suite.ts';
import { causesTable, stepsTable } from './tables.ts';

/** What is not as it should be, a sentence each; none when the lane is green. */
export interface Ran {
  result: Result;
  faults: string[];
}

/** The suite and our client on its server, then its client on ours. */
export async function runLane(lane: Lane, options: Options): Promise<Ran> {
  const prepared = await lane.prepare(options);
  try {
    return await run(lane, prepared, options);
  } finally {
    await prepared.release?.();
  }
}

async function run(lane: Lane, prepared: Prepared, options: Options): Promise<Ran> {
  const { server } = prepared;
  const onTheirs = server && (await runOnTheirs(lane, server, prepared, options));
  const theirs = await runOnOurs(prepared);
  const judged: Judged[] = [];
  const faultsOfClients: string[] = [];
  // One after the other: each is several processes at a time.
  for (const program of prepared.judged ?? []) {
    const one = await judge(program);
    judged.push(one.judged);
    faultsOfClients.push(...one.faults);
  }
  const command = [`npx -y pnpm@12 interop:${lane.name}`, lane.usage].filter(Boolean).join(' ');
  const { version = prepared.version ?? '', report, ours = [] } = onTheirs ?? {};
  const leftOut = (prepared.suite || undefined)?.leftOut;
  const suite = report && { ...causesOf(report), ...(leftOut && { leftOut }) };
  const result: Result = {
    ...{ lane: lane.name, system: lane.system, version, command },
    ...(suite && { suite }),
    ...(lane.note !== undefined && { note: lane.note }),
    ours,
    theirs,
    ...(judged.length > 0 && { judged }),
  };

  if (suite) console.log(`\n${lane.system} ${version}: what the suite found\n\n${causesTable(suite.causes)}`);
  for (const exercised of ours) console.log(`\nour client, ${exercised.binding}\n\n${stepsTable(exercised)}`);
  for (const exercised of theirs)
    console.log(`\ntheir client on ours, ${exercised.binding}\n\n${stepsTable(exercised)}`);
  for (const one of judged)
    console.log(`\ntheir client, judged: ${one.name}, ${one.passed} pass\n\n${causesTable(one.causes)}`);
  const entries = report && prepared.suite !== false ? await readEntries(baselineOf(lane.name, prepared.suite)) : [];
  return { result, faults: [...faultsOf(report, suite, ours, theirs, entries), ...faultsOfClients] };
}

async function runOnTheirs({ name, system, cannot = {} }: Lane, server: Command, prepared: Prepared, options: Options) {
  const { exercise, suite = {} } = prepared;
  await using theirs = await serve(server);
  const { url, version } = theirs;
  console.log(`${system} ${version} at ${url}`);
  const ours: Exercised[] = [];
  for (const play of exercise) ours.push(withLimits(await play(url), cannot));
  // Last: some servers do not get over what the suite sends them.
  const report = suite === false ? undefined : await runSuite(name, url, suite, options.suite);
  if (!theirs.alive) throw new Error(`${system} ended while it was used:\n${theirs.log}`);
  return { version, report, ours };
}

/** What the system cannot do is not the client's failure; what it is said not to do and does is the lane's. */
export function withLimits(exercised: Exercised, cannot: { [step: string]: string }): Exercised {
  const steps = exercised.steps.map((step): Step => {
    const why = cannot[step.name] ?? cannot[`${exercised.binding}: ${step.name}`];
    if (why === undefined) return step;
    if (step.result === 'ok') return { ...step, result: 'failed', saw: `done, though the lane says: ${why}` };
    return { ...step, result: 'not offered', saw: why };
  });
  return { ...exercised, steps };
}

async function runOnOurs({ clients = [] }: Prepared): Promise<Exercised[]> {
  if (clients.length === 0) return [];
  await using ours = await createReferenceServer({
    a2a: { capabilities: { streaming: true, pushNotifications: true } },
    webhooks: { loopback: true },
  });
  const theirs: Exercised[] = [];
  for (const play of clients) theirs.push(await play(ours.url));
  return theirs;
}

/** A red that the baseline does not know, an entry that no longer holds or stands behind another red, a step of a client that failed. */
export function faultsOf(
  report: Report | undefined,
  suite: SuiteResult | undefined,
  ours: readonly Exercised[],
  theirs: readonly Exercised[],
  entries: readonly Entry[] = [],
): string[] {
  const failed = (whose: string, all: readonly Exercised[]) =>
    all.flatMap(({ binding, steps }) =>
      steps
        .filter(({ result }) => result === 'failed')
        .map(({ name, saw }) => `${whose} client, ${binding}, ${name}: ${saw}`),
    );
  return [
    ...(report?.stopped ? [`the suite stopped: ${report.stopped.message}`] : []),
    ...faultsOfSuite(report, suite?.causes ?? []),
    ...hidden(entries, report?.requirements ?? []).map((fault) => `baseline, ${fault}`),
    ...failed('our', ours),
    ...failed('their', theirs),
  ];
}
