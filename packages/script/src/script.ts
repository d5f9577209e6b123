/**
 * The script language: what an agent does, said once, in plain JSON.
 * A protocol is a projection of it; see docs/script.md for every step with its limits.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One piece of content. Exactly one of `text`, `data`, `raw` (base64) and `url` is there. */
export type PartSpec = (
  | { text: string; data?: never; raw?: never; url?: never }
  | { data: Json; text?: never; raw?: never; url?: never }
  | { raw: string; text?: never; data?: never; url?: never }
  | { url: string; text?: never; data?: never; raw?: never }
) & { mediaType?: string; filename?: string; metadata?: { [key: string]: Json } };

export interface ArtifactSpec {
  /**
   * Default: `artifact-N` for the turn's N-th artifact (`pad` counts too); with `append`, the artifact sent last.
   * A second artifact with the same id and without `append` replaces the first.
   */
  id?: string;
  name?: string;
  description?: string;
  parts: PartSpec[];
  /** The parts continue an artifact of this turn. Then there is no `name` and no `description`. */
  append?: boolean;
  /** Nothing more will be appended. Default: true, unless a later step of the turn appends. */
  last?: boolean;
}

export interface ToolCallSpec {
  /** Default: `call-N` for the script's N-th call, over all turns. */
  id?: string;
  name: string;
  args?: { [key: string]: Json };
  /** What the tool answers when the server runs it itself, or once it is approved. Default: null. */
  output?: Json;
  description?: string;
}

/** Who runs a tool: the caller, the server at once, or the server once the caller has approved. */
export const TOOL_RUNNERS = ['client', 'server', 'approval'] as const;
export type ToolRunner = (typeof TOOL_RUNNERS)[number];

export const END_STATES = ['completed', 'failed', 'rejected', 'canceled', 'input-required', 'auth-required'] as const;
export type EndState = (typeof END_STATES)[number];

/** Faults of the wire itself; only a test double can do them. */
export const WIRE_FAULTS = [
  'disconnect',
  'reset',
  'stall',
  'bad-json',
  'truncate',
  'duplicate-event',
  'split-utf8',
] as const;
export type WireFault = (typeof WIRE_FAULTS)[number];

export type Step =
  /** The agent is working, and says so. */
  | { status: string }
  /** A piece of the agent's main answer. */
  | { text: string }
  | { artifact: ArtifactSpec }
  /** An artifact of deterministic filler, `bytes` long in all, sent in `chunks` pieces (default 1). */
  | { pad: { bytes: number; chunks?: number; id?: string } }
  /** Milliseconds. */
  | { sleep: number }
  /** Waits for a cancel or a named signal; goes on after `maxMs` (default 10,000) whatever happens. */
  | { hold: { until: 'cancel' | 'signal'; signal?: string; maxMs?: number } }
  /** By `client` or `approval` it ends the turn `input-required`; the answer is a follow-up. */
  | { tool: { calls: ToolCallSpec[]; by: ToolRunner } }
  /** The turn fails unless the caller's message has this text, and a data part that equals this data. */
  | { expect: { text?: string; data?: Json } }
  | { reason: string }
  | { refuse: string }
  | { delegate: { from: string; text?: string } }
  | { usage: { input: number; output: number } }
  | { end: EndState; text?: string }
  /** A direct answer without a task, where the protocol has such a thing. */
  | { reply: PartSpec[] }
  /** The agent crashes. */
  | { throw: string }
  /** First and last step of a turn: the message is refused, before anything starts, and may come again in so many milliseconds. */
  | { busy: number }
  | { wire: WireFault };

type KeysOfEach<T> = T extends T ? keyof T : never;
export type StepKind = KeysOfEach<Step>;

export const ON_CANCEL = ['cooperate', 'ignore', 'late'] as const;
export type OnCancel = (typeof ON_CANCEL)[number];

/** What the agent does with one message. */
export interface Turn {
  steps: Step[];
  /** Default: the script's, else `cooperate`. `late` cooperates 200 ms (of the clock) after it was asked. */
  onCancel?: OnCancel;
  /** Answer, before the steps, with what the server saw of the request. Default: the script's, else false. */
  echo?: boolean;
}

export interface Script extends Turn {
  /** What follow-up messages of the same run or conversation bring about; the k-th follow-up runs `turns[k - 1]`. */
  turns?: Turn[];
}

/** How long a `hold` without `maxMs` lasts at most. */
export const HOLD_MS = 10_000;
/** How much later than asked `onCancel: late` cooperates. */
export const LATE_CANCEL_MS = 200;
/** The artifact that `echo` answers with. */
export const REQUEST_INFO_ID = 'request-info';
