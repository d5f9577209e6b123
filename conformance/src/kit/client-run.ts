import { performance } from 'node:perf_hooks';
import type { RequirementId } from '@agentproto/rules';
import { gotThrough, type ClientRecording } from './client-check.ts';
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
  /** What the client did in the situation's twin. Waited for when the client has finished. */
  twin?: Promise<ClientRecording | undefined> | undefined;
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
  { family, client, situation, evidence, command, options, wanted = () => true, twin }: ClientRunOptions,
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
  const { stop, ...recorded } = await record(emit);
  const recording: ClientRecording = { ...recorded, twin: await twin };
  let isToldJudged = false;
  for (const check of checks) {
    const startedAtMs = now();
    const play = { id: check.id, binding: CLIENT, attempt: 1 };
    emit({ type: 'scenario-start', ...play, title: check.title, atMs: startedAtMs });
    const all = await judgeClient([check], recording, rowTable(family));
    const findings = all.filter(({ requirement }) => wanted(requirement));
    totals.scenarios += 1;
    totals.findings += findings.length;
    isToldJudged ||= check.ofTold === true && all.some(({ failure }) => failure !== undefined);
    emit({ type: 'scenario-end', ...play, startedAtMs, durationMs: now() - startedAtMs, findings });
  }
  const last = stop ?? (isToldJudged ? undefined : stopOfTold(recording, family));
  if (last) emit(last);
  return { durationMs: now(), totals };
}

/** Where a client tells that it did not get through, and no rule says why that must not be: what it was then spared is not known of it. */
function stopOfTold(recording: ClientRecording, { situations = [] }: SuiteFamily): Recorded['stop'] {
  const { situation, told } = recording;
  if (!situation || !told || situation.expected === 'failed' || gotThrough(recording)) return undefined;
  const { name, expected } = situation;
  // A text counts where others are compared with it.
  if (told.failed === undefined && !situations.some(({ twin }) => twin === name)) return undefined;
  const message =
    told.failed === undefined
      ? `The client tells ${inShort(told.text)} in the scenario ${name}, where ${inShort(expected?.text)} came.`
      : `The client tells that it failed in the scenario ${name}: ${inShort(told.failed)}`;
  return { type: 'stop', outcome: 'incomplete', message };
}

function inShort(text: string | undefined): string {
  if (text === undefined) return 'no text';
  return JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}…` : text);
}
