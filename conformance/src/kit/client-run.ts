import { performance } from 'node:perf_hooks';
import type { RequirementId } from '@agentproto/rules';
import type { ClientRecording } from './client-check.ts';
import type { SuiteFamily } from './family.ts';
import { judgeClient } from './judge-client.ts';
import type { RunEvent, RunFooter, RunHeader } from './run-log.ts';
import { rowTable } from './rows.ts';
import type { RunEntry } from './runner.ts';

export interface ClientRunOptions {
  family: SuiteFamily;
  /** What stands for the client in reports and baselines. */
  client: string;
  /** What it was put before. */
  situation: string;
  /** A sentence: where its requests come from. */
  evidence: string;
  command: RunHeader['tool'];
  options: RunHeader['options'];
  /** Whether a row is to be judged. Default: all are. */
  wanted?: (row: RequirementId) => boolean;
}

/** What `record` brings: the recording, and what kept it from being whole. */
export type Recorded = ClientRecording & { stop?: Extract<RunEvent, { type: 'stop' }> };

/** The binding of rows that clients have to keep. */
const CLIENT = 'client';

/**
 * Judges a client, and says what happens as runs against a server do, so that every report can be made of it. Each check
 * looks at the recording as a whole.
 * @param record makes the recording, and tells each of its exchanges when it has ended
 */
export async function runClient(
  { family, client, situation, evidence, command, options, wanted = () => true }: ClientRunOptions,
  record: (emit: (event: RunEvent) => void) => Promise<Recorded>,
  listener: (entry: RunEntry) => void,
): Promise<RunFooter> {
  const began = performance.now();
  const now = () => Math.round(performance.now() - began);
  const totals = { scenarios: 0, findings: 0, exchanges: 0 };
  const { id, patch, clients: checks = [] } = family;
  const emit = (event: RunEvent) => {
    if (event.type === 'exchange') totals.exchanges += 1;
    listener(event);
  };
  listener({
    header: {
      kind: 'agentproto-run',
      schemaVersion: 1,
      tool: command,
      startedAt: new Date().toISOString(),
      revisions: { [id]: patch },
      target: { url: client, detected: [{ id, patch, evidence }] },
      profile: situation,
      seed: 0,
      options,
    },
  });
  const planned = Map.groupBy(
    checks.flatMap(({ id: check, proves }) => proves.map((row) => ({ row, check }))),
    ({ row }) => row,
  );
  emit({
    type: 'plan',
    plays: checks.length,
    rows: [...planned].map(([requirement, by]) => ({
      requirement,
      binding: CLIENT,
      scenarios: wanted(requirement) ? by.map(({ check }) => check) : [],
      ...(!wanted(requirement) && { outside: { verdict: 'not-run', reason: 'filtered' } }),
    })),
  });
  const { stop, ...recording } = await record(emit);
  for (const check of checks) {
    const startedAtMs = now();
    const play = { id: check.id, binding: CLIENT, attempt: 1 };
    emit({ type: 'scenario-start', ...play, title: check.title, atMs: startedAtMs });
    const all = await judgeClient([check], recording, rowTable(family));
    const findings = all.filter(({ requirement }) => wanted(requirement));
    totals.scenarios += 1;
    totals.findings += findings.length;
    emit({ type: 'scenario-end', ...play, startedAtMs, durationMs: now() - startedAtMs, findings });
  }
  if (stop) emit(stop);
  return { durationMs: now(), totals };
}
