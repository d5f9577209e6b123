import type { Damage, FaultEnd, FaultPlace } from './fault.ts';
import type { Random } from './seeded.ts';
import type { TakenFault } from './taken-fault.ts';

/** What is done to a connection, one after the other. */
export type Act = { send: Uint8Array } | { waitMs: number } | { end: FaultEnd } | 'finish' | 'stall';

/** Turns the events of one answer into what a fault makes of them. Knows no connection and no clock. */
export class Damaged {
  readonly #damage: Damage;
  readonly #random: Random;
  #events = 0;
  #bytes = 0;
  readonly #came: () => void;
  #held: Uint8Array | undefined;
  #over = false;
  #applied = false;

  /** `came` is called once, when the fault comes about. */
  constructor({ damage, random, came }: Pick<TakenFault, 'random' | 'came'> & { damage: Damage }) {
    this.#damage = damage;
    this.#random = random;
    this.#came = came;
  }

  /** Whether the fault has come about. */
  get applied(): boolean {
    return this.#applied;
  }

  /** One whole event, whose content begins at `from`. */
  event(bytes: Uint8Array, from = 0): Act[] {
    if (this.#over) return [];
    const index = this.#events++;
    const acts = this.#acts(bytes, index, from);
    this.#bytes += bytes.length;
    return acts;
  }

  /** What is no event: a comment that keeps the stream alive. */
  comment(bytes: Uint8Array): Act[] {
    if (this.#over) return [];
    this.#bytes += bytes.length;
    return [{ send: bytes }];
  }

  /** The answer has been said. */
  finish(): Act[] {
    if (this.#over) return [];
    const held = this.#held;
    this.#held = undefined;
    if (held) return [{ send: held }, 'finish'];
    const damage = this.#damage;
    const isHere =
      (damage.kind === 'cut' || damage.kind === 'stall') && 'event' in damage.at && damage.at.event === this.#events;
    return isHere ? this.#stop([]) : ['finish'];
  }

  #acts(bytes: Uint8Array, index: number, from: number): Act[] {
    const damage = this.#damage;
    const whole = { send: bytes };
    switch (damage.kind) {
      case 'cut':
      case 'stall': {
        const at = this.#placeIn(damage.at, bytes, index, from);
        return at === undefined ? [whole] : this.#stop(at > 0 ? [{ send: bytes.subarray(0, at) }] : []);
      }
      case 'truncate':
        if (index !== (damage.event ?? 0)) return [whole];
        this.#over = true;
        return this.#did([{ send: bytes.subarray(0, half(bytes, from)) }, 'finish']);
      case 'duplicate':
        return index === damage.event ? this.#did([whole, whole]) : [whole];
      case 'drop':
        return index === damage.event ? this.#did([]) : [whole];
      case 'reorder':
        return this.#reordered(bytes, index, damage.event);
      case 'delay':
        return index === damage.event ? this.#did([{ waitMs: damage.ms }, whole]) : [whole];
      case 'pace': {
        const { firstMs = 0, perSecond = Infinity, jitterMs = 0 } = damage;
        const waitMs = (index === 0 ? firstMs : 1_000 / perSecond) + this.#random() * jitterMs;
        return this.#did([{ waitMs }, whole]);
      }
      case 'drip': {
        const acts: Act[] = [];
        for (let at = 0; at < bytes.length; at += damage.bytes)
          acts.push({ send: bytes.subarray(at, at + damage.bytes) }, { waitMs: damage.everyMs });
        return this.#did(acts);
      }
      // Done to the head.
      case 'late-head':
      case 'content-type':
        return [whole];
    }
  }

  #reordered(bytes: Uint8Array, index: number, event: number): Act[] {
    if (index === event) {
      this.#held = bytes;
      return [];
    }
    const held = this.#held;
    if (!held) return [{ send: bytes }];
    this.#held = undefined;
    return this.#did([{ send: bytes }, { send: held }]);
  }

  /** How many bytes of the event come before the place; undefined: it is not in there. */
  #placeIn(at: FaultPlace, bytes: Uint8Array, index: number, from: number): number | undefined {
    if ('event' in at) return index === at.event ? 0 : undefined;
    if ('inside' in at) return index === at.inside ? half(bytes, from) : undefined;
    if ('bytes' in at) return this.#bytes + bytes.length > at.bytes ? Math.max(0, at.bytes - this.#bytes) : undefined;
    const first = bytes.subarray(from).findIndex((byte) => byte >= 0x80);
    return first < 0 ? undefined : from + first + 1;
  }

  #stop(before: Act[]): Act[] {
    this.#over = true;
    const damage = this.#damage;
    return this.#did([...before, damage.kind === 'cut' ? { end: damage.how ?? 'close' } : 'stall']);
  }

  #did(acts: Act[]): Act[] {
    if (!this.#applied) this.#came();
    this.#applied = true;
    return acts;
  }
}

const half = (bytes: Uint8Array, from: number): number => from + ((bytes.length - from) >> 1);
