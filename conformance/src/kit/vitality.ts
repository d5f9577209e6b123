import { setTimeout } from 'node:timers/promises';
import type { Exchange } from '@agentproto/recording';
import type { Recorder } from '../recorder/recorder.ts';
import type { Spoken } from './plan.ts';

/** Who restarts at once has not died. */
const RESTART_MS = 300;

/** Whether the target still lives: asked when nobody answered, by what it was recognised by. */
export class Vitality {
  readonly #recorder: Recorder;
  readonly #target: URL;
  readonly #spoken: readonly Spoken[];
  readonly #signal: AbortSignal;
  readonly #died: (sentence: string) => void;
  #asking: Promise<boolean> | undefined;
  #first: Exchange | undefined;
  #isDead = false;

  /** `died` is called once. */
  constructor(
    recorder: Recorder,
    target: URL,
    spoken: readonly Spoken[],
    signal: AbortSignal,
    died: (sentence: string) => void,
  ) {
    this.#signal = signal;
    this.#recorder = recorder;
    this.#target = target;
    this.#spoken = spoken;
    this.#died = died;
  }

  /** The first exchange that got no answer, once it is known that the target has died. */
  get diedAt(): number | undefined {
    return this.#isDead ? this.#first?.id : undefined;
  }

  async isAlive(unanswered: readonly Exchange[]): Promise<boolean> {
    for (const exchange of unanswered) if (!this.#first || exchange.id < this.#first.id) this.#first = exchange;
    if (this.#isDead) return false;
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
    const alive = await this.#asking;
    // A run that is over has let go of its connections: nothing can be learned from that.
    if (this.#signal.aborted && !this.#isDead) return true;
    if (alive) this.#first = undefined;
    else if (!this.#isDead) {
      this.#isDead = true;
      this.#died(this.#sentence());
    }
    return alive;
  }

  async #ask(): Promise<boolean> {
    return (await this.#answers()) || (await setTimeout(RESTART_MS), this.#answers());
  }

  async #answers(): Promise<boolean> {
    for (const { family } of this.#spoken) {
      const detection = await family.detect(this.#recorder.derive({ label: 'alive' }), this.#target, { named: true });
      if (detection.found || detection.reachable) return true;
    }
    return false;
  }

  #sentence(): string {
    const { id, label = '', operation, binding, request, end } = this.#first!;
    const what = operation ? `${operation} over ${binding}` : `${request.method} ${request.url}`;
    const why = end?.message ?? end?.kind;
    return `The target stopped working at exchange ${id} (${what}, in ${label}: ${why}), and answers nothing any more.`;
  }
}
