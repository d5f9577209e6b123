import type { Exchange } from '@agentproto/recording';
import { createChecks } from './check.ts';
import type { DriverTools, SuiteFamily } from './family.ts';
import type { Play } from './plan.ts';
import type { Finding } from './result.ts';
import { rowTable } from './rows.ts';
import { provesOver } from './scenario.ts';
import { Blocked, Lost, NoAccess, NotApplicable, Stop } from './stops.ts';
import { NO_ACCESS, verdictOfFailure, worst } from './verdict.ts';

export interface PlayTools extends DriverTools {
  /** An exchange has ended. */
  onExchange: (exchange: Exchange) => void;
  signal: AbortSignal;
  /** Asked after exchanges that nothing answered: whether the target still lives. */
  isAlive: (unanswered: readonly Exchange[]) => Promise<boolean>;
  /** The first exchange that the target, which died, did not answer. */
  diedAt: () => number | undefined;
}

/** Plays one scenario over one binding and holds the invariants against what it recorded. Never rejects. */
export async function playOnce(play: Play, tools: PlayTools): Promise<Finding[]> {
  const { scenario, binding, spoken } = play;
  const { signal, onExchange } = tools;
  const findings: Finding[] = [];
  const exchanges: Exchange[] = [];
  // What was seen before the run was cut off stays; what is concluded from its being cut off is nobody's fault.
  let cut: { findings: number; exchanges: number } | undefined;
  const cutOff = () => void (cut ??= { findings: findings.length, exchanges: exchanges.length });
  if (signal.aborted) cutOff();
  else signal.addEventListener('abort', cutOff, { once: true });
  const recorder = tools.recorder.derive({
    label: scenario.id,
    signal,
    onExchange: (exchange) => {
      exchanges.push(exchange);
      onExchange(exchange);
    },
  });
  const report = (finding: Finding) => void findings.push(finding);
  const rows = rowTable(spoken.family);
  const context = { scenario: scenario.id, binding, report, rows };
  let stop: unknown = UNCOVERED;
  try {
    const agent = spoken.family.driver(spoken.found, binding, { ...tools, recorder });
    await scenario.play({
      agent,
      check: createChecks(context),
      flaws: (...seen) =>
        examine(
          play,
          seen.map(({ exchange }) => exchange),
        )
          .filter(({ verdict }) => verdict === 'violation')
          .map(({ requirement }) => requirement),
      lost: (reason) => new Lost(reason),
      notApplicable: (reason) => new NotApplicable(reason),
    });
  } catch (error) {
    stop = error;
  } finally {
    await recorder.close();
  }
  const unanswered = exchanges.filter((exchange) => !exchange.response && isSilent(exchange));
  if (!cut && unanswered.length > 0 && !(await tools.isAlive(unanswered))) cutOff();
  signal.removeEventListener('abort', cutOff);
  if (cut) {
    findings.length = cut.findings;
    const died = tools.diedAt();
    const whole = exchanges
      .slice(0, cut.exchanges)
      .filter(({ id, end }) => end?.kind !== 'left' || (end.message !== 'aborted' && id < (died ?? Infinity)));
    const stands = ({ verdict, failure }: Finding) =>
      verdict !== 'blocked' && (died === undefined || failure === undefined || (failure.exchange ?? died) < died);
    const kept = findings.filter(stands);
    settle(kept, play, { verdict: 'not-run', reason: 'ended' });
    return [...fold(kept), ...examine(play, whole)];
  }
  if (stop === UNCOVERED) settle(findings, play, { verdict: 'not-run', reason: 'unjudged' });
  else stopped(findings, play, stop);
  // Who was not let in has seen the door only: how it is kept shut is no matter of the binding.
  const inside = stop instanceof NoAccess ? exchanges.filter(({ response }) => !isDoor(response?.status)) : exchanges;
  return [...fold(findings), ...examine(play, inside)];
}

