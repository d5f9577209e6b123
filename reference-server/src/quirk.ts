import type { RequirementId } from '@agentproto/rules';

/** Says that the quirk was really applied; passes `value` through, so that it can stand around a result. */
export interface Hit {
  (): void;
  <T>(value: T): T;
}

/** A named way in which the reference server breaks one rule, or is legal in an odd way. */
export type Quirk<Impl> = QuirkParts<Impl> & What;

export type What =
  /** The rule that it breaks. */
  | { readonly breaks: RequirementId; readonly says?: string }
  /** A legal oddity, which no check may call a fault; `says` what it does. */
  | { readonly breaks: null; readonly says: string };

export interface QuirkParts<Impl> {
  /** Begins with the family: `a2a.stream.goes-on-after-the-end`. */
  readonly name: string;
  /** The server stops working: the run ends, and says so, without a word on any rule. */
  readonly fatal?: true;
  /** It is there for clients: no check judges a server that does it, and the selftest leaves it out. */
  readonly forClients?: true;
  /** Rules that fall with it. */
  readonly also?: readonly {
    id: RequirementId;
    why: string;
    /** It says the same rule again, of one binding alone. */
    same?: true;
  }[];
  /** What replaces functions of the family's record; `impl` is the record as it was before. */
  readonly make: (impl: Impl, hit: Hit) => Partial<Impl>;
}

/** A quirk of some family: enough to list it and to hand it to its family. */
export interface AnyQuirk extends Omit<QuirkParts<never>, 'make'> {
  readonly breaks: RequirementId | null;
  readonly says?: string;
  readonly make: (impl: never, hit: Hit) => object;
}

/** A quirk at work in one server. */
export interface QuirkUse {
  readonly quirk: AnyQuirk;
  /** How often it changed something. */
  applied: number;
}

export function quirk<Impl>(name: string, definition: Omit<QuirkParts<Impl>, 'name'> & What): Quirk<Impl> {
  return { name, ...definition };
}

/** The family's record with its quirks put over it, in the order given. Called once, when the server is made. */
export function withQuirks<Impl extends object>(family: string, impl: Impl, uses: readonly QuirkUse[]): Impl {
  return uses
    .filter(({ quirk: { name } }) => name.startsWith(`${family}.`))
    .reduce<Impl>((before, use) => {
      const hit = <T>(value?: T) => {
        use.applied++;
        return value;
      };
      // The name says whose quirk it is, so it was made for this record.
      return { ...before, ...(use.quirk as Quirk<Impl>).make(before, hit as Hit) };
    }, impl);
}
