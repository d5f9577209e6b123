import { isObject, type Json } from '../json.ts';
import type { Fold } from './reading.ts';

/** What a chunk of either kind may have. */
interface ChunkSaid extends Json {
  choices?: ChoiceSaid[] | null;
  usage?: Json | null;
  error?: unknown;
}

interface ChoiceSaid extends Json {
  index?: number;
  delta?: Json | null;
  text?: string | null;
  finish_reason?: string | null;
}

interface ToolCallSaid extends Json {
  index?: number;
  id?: string;
  type?: string;
  function?: { name?: string; arguments?: string };
}

interface ToolCallParts {
  id: string | undefined;
  type: string;
  name: string;
  pieces: string[];
}

interface Choice {
  pieces: string[];
  role: string;
  toolCalls: Map<number, ToolCallParts>;
  /** Other members of the deltas: the last of each, texts one after the other (`reasoning_content`). */
  others: Json;
  finishReason: string | null;
  rest: Json;
}

/** Puts the chunks of a chat completion, or of a completion, together to what would have come in one piece. */
export class CompletionFold<Chunk, Result> implements Fold<Chunk, Result> {
  readonly #object: 'chat.completion' | 'text_completion';
  readonly #failure: (chunk: object, partial: unknown) => Error;
  readonly #choices = new Map<number, Choice>();
  #head: Json = {};
  readonly end = '[DONE], or a finish_reason for every choice';

  constructor(object: 'chat.completion' | 'text_completion', failure: (chunk: object, partial: unknown) => Error) {
    this.#object = object;
    this.#failure = failure;
  }

  add(chunk: Chunk): boolean {
    const { choices, object: _, ...head } = chunk as ChunkSaid;
    if (head.error != null) throw this.#failure(chunk as object, this.result());
    for (const [name, value] of Object.entries(head)) if (value != null) this.#head[name] = value;
    for (const choice of Array.isArray(choices) ? choices : []) if (isObject(choice)) this.#choose(choice);
    // The chunk of usage comes after the last choice, and [DONE] after that.
    return false;
  }

  mayEndHere(sentinel: boolean): boolean {
    const choices = [...this.#choices.values()];
    return sentinel || (choices.length > 0 && choices.every(({ finishReason }) => finishReason !== null));
  }

  result(): Result {
    const choices = [...this.#choices]
      .toSorted(([a], [b]) => a - b)
      .map(([index, choice]) => this.#whole(index, choice));
    return { ...this.#head, object: this.#object, choices } as Result;
  }

  #choose({ index = 0, delta, text, finish_reason: finishReason, ...rest }: ChoiceSaid): void {
    let choice = this.#choices.get(index);
    if (!choice) {
      choice = { pieces: [], role: 'assistant', toolCalls: new Map(), others: {}, finishReason: null, rest: {} };
      this.#choices.set(index, choice);
    }
    if (typeof finishReason === 'string') choice.finishReason = finishReason;
    for (const [name, value] of Object.entries(rest)) if (value != null) choice.rest[name] = value;
    if (typeof text === 'string') choice.pieces.push(text);
    if (!isObject(delta)) return;
    const { role, content, tool_calls: toolCalls, ...others } = delta;
    if (typeof role === 'string' && role !== '') choice.role = role;
    if (typeof content === 'string') choice.pieces.push(content);
    for (const [name, value] of Object.entries(others)) {
      if (value == null) continue;
      const before = choice.others[name];
      choice.others[name] = typeof before === 'string' && typeof value === 'string' ? before + value : value;
    }
    if (Array.isArray(toolCalls)) toolCalls.forEach((call: ToolCallSaid, at) => addCall(choice.toolCalls, call, at));
  }

  #whole(index: number, { pieces, role, toolCalls, others, finishReason, rest }: Choice): Json {
    const said = { ...rest, index, finish_reason: finishReason };
    const text = pieces.join('');
    if (this.#object === 'text_completion') return { ...said, text };
    const calls = [...toolCalls].toSorted(([a], [b]) => a - b).map(([, call]) => callOf(call));
    const content = pieces.length === 0 && calls.length > 0 ? null : text;
    return { ...said, message: { role, content, ...others, ...(calls.length > 0 && { tool_calls: calls }) } };
  }
}

function addCall(calls: Map<number, ToolCallParts>, said: ToolCallSaid, at: number): void {
  if (!isObject(said)) return;
  const index = said.index ?? at;
  const call = calls.get(index) ?? { id: undefined, type: 'function', name: '', pieces: [] };
  calls.set(index, call);
  if (said.id) call.id = said.id;
  if (said.type) call.type = said.type;
  // Some servers say the name again with each piece.
  if (said.function?.name && call.name === '') call.name = said.function.name;
  if (typeof said.function?.arguments === 'string') call.pieces.push(said.function.arguments);
}

function callOf({ id, type, name, pieces }: ToolCallParts): Json {
  return { ...(id !== undefined && { id }), type, function: { name, arguments: pieces.join('') } };
}

/** The chunk that says the same as a completion in one piece; undefined: it is none. */
export function chunkOf(json: unknown): Json | undefined {
  if (!isObject(json) || !Array.isArray(json['choices'])) return undefined;
  const choices = json['choices'].map((choice: unknown) => {
    const { message, ...rest } = isObject(choice) ? choice : {};
    return message === undefined ? rest : { ...rest, delta: message };
  });
  return { ...json, choices };
}
