import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { JWK } from 'jose';
import type { Headers } from '@agentproto/recording';
import { familiesNamed, families } from '../families.ts';
import { isCredential } from '../credentials.ts';
import { Recorder } from '../recorder/recorder.ts';
import { isLoopback, WebhookReceiver, type WebhookPlace } from '../recorder/webhook-receiver.ts';
import { findManifest } from '../manifest.ts';
import type { OwnFile } from '../own/load.ts';
import { withOwn } from '../own/with-own.ts';
import type { Around, Callers, SuiteFamily } from './family.ts';
import { Lenience } from './lenience.ts';
import { makePlan, type Plan, type Play, type Spoken } from './plan.ts';
import { playOnce } from './play.ts';
import { Patience } from './patience.ts';
import { echoProfile, loadProfile, scriptProfile } from './profile.ts';
import { isRed, measure, revise, rowOf } from './revise.ts';
import type { Finding } from './result.ts';
import type { RunEvent, RunFooter, RunHeader } from './run-log.ts';
import type { Scenario } from './scenario.ts';
import type { HarnessWord, Profile } from './stimulus.ts';
import { Turnstile } from './turnstile.ts';
import { Vitality } from './vitality.ts';

export interface RunOptions {
  /** Base URL. */
  target: string;
  /** Family revision ids, or every one that is recognised at the target. */
  protocols: readonly string[] | 'auto';
  /** `script`, `tck`, `echo`, `probe` or a file; default `script` where the target declares it, else `echo`. */
  profile?: string | undefined;
  only: readonly string[];
  skip: readonly string[];
  headers: Headers;
  /** A second caller; `headers` replace those of the first. */
  identity?: { name: string; headers: Headers } | undefined;
  /** Where webhook calls are taken. Default: on loopback, where the target is there. */
  webhook?: WebhookPlace | undefined;
  /** Public keys by which signatures are verified, beside those that the target publishes itself. */
  cardKeys?: readonly JWK[] | undefined;
  /** Mailbox and the like, for targets that keep accounts. */
  around?: Around | undefined;
  /** Which model is asked, where the protocol has such a thing. Default: the first that the target lists. */
  model?: string | undefined;
  concurrency: number;
  /** Longest silence that is waited for. */
  timeoutMs: number;
  /** The whole run. */
  deadlineMs: number;
  seed: number;
  /** Play a scenario again, alone, before what it saw red counts. Default true. */
  replayReds?: boolean;
  /** How often each scenario is played, to measure how often a row holds. Default 1. */
  repeat?: number;
  /** Plays only these of what the plan holds. Default: all of it. */
  plays?: ((scenario: Pick<Scenario, 'id' | 'proves' | 'capability' | 'stimulus'>) => boolean) | undefined;
  signal?: AbortSignal | undefined;
  /** Scenarios of the user's own. */
  own?: readonly OwnFile[] | undefined;
  command: { name: string; version: string };
}

export type RunEntry = { header: RunHeader } | RunEvent;

/**
 * Runs the suite against a target and says what happens as it happens. Whatever the target does ends
 * up in the events.
 * @throws UsageError for an unknown protocol, a pattern that matches nothing, a broken profile file.
 */
export async function runSuite(options: RunOptions, listener: (entry: RunEntry) => void): Promise<RunFooter> {
  const run = new Run(options, listener);
  try {
    await run.play();
  } finally {
    await run.close();
  }
  return run.footer();
}

class Run {
  readonly #options: RunOptions;
  readonly #listener: (entry: RunEntry) => void;
  readonly #began = performance.now();
  readonly #recorder: Recorder;
  readonly #callers: Callers;
  readonly #around: Around;
  readonly #webhooks: WebhookReceiver | undefined;
  readonly #signal: AbortSignal;
  readonly #deadline = new AbortController();
  readonly #dead = new AbortController();
  readonly #patience: Patience;
  #vitality: Vitality | undefined;
  /** How the target died, in a sentence. */
  #death: string | undefined;
  readonly #timer: ReturnType<typeof setTimeout>;
  /** Rows that the user left out. */
  readonly #filtered = new Set<string>();
  readonly #lenience = new Lenience((seen) => this.#emit({ type: 'seen-through', ...seen }));
  readonly #totals = { scenarios: 0, findings: 0, exchanges: 0 };