const UNCOVERED = Symbol('the play came to its end');
const isDoor = (status: number | undefined) => status === 401 || status === 403;
/** Nobody is there, or somebody hung up: a target that is merely slow is not dead. */
const isSilent = ({ end }: Exchange) => end?.kind === 'unreachable' || end?.kind === 'broken';

/** Rows that the play owes and has not looked at get this. */
function settle(findings: Finding[], { scenario, binding, spoken }: Play, rest: Pick<Finding, 'verdict' | 'reason'>) {
  const looked = new Set(findings.map((finding) => finding.requirement));
  for (const requirement of provesOver(spoken.family, scenario, binding)) {
    if (!looked.has(requirement)) findings.push({ requirement, binding, scenario: scenario.id, ...rest });
  }
}

function stopped(findings: Finding[], play: Play, error: unknown) {
  if (error instanceof Lost) return settle(findings, play, { verdict: 'inconclusive', reason: error.message });
  if (error instanceof NoAccess) return settle(findings, play, { verdict: 'blocked', reason: NO_ACCESS });
  if (error instanceof NotApplicable)
    return settle(findings, play, { verdict: 'not-applicable', reason: error.message });
  if (error instanceof Blocked) {
    const { by, place, expected, actual, message } = error;
    const broken = rowTable(play.spoken.family).get(by);
    // What this revision has no rule about kept the play from going on, and is nobody's fault.
    if (!broken) return settle(findings, play, { verdict: 'inconclusive', reason: message });
    if (play.scenario.proves.includes(broken.id)) {
      findings.push({
        requirement: broken.id,
        binding: play.binding,
        scenario: play.scenario.id,
        verdict: verdictOfFailure(broken.level),
        failure: { message, expected, actual, ...place },
      });
    }
    return settle(findings, play, { verdict: 'blocked', reason: broken.id });
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

const examine = ({ scenario, spoken, binding }: Play, exchanges: readonly Exchange[]): Finding[] =>
  examineAll(spoken.family, { scenario: scenario.id, binding }, exchanges);

/** What the invariants find in a recording. `binding`: of exchanges that do not say theirs. */
export function examineAll(
  family: Pick<SuiteFamily, 'id' | 'invariants' | 'own'>,
  { scenario, binding }: { scenario: string; binding: string },
  exchanges: readonly Exchange[],
): Finding[] {
  const findings: Finding[] = [];
  const rows = rowTable(family);
  for (const exchange of exchanges) {
    const over = exchange.binding ?? binding;
    for (const invariant of family.invariants) {
      if (exchange.hostile && !invariant.ofHostile) continue;
      if (invariant.bindings && !invariant.bindings.includes(over)) continue;
      const check = createChecks({ scenario, binding: over, rows, report: (finding) => void findings.push(finding) });
      try {
        invariant.examine(exchange, check, () => exchanges);
      } catch (error) {
        const reason = `${invariant.id}: ${String(error)}`;
        for (const requirement of invariant.proves)
          findings.push({ requirement, binding: over, scenario, verdict: 'harness-error', reason });
      }
    }
  }
  return fold(findings);
}

const FAILURES_KEPT = 3;

/** One finding for each requirement and binding, the worst; of several failures the first few stay. */
export function fold(findings: readonly Finding[]): Finding[] {
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
    // Which of several readings a target has is worth knowing beside that it keeps the rule.
    const beside =
      verdict === 'pass' ? distinct(group.filter(({ verdict: one, reason }) => one === 'observed' && reason)) : [];
    return [
      ...kept.slice(0, same[0]!.failure || verdict === 'observed' ? FAILURES_KEPT : 1),
      ...beside.slice(0, FAILURES_KEPT),
    ];
  });
}

function distinct(findings: readonly Finding[]): Finding[] {
  const byReason = new Map<string, Finding>();
  for (const finding of findings) if (!byReason.has(finding.reason ?? '')) byReason.set(finding.reason ?? '', finding);
  return [...byReason.values()];
}
