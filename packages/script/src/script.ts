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
  /** Defaults to `artifact-N`, N counting from 1 within the turn. */
  id?: string;
  name?: string;
  description?: string;
  parts: PartSpec[];
  /** The parts continue an artifact that was sent before with the same id. */
  append?: boolean;
  /** Nothing more will be appended. Default: true, unless a later step of the turn appends. */
  last?: boolean;
}

export interface ToolCallSpec {
  /** Defaults to `call-N`, N counting from 1 within the script. */
  id?: string;
  name: string;
  args?: { [key: string]: Json };
  /** What the tool answers when the server runs it itself, or once it is approved. */
  output?: Json;
  description?: string;
}

/** Who runs a tool: the caller, the server at once, or the server once the caller has approved. */
export type ToolRunner = 'client' | 'server' | 'approval';

export const END_STATES = ['completed', 'failed', 'rejected', 'canceled', 'input-required', 'auth-required'] as const;
export type EndState = (typeof END_STATES)[number];

/** Faults of the wire itself; only a test double can do them. */
export type WireFault = 'disconnect' | 'reset' | 'stall' | 'bad-json' | 'truncate' | 'duplicate-event' | 'split-utf8';

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
  | { tool: { calls: ToolCallSpec[]; by: ToolRunner } }
  /** The turn fails unless the caller's message is as said. */
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
  | { wire: WireFault };

export type StepKind = 'status' | 'text' | 'artifact' | 'pad' | 'sleep' | 'hold' | 'tool' | 'expect' | 'reason' | 'refuse' | 'delegate' | 'usage' | 'end' | 'reply' | 'throw' | 'wire';

export type OnCancel = 'cooperate' | 'ignore' | 'late';

export interface Script {
  steps: Step[];
  /** What follow-up messages of the same run or conversation bring about; the k-th follow-up runs `turns[k - 1]`. */
  turns?: Script[];
  /** Default `cooperate`. `late` cooperates 200 ms (of the clock) after it was asked. */
  onCancel?: OnCancel;
  /** Answer, before the steps, with what the server saw of the request. */
  echo?: boolean;
}
