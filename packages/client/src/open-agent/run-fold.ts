import type { AgentMessage, ToolCallResult } from '@agentproto/protocol/open-agent/0.7';
import { isObject, type Json } from '../json.ts';
import type { RunEvent } from './event.ts';
import { KEPT, listOf, type Run, type ToolRequest } from './run-result.ts';
import { textOf } from './text.ts';

/** What events of a run may have, whatever their name; servers leave members out, and add some. */
interface Said {
  event?: unknown;
  content?: unknown;
  from?: unknown;
  tool?: unknown;
  input?: unknown;
  tools?: unknown;
  messages?: unknown;
  message?: unknown;
  [member: string]: unknown;
}

/** Who hears what is no part of a run. */
export interface Heed {
  /** The first event is another than RunStarted. */
  first(name: string): void;
  /** The server breaks off, and says so: what to throw. The API has no event for it. */
  failure(event: object, partial: Run): Error;
}

/** Puts the events of a run together. Takes time in proportion to what the events hold. */
export class RunFold {
  readonly #heed: Heed;
  readonly #kept: Json = {};
  readonly #pieces: string[] = [];
  readonly #contributions: { from: string; pieces: string[] }[] = [];
  readonly #toolRequests: ToolRequest[] = [];
  readonly #toolCalls: ToolCallResult[] = [];
  #messages: AgentMessage[] = [];
  #message: AgentMessage | undefined;
  /** Of RunCompleted. */
  #answer: string | undefined;
  #status: Run['status'] = 'running';
  #count = 0;
  readonly end = 'RunCompleted, or a ToolRequest to wait for';

  constructor(heed: Heed) {
    this.#heed = heed;
  }

  add(event: RunEvent): boolean {
    const said = event as unknown as Said;
    const name = String(said.event);
    if (isFailure(name, said)) throw this.#heed.failure(event, this.result());
    if (this.#count++ === 0 && name !== 'RunStarted') this.#heed.first(name);
    for (const member of KEPT)
      if (said[member] !== undefined && said[member] !== null) this.#kept[member] = said[member];
    if (Array.isArray(said.messages)) this.#messages = said.messages as AgentMessage[];
    if (isObject(said.message)) this.#message = said.message as unknown as AgentMessage;
    if (name === 'ToolCallCompleted') this.#toolCalls.push(...listOf<ToolCallResult>(said.tools));
    else if (name === 'ToolRequest' || typeof said.tool === 'string') this.#ask(said);
    else if (name === 'RunCompleted') return this.#complete(said);
    else if (name !== 'RunStarted' && name !== 'ToolCallStarted') this.#say(said);
    return false;
  }

  /** Without RunCompleted only a run that waits for tools may end: it halts (README, RunResponse). */
  mayEndHere(): boolean {
    if (this.#status === 'running' && this.#toolRequests.length > 0) this.#status = 'halted';
    return this.#status !== 'running';
  }

  result(): Run {
    return {
      ...(this.#kept as Partial<Run>),
      status: this.#status,
      content: this.#answer ?? this.#said(),
      ...(this.#message && { message: this.#message }),
      messages: [...this.#messages],
      toolRequests: [...this.#toolRequests],
      toolCalls: [...this.#toolCalls],
      contributions: this.#contributions.map(({ from, pieces }) => ({ from, content: together(pieces) })),
    };
  }

  #ask({ tool, input, tool_call_id: id, from }: Said): void {
    this.#toolRequests.push({
      tool: String(tool),
      input,
      ...(typeof id === 'string' && { id }),
      ...(typeof from === 'string' && { from }),
    });
  }

  #say({ content, from }: Said): void {
    const text = textOf(content);
    if (text === '') return;
    this.#pieces.push(text);
    if (typeof from !== 'string') return;
    const last = this.#contributions.at(-1);
    if (last?.from === from) last.pieces.push(text);
    else this.#contributions.push({ from, pieces: [text] });
  }

  #complete({ content, status }: Said): boolean {
    const answer = textOf(content) || (this.#message ? textOf(this.#message.content) : '');
    if (answer !== '') this.#answer = answer;
    // Whether RunCompleted follows a ToolRequest is left open; one that says nothing new is no answer to it.
    const waits = this.#toolRequests.length > 0 && (answer === '' || answer === this.#said());
    this.#status = status === 'failed' || status === 'canceled' ? status : waits ? 'halted' : 'succeeded';
    return true;
  }

  #said(): string {
    return together(this.#pieces);
  }
}

function isFailure(name: string, { error, content }: Said): boolean {
  return /^(run_?)?error$/i.test(name) || (error != null && error !== false && content === undefined);
}

/**
 * The text of pieces that came one after the other. Servers send what is new, or all so far again each time (agno); in the
 * second case the last one is the whole.
 */
function together(pieces: readonly string[]): string {
  const [first, ...rest] = pieces;
  if (first === undefined) return '';
  let whole = first;
  const grows =
    rest.length > 1 && rest.every((piece) => piece.length > whole.length && piece.startsWith(whole) && (whole = piece));
  return grows ? whole : pieces.join('');
}
