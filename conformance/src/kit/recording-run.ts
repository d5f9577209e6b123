import { performance } from 'node:perf_hooks';
import type { Exchange } from '@agentproto/recording';
import type { SuiteFamily } from './family.ts';
import { examineAll } from './play.ts';
import type { RunEvent, RunFooter, RunHeader } from './run-log.ts';
import type { RunEntry } from './runner.ts';

export interface RecordingRunOptions {
  /** Those by which is judged; each looks at its own exchanges. */
  families: readonly SuiteFamily[];
  exchanges: readonly Exchange[];
  /** What stands for the recording in reports and baselines. */
  recording: string;
  command: RunHeader['tool'];
}

const PROFILE = 'recording';
/** Each family plays its own: of two plays of one name the later would be taken for a repetition. */
const scenarioOf = ({ id }: SuiteFamily): string => `${id.split('@', 1)[0]!}/recording/${id}`;

/** Names each exchange as its scenario would have; what is none of the family's is left out. */
export function knownTo(family: SuiteFamily, exchanges: readonly Exchange[]): Exchange[] {
  return exchanges.flatMap((exchange) => {
    const known = family.known?.(exchange);
    // Whether it was the request that was wrong nobody can say: of a refusal only what holds for every one is asked.
    const refused = (exchange.response?.status ?? 0) >= 400;
    return known ? [{ ...exchange, ...known, ...(refused && { hostile: true }) }] : [];
  });
}

/**
 * Judges a recording by what must hold in every exchange, and says what happens as runs against a server do, so that every
 * report can be made of it. A rule that the recording gives no occasion for is not planned, and counts neither way.
 */
export function runRecording(
  { families, exchanges, recording, command }: RecordingRunOptions,
  listener: (entry: RunEntry) => void,
): RunFooter {
  const began = performance.now();
  const now = () => Math.round(performance.now() - began);
  const judged = families.map((family) => {
    const own = knownTo(family, exchanges);
    return {
      family,
      own,
      findings: examineAll(
        family,
        { scenario: scenarioOf(family), binding: family.bindings[0] ?? family.sideBinding },
        own,
      ),
    };
  });
  listener({
    header: {
      kind: 'agentproto-run',
      schemaVersion: 1,
      tool: command,
      startedAt: new Date().toISOString(),
      revisions: Object.fromEntries(families.map(({ id, patch }) => [id, patch])),
      target: {
        url: recording,
        detected: judged.map(({ family: { id, patch }, own }) => ({
          ...{ id, patch },
          evidence: `${own.length} of ${exchanges.length} recorded exchanges are of this protocol`,
        })),
      },
      profile: PROFILE,
      seed: 0,
      options: {},
    },
  });
  const emit = (event: RunEvent) => listener(event);
  const rows = judged.flatMap(({ family, findings }) =>
    findings.map(({ requirement, binding }) => ({ requirement, binding, scenarios: [scenarioOf(family)] })),
  );
  emit({ type: 'plan', plays: judged.length, rows });
  const kept = new Map(judged.flatMap(({ own }) => own).map((exchange) => [exchange.id, exchange]));
  for (const exchange of exchanges) emit({ type: 'exchange', exchange: kept.get(exchange.id) ?? exchange });
  for (const { family, findings } of judged) {
    const play = { id: scenarioOf(family), binding: family.bindings[0] ?? family.sideBinding, attempt: 1 };
    const startedAtMs = now();
    emit({ type: 'scenario-start', ...play, title: `What must hold in every exchange of ${family.id}`, atMs: now() });
    emit({ type: 'scenario-end', ...play, startedAtMs, durationMs: now() - startedAtMs, findings });
  }
  const count = judged.reduce((sum, { findings }) => sum + findings.length, 0);
  return {
    durationMs: now(),
    totals: { scenarios: judged.length, findings: count, exchanges: exchanges.length },
  };
}
