import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { didYouMean } from '@agentproto/script';
import type { Command } from '../command.ts';
import { families, familiesNamed } from '../families.ts';
import type { ClientSituation } from '../kit/client-check.ts';
import { runClient, type Recorded } from '../kit/client-run.ts';
import { chooser } from '../kit/plan.ts';
import type { SuiteFamily } from '../kit/family.ts';
import type { RunEvent } from '../kit/run-log.ts';
import { UsageError } from '../kit/usage-error.ts';
import { buildMergedReport, buildReport } from '../report/build.ts';
import type { RunSource } from '../report/judgement.ts';
import { ending } from '../report/exit-code.ts';
import { createRunLog, runFileSink, temporarySink, type RunLog } from '../run-file.ts';
import { recordClient } from './client-recording.ts';
import { conclude, prepareFiles, readNewBaseline } from './conclude.ts';
import { CLIENT, readClientFlags } from './client-flags.ts';
import { parseDuration } from './flags.ts';
import { numbered, parseOutputs, RUN_OUTPUT } from './outputs.ts';
import { readScoring } from './scoring.ts';
import { patterns } from './settings.ts';

/** The last is the end of a terminal. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * `client [flags] -- COMMAND`: starts the reference server as each scenario wants it, runs a client against it through a proxy
 * that records, and judges what it did. The client finds `AGENTPROTO_URL`, `AGENTPROTO_PROTOCOL` and `AGENTPROTO_SCENARIO` in
 * its environment.
 */
export const client: Command = async (args, tool) => {
  const at = args.indexOf('--');
  const command = at < 0 ? [] : args.slice(at + 1);
  const flags = await readClientFlags(at < 0 ? args : args.slice(0, at), process.env);
  if (command.length === 0 || flags.positionals.length > 0)
    throw new UsageError('client: expected -- and the command that starts your client, such as -- node my-client.mjs');
  const family = familyNamed(flags.one('protocol') ?? 'a2a@1.0');
  const situations = situationsNamed(family, flags.all('scenario'));
  const timeoutMs = parseDuration('--timeout', flags.one('timeout') ?? '60s');
  const wanted = chooser(family.clients ?? [], { only: patterns(flags, 'only'), skip: patterns(flags, 'skip') });
  const outputs = parseOutputs(flags.all('report'), [RUN_OUTPUT]);
  const scored = await readScoring(flags);
  const conclusion = { ...scored, outputs, ...readNewBaseline(flags) };
  await prepareFiles(conclusion);
  const { createReferenceServer } = await referenceServer();

  const runFile = outputs.find(({ format }) => format === RUN_OUTPUT.format)?.file;
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  for (const signal of SIGNALS) process.once(signal, interrupt);
  const logs: RunLog[] = [];
  /** By the name of the situation. */
  const recordings = new Map(situations.map(({ name }) => [name, Promise.withResolvers<Recorded | undefined>()]));
  const tails = new Map<string, string>();
  let broken: unknown;

  const play = async (situation: ClientSituation, index: number): Promise<RunSource> => {
    const file = runFile !== undefined && situations.length > 1 ? numbered(runFile, index + 1) : runFile;
    const log = createRunLog({
      scoring: scored.scoring,
      sink: file === undefined ? await temporarySink() : runFileSink(file),
    });
    logs.push(log);
    const record = (emit: (event: RunEvent) => void): Promise<Recorded> =>
      recordClient(
        situation,
        {
          ...{ createReferenceServer, protocol: family.id, command, timeoutMs, signal: interrupted.signal },
          ...(scored.verbosity === 'verbose' && { onOutput: (text) => void process.stderr.write(text) }),
          ...(scored.verbosity === 'normal' && {
            onTail: (tail) => void process.stderr.write(tailOf(situation.name, tail.trimEnd(), tails)),
          }),
        },
        (exchange) => emit({ type: 'exchange', exchange }),
      );
    const { resolve } = recordings.get(situation.name)!;
    const footer = await runClient(
      {
        ...{ family, twin: situation.twin === undefined ? undefined : recordings.get(situation.twin)!.promise },
        client: `${CLIENT}${nameOf(command)}`,
        situation: situation.name,
        evidence: `what ${nameOf(command)} sends to the reference server: ${situation.title}`,
        command: tool,
        options: { timeoutMs },
        wanted,
      },
      (emit) =>
        record(emit).then((recorded) => {
          resolve(recorded);
          return recorded;
        }),
      (entry) => void log.listen(entry),
    ).finally(() => resolve(undefined));
    const source = log.source(footer);
    await log.close(footer, ending(buildReport(source, scored.scoring))).catch((error: unknown) => (broken ??= error));
    return source;
  };

  try {
    const sources = await eachAtMost(Math.min(availableParallelism(), 4), situations, play);
    const report =
      sources.length > 1 ? buildMergedReport(sources, scored.scoring) : buildReport(sources[0]!, scored.scoring);
    await conclude(report, sources, conclusion, broken);
    return report.exitCode;
  } finally {
    // What failed in one has the others end, too.
    interrupted.abort();
    for (const signal of SIGNALS) process.off(signal, interrupt);
    for (const log of logs) await log[Symbol.asyncDispose]();
  }
};

function familyNamed(id: string): SuiteFamily {
  const able = families.filter(({ clients = [] }) => clients.length > 0).map((family) => family.id);
  const [family, ...more] = familiesNamed(id.split(','));
  if (!family?.clients?.length || more.length > 0)
    throw new UsageError(`--protocol ${id}: expected one that has rules for clients: ${able.join(', ')}`);
  return family;
}

function situationsNamed({ id, situations = [] }: SuiteFamily, given: readonly string[]): readonly ClientSituation[] {
  const names = [...new Set(given.flatMap((text) => text.split(',')).map((name) => name.trim()))];
  if (names.length === 0) return situations;
  const known = situations.map(({ name }) => name);
  const named = names.map((name) => {
    const found = situations.find((one) => one.name === name);
    if (!found)
      throw new UsageError(
        `--scenario ${name}: ${id} has none of that name${didYouMean(name, known)}; expected ${known.join(', ')}`,
      );
    return found;
  });
  // Whoever is compared with another comes after it, as in the list of all.
  return situations.filter((one) => named.some((other) => other === one || other.twin === one.name));
}

/** An optional peer: whoever judges servers alone does not need it. */
async function referenceServer() {
  try {
    return await import('@agentproto/reference-server');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    throw new UsageError(
      'client: needs @agentproto/reference-server beside the suite, which your client is run against; npm install --save-dev @agentproto/reference-server',
    );
  }
}

/**
 * The program and what it runs, by their last names: the first argument that is a file, else a first one that is a plain word.
 * Whatever else stands there may hold a secret.
 */
export function nameOf([program = '', ...args]: readonly string[]): string {
  const what = args.find((arg) => isFile(arg)) ?? args.slice(0, 1).find((arg) => /^[\w@./\\][\w@./\\-]*$/.test(arg));
  return [program, ...(what === undefined ? [] : [what])].map((one) => basename(one)).join(' ');
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** What a client has written that did not end well. One that breaks before every agent alike is told once. */
function tailOf(name: string, tail: string, told: Map<string, string>): string {
  const before = told.get(tail);
  if (before !== undefined) return `the client in ${name} wrote at last the same as in ${before}\n`;
  told.set(tail, name);
  return `the client in ${name} wrote at last:\n${tail}\n`;
}

/** Does `work` for each, at most `width` at a time. The first failure ends it. */
async function eachAtMost<T, R>(
  width: number,
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const done: R[] = [];
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const index = next++;
      done[index] = await work(items[index]!, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
  return done;
}
