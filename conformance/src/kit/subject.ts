/** Where in the recording something was seen. */
export interface Place {
  exchange: number;
  frame?: number;
  /** Milliseconds since the exchange's request began. */
  atMs?: number;
}

/** A value together with the place where it was seen: what checks look at. */
export interface Subject {
  readonly value: unknown;
  readonly place?: Place | undefined;
}

export function seen(value: unknown, place?: Place): Subject {
  return { value, place };
}
