import type { RequirementId } from '@agentproto/rules';

/** Where in the recording something was seen. */
export interface Place {
  exchange: number;
  frame?: number;
  /** Milliseconds since the exchange's request began. */
  atMs?: number;
}

/** Why a value could not be read at all: the row that is broken by it, and what was owed. */
export interface Unread {
  by: RequirementId;
  /** Completes "expected …". */
  expected: string;
  actual: unknown;
}

/** A value together with the place where it was seen: what checks look at. */
export interface Subject {
  readonly value: unknown;
  readonly place?: Place | undefined;
  /** A check that fails on such a value blames this row instead of its own. */
  readonly unread?: Unread | undefined;
}

export function seen(value: unknown, place?: Place): Subject {
  return { value, place };
}
