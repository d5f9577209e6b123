import { requirements } from '@agentproto/rules';
import type { Exchange } from '@agentproto/recording';
import type { Recorder } from '../recorder/recorder.ts';
import { createChecks } from './check.ts';
import type { Lenience } from './lenience.ts';
import type { Play } from './plan.ts';
import type { Finding } from './result.ts';
import { provesOver } from './scenario.ts';
import { Blocked, Lost, NotApplicable, Stop } from './stops.ts';
import type { Profile } from './stimulus.ts';
import { verdictOfFailure, worst } from './verdict.ts';

export interface PlayTools {
  recorder: Recorder;
  profile: Profile;
  patienceMs: number;
  unique: () => string;
  lenience: Lenience;
  /** An exchange has ended. */
  onExchange: (exchange: Exchange) => void;
  signal: AbortSignal;
}

/** Plays one scenario over one binding and holds the invariants against what it recorded. Never rejects. */
export async function playOnce(play: Play, tools: PlayTools): Promise<Finding[]> {
  const { scenario, binding, spoken } = play;
  const findings: Finding[] = [];
  const exchanges: Exchange[] = [];
  const recorder = tools.recorder.derive({
    label: scenario.id,
    signal: tools.signal,
    onExchange: (exchange) => {
      exchanges.push(exchange);
      tools.onExchange(exchange);
    },
  });
  const report = (finding: Finding) => void findings.push(finding);
  const context = { scenario: scenario.id, binding, report };
  try {
    const agent = spoken.family.driver(spoken.found, binding, {
      recorder,
      profile: tools.profile,
      patienceMs: tools.patienceMs,
      unique: tools.unique,
      lenience: tools.lenience,
    });
    await scenario.play({
      agent,
      check: createChecks(context),
      lost: (reason) => new Lost(reason),
      notApplicable: (reason) => new NotApplicable(reason),
    });
    settle(findings, play, { verdict: 'not-run', reason: 'uncovered' });
  } catch (error) {
    stopped(findings, play, error, tools.signal);
  } finally {
    await recorder.close();
  }
  // What was cut off by the end of the run is nobody's fault.
  if (tools.signal.aborted) return fold(findings.filter(({ verdict }) => verdict === 'pass' || verdict === 'not-run'));
  return [...fold(findings), ...examine(play, exchanges)];
}

/** Rows that the play owes and has not looked at get this. */
function settle(findings: Finding[], { scenario, binding }: Play, rest: Pick<Finding, 'verdict' | 'reason'>) {
  const looked = new Set(findings.map((finding) => finding.requirement));
  for (const requirement of provesOver(scenario, binding)) {
    if (!looked.has(requirement)) findings.push({ requirement, binding, scenario: scenario.id, ...rest });
  }
}

function stopped(findings: Finding[], play: Play, error: unknown, signal: AbortSignal) {
  if (signal.aborted) return settle(findings, play, { verdict: 'not-run', reason: 'ended' });
  if (error instanceof Lost) return settle(findings, play, { verdict: 'inconclusive', reason: error.message });
  if (error instanceof NotApplicable)
    return settle(findings, play, { verdict: 'not-applicable', reason: error.message });
  if (error instanceof Blocked) {
    const { by, place, expected, actual, message } = error;
    if (play.scenario.proves.includes(by)) {
      findings.push({
        requirement: by,
        binding: play.binding,
        scenario: play.scenario.id,
        verdict: verdictOfFailure(requirements[by].level),
        failure: { message, expected, actual, ...place },
      });
    }
    return settle(findings, play, { verdict: 'blocked', reason: by });
  }
  const reason =
    error instanceof Stop || !(error instanceof Error)
      ? String(error)
      : `${error.message} (${error.stack?.split('\n')[1]?.trim() ?? 'no stack'})`;
  const before = findings.length;
  settle(findings, play, { verdict: 'harness-error', reason });
  // A crash after the last check must not go unseen.
  if (findings.length === before && play.scenario.proves[0]) {
    findings.push({
      requirement: play.scenario.proves[0],
      binding: play.binding,
      scenario: play.scenario.id,
      verdict: 'harness-error',
      reason,
    });
  }
}

function examine({ scenario, spoken, binding }: Play, exchanges: readonly Exchange[]): Finding[] {
  const findings: Finding[] = [];
  for (const exchange of exchanges) {
    const over = exchange.binding ?? binding;
    for (const invariant of spoken.family.invariants) {
      if (exchange.hostile && !invariant.ofHostile) continue;
      if (invariant.bindings && !invariant.bindings.includes(over)) continue;
      const check = createChecks({
        scenario: scenario.id,
        binding: over,
        report: (finding) => void findings.push(finding),
      });
      try {
        invariant.examine(exchange, check);
      } catch (error) {
        for (const requirement of invariant.proves) {
          findings.push({
            requirement,
            binding: over,
            scenario: scenario.id,
            verdict: 'harness-error',
            reason: `${invariant.id}: ${String(error)}`,
          });
        }
      }
    }
  }
  return fold(findings);
}

const FAILURES_KEPT = 3;

/** One finding for each requirement and binding, the worst; of several failures the first few stay. */
function fold(findings: readonly Finding[]): Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.requirement} ${finding.binding}`;
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  return [...groups.values()].flatMap((group) => {
    const { verdict } = worst(group);
    const same = group.filter((finding) => finding.verdict === verdict);
    const kept = verdict === 'observed' ? distinct(same) : same;
    return kept.slice(0, same[0]!.failure || verdict === 'observed' ? FAILURES_KEPT : 1);
  });
}

function distinct(findings: readonly Finding[]): Finding[] {
  const byReason = new Map<string, Finding>();
  for (const finding of findings) if (!byReason.has(finding.reason ?? '')) byReason.set(finding.reason ?? '', finding);
  return [...byReason.values()];
}
