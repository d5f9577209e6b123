import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from './child.ts';
import { ours } from './place.ts';

const CLI = fileURLToPath(
  import.meta.resolve('agentproto-conformance/package.json').replace('package.json', 'bin/agentproto-conformance.js'),
);
const LIMIT_MS = 900_000;

export interface SuiteFlags {
  profile?: string;
  /** A file. */
  baseline?: string;
  /** What to judge it as, where a look at it does not tell. */
  protocol?: string;
  /** Plays that this server does not survive, so that the others could not be judged after them: the scenario, and why. */
  leftOut?: { [scenario: string]: string };
}

/** Of the suite's JSON report, what the lanes read; `agentproto-conformance/report.schema.json` has all of it. */
export interface Report {
  outcome: string;
  requirements: ReportedRequirement[];
  scenarios: { failures: { requirement: string; binding: string; message: string }[] }[];
  baseline?: { broken: { id: string; message: string }[] };
  stopped?: { message: string };
}

export interface ReportedRequirement {
  id: string;
  level: string;
  section: string;
  verdict: string;
  reason?: string;
  bindings: { [binding: string]: { verdict: string; reason?: string; planned: boolean; expected?: string } };
}

/** Judges a client, which is run by `command`, by the rules for clients of its protocol. */
export async function runSuiteOfClients(
  { file, args, env }: Command,
  { protocol, baseline }: { protocol: string; baseline: string },
): Promise<Report> {
  const settings = ['client', '--protocol', protocol, '--baseline', baseline, '--fail-on', 'should'];
  return reported((report) => [...settings, '--report', `json=${report}`, '--', file, ...args], env);
}

/** The file of what is known of a lane's server. */
export const baselineOf = (lane: string, { baseline = ours(`${lane}/baseline.yaml`) }: SuiteFlags = {}): string =>
  baseline;

/** Runs the conformance CLI on a server, as any user would, its output in sight; resolves to what it reported. */
export async function runSuite(
  lane: string,
  url: string,
  flags: SuiteFlags,
  further: readonly string[],
): Promise<Report> {
  const { profile = ours('words.yaml'), protocol, leftOut = {} } = flags;
  const settings = ['--profile', profile, '--baseline', baselineOf(lane, flags), '--allow-incomplete'];
  if (protocol) settings.push('--protocol', protocol);
  for (const [scenario, why] of Object.entries(leftOut)) {
    settings.push('--skip', scenario);
    console.log(`not played: ${scenario}: ${why}`);
  }
  return reported((report) => ['--target', url, ...settings, '--report', `json=${report}`, ...further]);
}

/** Runs the conformance CLI and reads the report that it is to write into the file it is given. */
async function reported(argsFor: (report: string) => string[], env: Command['env'] = {}): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'agentproto-report-'));
  const report = join(folder, 'report.json');
  try {
    const suite = spawn(process.execPath, [CLI, ...argsFor(report)], {
      ...{ stdio: 'inherit', timeout: LIMIT_MS, env: { ...process.env, ...env } },
    });
    const [code] = (await once(suite, 'exit')) as [number | null];
    try {
      return JSON.parse(await readFile(report, 'utf8')) as Report;
    } catch {
      throw new Error(`the suite ended with ${code ?? `nothing within ${LIMIT_MS / 1000} s`} and wrote no report`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
