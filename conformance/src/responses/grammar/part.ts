import type { SeenEvent } from '../answer.ts';

/** Parts whose events are named after them alone; those of reasoning have two names. */
export type Kind = 'output_text' | 'refusal';

export const kindOf = (type: unknown): Kind | undefined =>
  type === 'output_text' || type === 'refusal' ? type : undefined;

/** The kind of part that an event is about, by its own type: `response.<content_type>.delta` (Items are streamable). */
export const kindIn = ({ type }: SeenEvent): Kind | undefined => kindOf(/^response\.(\w+)\./.exec(type ?? '')?.[1]);

/** Something that comes in pieces: a part of the content, a part of a summary, the arguments of a call. */
export class Part {
  /** `content_part.added` was seen, or nothing has to be added. */
  readonly isAdded: boolean;
  /** What it is, where events say so. */
  readonly kind: Kind | undefined;
  readonly #pieces: { text: string; isExtension: boolean }[] = [];
  /** What its done event says. */
  said: string | undefined;
  isTextDone = false;
  isClosed = false;
  /** One complaint is enough. */
  isDisordered = false;

  constructor(isAdded: boolean, kind?: Kind) {
    this.isAdded = isAdded;
    this.kind = kind;
  }

  take(piece: string, isExtension = false): void {
    this.#pieces.push({ text: piece, isExtension });
  }

  get hasPieces(): boolean {
    return this.#pieces.length > 0;
  }

  /** All deltas, put together. */
  get text(): string {
    return this.#join(({ isExtension }) => !isExtension);
  }

  /** With what events with a prefix bring. */
  get wholeText(): string {
    return this.#join(() => true);
  }

  #join(wanted: (piece: { isExtension: boolean }) => boolean): string {
    return this.#pieces
      .filter(wanted)
      .map(({ text }) => text)
      .join('');
  }
}

/** What of an item an event is about. */
export type Room = 'content' | 'summary' | 'arguments';
export type Deed = 'added' | 'delta' | 'text-done' | 'done' | 'beside';

const DEEDS: Readonly<Record<string, readonly [Room, Deed]>> = {
  'response.content_part.added': ['content', 'added'],
  'response.content_part.done': ['content', 'done'],
  'response.output_text.delta': ['content', 'delta'],
  'response.output_text.done': ['content', 'text-done'],
  'response.output_text.annotation.added': ['content', 'beside'],
  'response.refusal.delta': ['content', 'delta'],
  'response.refusal.done': ['content', 'text-done'],
  // The same under the names of Open Responses and of OpenAI.
  'response.reasoning.delta': ['content', 'delta'],
  'response.reasoning.done': ['content', 'text-done'],
  'response.reasoning_text.delta': ['content', 'delta'],
  'response.reasoning_text.done': ['content', 'text-done'],
  'response.reasoning_summary_part.added': ['summary', 'added'],
  'response.reasoning_summary_part.done': ['summary', 'done'],
  'response.reasoning_summary_text.delta': ['summary', 'delta'],
  'response.reasoning_summary_text.done': ['summary', 'text-done'],
  'response.function_call_arguments.delta': ['arguments', 'delta'],
  'response.function_call_arguments.done': ['arguments', 'text-done'],
  'response.mcp_call_arguments.delta': ['arguments', 'delta'],
  'response.mcp_call_arguments.done': ['arguments', 'text-done'],
};

export const deedOf = (type: string): readonly [Room, Deed] | undefined =>
  Object.hasOwn(DEEDS, type) ? DEEDS[type] : undefined;

/** Where within its room. */
export function placeIn({ value }: SeenEvent, room: Room): number | undefined {
  const index = room === 'summary' ? value.summary_index : value.content_index;
  return typeof index === 'number' ? index : undefined;
}
