import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Headers } from '@agentproto/recording';
import { familiesNamed, families } from '../families.ts';
import { Recorder } from '../recorder/recorder.ts';
import { findManifest } from '../manifest.ts';
import type { SuiteFamily } from './family.ts';
import { Lenience } from './lenience.ts';
import { makePlan, type Plan, type Play, type Spoken } from './plan.ts';
import { playOnce } from './play.ts';
import { echoProfile, loadProfile, scriptProfile } from './profile.ts';
import { isRed, revise, rowOf } from './revise.ts';
import type { Finding } from './result.ts';
import type { RunEvent, RunFooter, RunHeader } from './run-log.ts';
import type { Profile } from './stimulus.ts';

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
  concurrency: number;
  /** Longest silence that is waited for. */
  timeoutMs: number;
  /** The whole run. */
  deadlineMs: number;
  seed: number;
  /** Play a scenario again, alone, before what it saw red counts. Default true. */
  replayReds?: boolean;
  /** Plays only these of what the plan holds. Default: all of it. */
  plays?: (scenario: { id: string; proves: readonly string[] }) => boolean;
  signal?: AbortSignal | undefined;
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
  readonly #signal: AbortSignal;
  readonly #deadline = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  /** Rows that the user left out. */
  readonly #filtered = new Set<string>();
  readonly #lenience = new Lenience((seen) => this.#emit({ type: 'seen-through', ...seen }));
  readonly #totals = { scenarios: 0, findings: 0, exchanges: 0 };

  constructor(options: RunOptions, listener: (entry: RunEntry) => void) {
    this.#options = options;
    this.#listener = listener;
    this.#timer = setTimeout(() => this.#deadline.abort(), options.deadlineMs);
    this.#signal = options.signal ? AbortSignal.any([options.signal, this.#deadline.signal]) : this.#deadline.signal;
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
    const named = protocols === 'auto' ? families : familiesNamed(protocols);
    const url = new URL(target);
    const spoken: Spoken[] = [];
    const missing: { family: SuiteFamily; tried: string[] }[] = [];
    let reachable = false;
    for (const family of named) {
      const detection = await family.detect(this.#recorder.derive({ label: 'detect' }), url);
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
    const plan = spoken.length > 0 ? makePlan(spoken, profile, this.#options) : { plays: [], rows: [] };

    this.#listener({ header: this.#header(named, spoken, profile) });
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
        message: `No known protocol is recognised at ${target}. Tried: ${list(tried)}`,
      });
    }
    await this.#playAll(plan, profile);
    if (this.#signal.aborted) this.#endEarly();
  }

  #endEarly() {
    const why = this.#deadline.signal.aborted
      ? `the deadline of ${this.#options.deadlineMs} ms passed`
      : 'it was interrupted';
    this.#emit({ type: 'stop', outcome: 'incomplete', message: `The run ended early: ${why}.` });
  }

  async close() {
    clearTimeout(this.#timer);
    await this.#recorder.close();
  }

  footer(): RunFooter {
    return { durationMs: Math.round(performance.now() - this.#began), totals: { ...this.#totals } };
  }

  async #playAll(plan: Plan, profile: Profile) {
    const chosen = plan.plays.filter(({ scenario }) => this.#options.plays?.(scenario) ?? true);
    const shared = chosen.filter(({ scenario }) => !scenario.exclusive);
    const alone = chosen.filter(({ scenario }) => scenario.exclusive);
    const red: { play: Play; findings: Finding[] }[] = [];
    for (const { requirement, outside } of plan.rows)
      if (outside?.reason === 'filtered') this.#filtered.add(requirement);
    const once = async (play: Play) => {
      const findings = await this.#playOne(play, profile, 1);
      if (findings.some(isRed)) red.push({ play, findings });
    };
    await pool(shared, this.#options.concurrency, once);
    await pool(alone, 1, once);
    if (this.#options.replayReds === false) return;
    // A row that many scenarios saw red is confirmed by the first of them.
    const confirmed = new Set<string>();
    await pool(red, 1, async ({ play, findings }) => {
      const reds = findings.filter(isRed).map(rowOf);
      if (this.#signal.aborted || reds.every((row) => confirmed.has(row))) return;
      const again = await this.#playOne(play, profile, 2);
      for (const row of again.filter(isRed).map(rowOf)) if (reds.includes(row)) confirmed.add(row);
      this.#emit({
        type: 'revision',
        scenario: play.scenario.id,
        binding: play.binding,
        findings: revise(findings, again),
      });
    });
  }

  async #playOne(play: Play, profile: Profile, attempt: number): Promise<Finding[]> {
    const { scenario, binding } = play;
    const startedAtMs = this.#now();
    this.#emit({ type: 'scenario-start', id: scenario.id, title: scenario.title, binding, attempt, atMs: startedAtMs });
    const all = await playOnce(play, {
      recorder: this.#recorder,
      profile,
      patienceMs: this.#options.timeoutMs,
      unique: randomUUID,
      lenience: this.#lenience,
      signal: this.#signal,
      onExchange: (exchange) => this.#emit({ type: 'exchange', exchange }),
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

  #header(named: readonly SuiteFamily[], spoken: readonly Spoken[], profile: Profile): RunHeader {
    const { target, protocols, only, skip, concurrency, timeoutMs, deadlineMs, seed, command } = this.#options;
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
      },
      profile: profile.name,
      seed,
      options: { protocols, only, skip, concurrency, timeoutMs, deadlineMs },
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