  constructor(options: RunOptions, listener: (entry: RunEntry) => void) {
    this.#options = options;
    this.#listener = listener;
    this.#timer = setTimeout(() => this.#deadline.abort(), options.deadlineMs);
    const signals = [this.#deadline.signal, this.#dead.signal, ...(options.signal ? [options.signal] : [])];
    this.#signal = AbortSignal.any(signals);
    this.#patience = new Patience(options.timeoutMs, (impatience) => this.#emit({ type: 'impatience', ...impatience }));
    this.#callers = { own: options.headers.filter(([name]) => isCredential(name)), other: options.identity };
    this.#around = options.around ?? {};
    const place = options.webhook ?? (isLoopback(new URL(options.target)) ? { host: '127.0.0.1', port: 0 } : undefined);
    this.#webhooks = place && new WebhookReceiver(place);
    this.#recorder = new Recorder({
      headers: options.headers,
      signal: this.#signal,
      limits: {
        inactivityMs: options.timeoutMs,
        totalMs: Math.max(options.timeoutMs * 6, 1_000),
        connectMs: Math.min(options.timeoutMs, 5_000),
      },
    });
  }

  async play(): Promise<void> {
    const { target, protocols } = this.#options;
    const url = new URL(target);
    const known = protocols === 'auto' ? families.filter(({ onlyNamed }) => !onlyNamed) : familiesNamed(protocols);
    const named = known.map((family) => withOwn(family, this.#options.own ?? [], url));
    const spoken: Spoken[] = [];
    const missing: { family: SuiteFamily; tried: string[] }[] = [];
    let reachable = false;
    for (const family of named) {
      const how = { named: protocols !== 'auto', model: this.#options.model };
      const detection = await family.detect(this.#recorder.derive({ label: 'detect' }), url, how);
      if (detection.found) spoken.push({ family, found: detection.found });
      else missing.push({ family, tried: detection.tried });
      reachable ||= detection.found !== undefined || detection.reachable;
    }
    const manifest = reachable ? await findManifest(this.#recorder.derive({ label: 'detect' }), url) : undefined;
    const profile = this.#options.profile
      ? await loadProfile(this.#options.profile)
      : manifest
        ? scriptProfile
        : echoProfile;
    const given = new Set<HarnessWord>([
      ...(this.#webhooks ? (['hook'] as const) : []),
      ...(this.#callers.other ? (['2id'] as const) : []),
      ...(this.#around.mailbox ? (['mail'] as const) : []),
      ...(this.#around.deviceApprove ? (['device'] as const) : []),
      ...(this.#around.stripeSecret ? (['stripe'] as const) : []),
    ]);
    const plan = spoken.length > 0 ? makePlan(spoken, profile, this.#options, given) : { plays: [], rows: [] };
    plan.plays = plan.plays.filter(({ scenario }) => this.#options.plays?.(scenario) ?? true);

    this.#listener({ header: this.#header(named, spoken, missing, profile) });
    this.#emit({ type: 'plan', plays: plan.plays.length, rows: plan.rows });
    const tried = missing.flatMap((one) => one.tried);
    if (this.#options.signal?.aborted) return this.#endEarly();
    if (!reachable)
      return this.#emit({
        type: 'stop',
        outcome: 'unreachable',
        message: `Nothing answers at ${target}. Tried: ${list(tried)}`,
      });
    if (protocols !== 'auto') for (const one of missing) this.#notSpoken(one.family, one.tried);
    else if (spoken.length === 0) {
      return this.#emit({
        type: 'stop',
        outcome: 'unreachable',
        message: `No known protocol is recognised at ${target}; one that a look cannot tell is judged where --protocol names it. Tried: ${list(tried)}`,
      });
    }
    this.#vitality = new Vitality(this.#recorder, url, spoken, this.#signal, (sentence) => {
      this.#death = sentence;
      this.#dead.abort();
    });
    await this.#playAll(plan, profile);
    if (this.#signal.aborted) this.#endEarly();
    else this.#sayNoAccess(spoken);
  }

  /** One finding of a target that wants credentials: the rest is blocked by it. */
  #sayNoAccess(spoken: readonly Spoken[]) {
    const { denied } = this.#lenience;
    if (!denied) return;
    const given = this.#options.headers.length > 0;
    const schemes = spoken.flatMap(({ family, found }) => family.credentials?.(found) ?? []);
    const message = [
      `${denied.message}: the target ${given ? 'does not take the credentials that were given' : 'asks for credentials'}`,
      '; give them with --bearer TOKEN or --header "Name: value"',
      schemes.length > 0 ? `; its card names ${schemes.join(', ')}` : '',
    ].join('');
    this.#emit({ type: 'stop', outcome: 'incomplete', message: `${message}.` });
  }

  #endEarly() {
    if (this.#death) return this.#emit({ type: 'stop', outcome: 'unreachable', message: this.#death });
    const why = this.#deadline.signal.aborted
      ? `the deadline of ${this.#options.deadlineMs} ms passed`
      : 'it was interrupted';
    this.#emit({ type: 'stop', outcome: 'incomplete', message: `The run ended early: ${why}.` });
  }

  async close() {
    clearTimeout(this.#timer);
    await this.#recorder.close();
    await this.#webhooks?.[Symbol.asyncDispose]();
  }

  footer(): RunFooter {
    return { durationMs: Math.round(performance.now() - this.#began), totals: { ...this.#totals } };
  }

  async #playAll(plan: Plan, profile: Profile) {
    const shared = plan.plays.filter(({ scenario }) => !scenario.exclusive);
    const exclusive = plan.plays.filter(({ scenario }) => scenario.exclusive);
    for (const { requirement, outside } of plan.rows)
      if (outside?.reason === 'filtered') this.#filtered.add(requirement);
    const turnstile = new Turnstile();
    // A row that many scenarios see red is confirmed by the first of them, soon after it was seen.
    const confirmed = new Set<string>();
    const isOpen = (findings: readonly Finding[]) =>
      !this.#signal.aborted && findings.some((finding) => isRed(finding) && !confirmed.has(rowOf(finding)));
    const confirm = async (play: Play, findings: readonly Finding[]) => {
      if (!isOpen(findings)) return;
      const again = await this.#playOne(play, profile, 2);
      if (this.#signal.aborted) return;
      const reds = new Set(findings.filter(isRed).map(rowOf));
      for (const row of again.filter(isRed).map(rowOf)) if (reds.has(row)) confirmed.add(row);
      const { scenario, binding } = play;
      this.#emit({ type: 'revision', scenario: scenario.id, binding, findings: revise(findings, again) });
    };
    const { repeat = 1 } = this.#options;
    const again = async (play: Play, findings: readonly Finding[]) => {
      const plays = [findings];
      while (plays.length < repeat && !this.#signal.aborted)
        plays.push(await turnstile.alone(() => this.#playOne(play, profile, plays.length + 1)));
      // The play that the end of the run cut short measures nothing.
      if (this.#signal.aborted) plays.pop();
      const { scenario, binding } = play;
      if (plays.length > 1) this.#emit({ type: 'revision', scenario: scenario.id, binding, findings: measure(plays) });
    };
    const once = async (play: Play, isAlone: boolean) => {
      if (this.#signal.aborted) return;
      const first = () => this.#playOne(play, profile, 1);
      const findings = await (isAlone ? turnstile.alone(first) : turnstile.together(first));
      if (repeat > 1) return again(play, findings);
      if (this.#options.replayReds !== false && isOpen(findings)) await turnstile.alone(() => confirm(play, findings));
    };
    await pool(shared, this.#options.concurrency, (play) => once(play, false));
    await pool(exclusive, 1, (play) => once(play, true));
  }

  async #playOne(play: Play, profile: Profile, attempt: number): Promise<Finding[]> {
    const { scenario, binding } = play;
    const startedAtMs = this.#now();
    this.#emit({ type: 'scenario-start', id: scenario.id, title: scenario.title, binding, attempt, atMs: startedAtMs });
    const all = await playOnce(play, {
      recorder: this.#recorder,
      profile,
      patienceMs: this.#options.timeoutMs,
      patience: this.#patience,
      unique: randomUUID,
      lenience: this.#lenience,
      callers: this.#callers,
      webhooks: this.#webhooks,
      cardKeys: this.#options.cardKeys,
      around: this.#around,
      signal: this.#signal,
      onExchange: (exchange) => this.#emit({ type: 'exchange', exchange }),
      isAlive: (unanswered) => this.#vitality!.isAlive(unanswered),
      diedAt: () => this.#vitality?.diedAt,
    });
    const findings = all.filter(({ requirement }) => !this.#filtered.has(requirement));
    this.#emit({
      type: 'scenario-end',
      id: scenario.id,
      binding,
      attempt,
      startedAtMs,
      durationMs: this.#now() - startedAtMs,
      findings,
    });
    return findings;
  }

  #notSpoken(family: SuiteFamily, tried: string[]) {
    const finding: Finding = {
      requirement: family.spoken,
      binding: family.sideBinding,
      scenario: 'detect',
      verdict: 'violation',
      failure: { message: `${family.id} was named and is not spoken here. Tried: ${list(tried)}` },
    };
    this.#emit({
      type: 'scenario-end',
      id: 'detect',
      binding: family.sideBinding,
      attempt: 1,
      startedAtMs: this.#now(),
      durationMs: 0,
      findings: [finding],
    });
  }

  #header(
    named: readonly SuiteFamily[],
    spoken: readonly Spoken[],
    missing: readonly { family: SuiteFamily; tried: string[] }[],
    profile: Profile,
  ): RunHeader {
    const { target, protocols, only, skip, concurrency, timeoutMs, deadlineMs, seed, command, repeat } = this.#options;
    const judged = protocols === 'auto' ? spoken.map(({ family }) => family) : named;
    return {
      kind: 'agentproto-run',
      schemaVersion: 1,
      tool: command,
      startedAt: new Date().toISOString(),
      revisions: Object.fromEntries(judged.map(({ id, patch }) => [id, patch])),
      target: {
        url: target,
        detected: spoken.map(({ family, found }) => ({ id: family.id, patch: family.patch, evidence: found.evidence })),
        ...(missing.length > 0
          ? { notRecognized: missing.map(({ family, tried }) => ({ id: family.id, tried: list(tried) })) }
          : {}),
      },
      ...(judged.some(({ own }) => own) && { requirements: judged.flatMap(({ own = [] }) => own) }),
      profile: profile.name,
      seed,
      options: { protocols, only, skip, concurrency, timeoutMs, deadlineMs, ...(repeat && { repeat }) },
    };
  }

  #emit(event: RunEvent) {
    if (event.type === 'exchange') this.#totals.exchanges += 1;
    if (event.type === 'scenario-end') {
      this.#totals.scenarios += 1;
      this.#totals.findings += event.findings.length;
    }
    this.#listener(event);
  }

  #now(): number {
    return Math.round(performance.now() - this.#began);
  }
}

function list(tried: readonly string[]): string {
  return [...new Set(tried)].join('; ');
}

/** Runs `work` on every item, at most `width` at a time. */
async function pool<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
}
