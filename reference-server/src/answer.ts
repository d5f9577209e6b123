import type { WireFault } from '@agentproto/script';

/** A plain answer, ready to be written. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  fault?: WireFault | undefined;
}

/** What a stream carries: events as the family has them, and the faults that a script asks for in between. */
export type StreamItem<Event> = Event | { fault: WireFault };

/** An answer that is a stream. */
export interface StreamAnswer {
  status: number;
  headers: Record<string, string>;
  /** Each event as the text of its frame, in batches of what is there. */
  frames: AsyncIterable<readonly StreamItem<{ text: string }>[]>;
  /** The pieces in which a frame is written. */
  chunks: (text: string) => Iterable<string | Uint8Array>;
  /** A whole frame whose content is no JSON. */
  broken: () => string;
  /** The frame that ends a stream which fails. */
  failure: (error: unknown) => string;
  /** What is written when the stream has been silent for a while. */
  keepAlive?: string;
  /** Aborts when nobody reads any more. Made when it is asked for. */
  readonly signal: AbortSignal;
}
