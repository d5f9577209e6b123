/** How long a target that stopped answering is asked whether it does again. */
const AGAIN_MS = 1_000;

/**
 * Whether a target that answered before still does, where somebody waited for an answer in vain. A server that hangs after one exchange is
 * found out once, by the plainest question there is; from then on nobody waits long for it, and no play is told that its own rule is broken.
 */
export class Answering {
  readonly #answered = new Set<string>();
  readonly #stuckSince = new Map<string, number>();
  readonly #asking = new Map<string, Promise<boolean>>();

  /** Something was answered over this binding. */
  came(binding: string): void {
    this.#answered.add(binding);
    this.#stuckSince.delete(binding);
  }

  /**
   * Before something is sent: undefined where it may be, or else the exchange since which nothing is answered.
   * `answers`: whether the plainest question is answered within so many milliseconds.
   */
  async stuckSince(binding: string, answers: (ms: number) => Promise<boolean>): Promise<number | undefined> {
    if (this.#stuckSince.has(binding) && (await this.#ask(binding, () => answers(AGAIN_MS))))
      this.#stuckSince.delete(binding);
    return this.#stuckSince.get(binding);
  }

  /** After this exchange was waited for in vain: undefined where the target still answers, or never did. */
  async stuckAfter(exchange: number, binding: string, answers: () => Promise<boolean>): Promise<number | undefined> {
    if (!this.#answered.has(binding)) return undefined;
    if (!this.#stuckSince.has(binding) && !(await this.#ask(binding, answers)) && !this.#stuckSince.has(binding))
      this.#stuckSince.set(binding, exchange);
    return this.#stuckSince.get(binding);
  }

  /** Once for all who ask at the same time. */
  #ask(binding: string, answers: () => Promise<boolean>): Promise<boolean> {
    let asking = this.#asking.get(binding);
    if (!asking) {
      asking = answers().finally(() => this.#asking.delete(binding));
      this.#asking.set(binding, asking);
    }
    return asking;
  }
}
