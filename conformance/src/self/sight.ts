import { createReferenceServer, type AnyQuirk } from '@agentproto/reference-server';
import type { Finding } from '../kit/result.ts';
import { runSuite, type RunOptions } from '../kit/runner.ts';
import { playsOn, type Fixture } from './fixtures.ts';

/** What a run showed of each row over each binding. */
export interface Sighting {
  findings: readonly Finding[];
  /** Rows in the order of causes, in which a report lists its reds. */
  order: readonly string[];
  /** Why the run could not go on, where it could not. */
  stopped: string | undefined;
  /** How often the quirks changed something. */
  applied: number;
}

export interface SightOptions {
  /** Longest silence that is waited for, in milliseconds: what a server that hangs costs. */
  patienceMs: number;
  plays?: RunOptions['plays'];
}

export interface TrialOptions extends Pick<SightOptions, 'patienceMs'> {
  /** Plays everything, and not only what looks at the row: what else turns red is seen, at many times the cost. */
  whole?: boolean;
  /** Plays everything in all set-ups in which the row holds: in each revision, and each way to set one up. */
  everywhere?: boolean;
  /** The time that it took is what it took longer than the same on a sound server, beside it: whatever the machine's speed. */
  beyondSound?: boolean;
}

/** Runs the suite, in process, on a reference server with these quirks. */
export async function sight(
  fixture: Fixture,
  quirks: readonly AnyQuirk[],
  { patienceMs, plays }: SightOptions,
): Promise<Sighting> {
  await using server = await createReferenceServer({ ...fixture.options, protocols: fixture.protocols, quirks });
  let findings: Finding[] = [];
  let stopped: string | undefined;
  const order: string[] = [];
  await runSuite(
    {
      target: fixture.at === undefined ? server.url : server.urls[fixture.at]!,
      protocols: fixture.protocols,
      profile: 'script',
      only: [],
      skip: [],
      headers: fixture.headers ?? [],
      identity: fixture.identity,
      around: fixture.around?.(server),
      concurrency: 4,
      timeoutMs: patienceMs,
      // What hangs is told by the time of its trial; a busy machine may take this long.
      deadlineMs: 600_000,
      seed: 1,
      // Each quirk is there on purpose: played again it would be there again.
      replayReds: quirks.length === 0,
      plays: (scenario) => (playsOn(fixture)?.(scenario) ?? true) && (plays?.(scenario) ?? true),
      command: { name: 'agentproto-selftest', version: '0.0.0' },
    },
    (entry) => {
      if ('type' in entry && entry.type === 'scenario-end') findings.push(...entry.findings);
      if ('type' in entry && entry.type === 'revision') {
        const { scenario, binding } = entry;
        findings = findings.filter((one) => one.scenario !== scenario || one.binding !== binding);
        findings.push(...entry.findings);
      }
      if ('type' in entry && entry.type === 'stop') stopped = entry.message;
      if ('type' in entry && entry.type === 'plan') order.push(...entry.rows.map(({ requirement }) => requirement));
    },
  );
  return { findings, order, stopped, applied: server.quirks.reduce((sum, { applied }) => sum + applied, 0) };
}

export const isRed = ({ verdict }: Finding): boolean =>
  verdict === 'violation' || verdict === 'warning' || verdict === 'harness-error';

/** The red that a report names first. */
export function firstRed({ findings, order }: Sighting): string | undefined {
  const reds = new Set<string>(findings.filter(isRed).map(({ requirement }) => requirement));
  return order.find((row) => reds.has(row)) ?? [...reds][0];
}

/** The rows of findings with what was said of them, each once. */
export function names(findings: readonly Finding[]): string {
  return [
    ...new Set(
      findings.map(({ requirement, failure, reason }) => `${requirement} (${failure?.message ?? reason ?? ''})`),
    ),
  ].join(', ');
}
