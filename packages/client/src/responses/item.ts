import type { ItemField } from '@agentproto/protocol/responses/openai';
import { isObject, type Json } from '../json.ts';

/** The two lists of parts that an item can have. */
export type PartList = 'content' | 'summary';

/**
 * An item while its events come. It is a copy of what was announced, into which the events write: no text is put
 * together twice, and no object of an event is changed.
 */
export class GrowingItem {
  readonly index: number;
  /** What its events call it; servers change it on the way. */
  id: string | undefined;
  done = false;
  #item: Json;

  constructor(index: number, item: Json) {
    this.index = index;
    this.#item = own(item);
    this.id = idOf(item);
  }

  get type(): unknown {
    return this.#item['type'];
  }

  /** The whole item, as it is at its end; or again, as it is announced. */
  replace(item: Json, done: boolean): void {
    const before = this.#item;
    this.#item = own(item);
    // Some servers announce the end without what they have streamed.
    for (const list of LISTS) if (isEmpty(item[list]) && !isEmpty(before[list])) this.#item[list] = before[list];
    for (const member of TEXTS) if (!item[member] && before[member]) this.#item[member] = before[member];
    this.id = idOf(item) ?? this.id;
    this.done = done;
  }

  hasPart(list: PartList, at: number): boolean {
    return this.#list(list)[at] !== undefined;
  }

  setPart(list: PartList, at: number, part: Json): void {
    const before = this.#list(list)[at];
    this.#list(list)[at] = {
      ...part,
      ...(isEmpty(part['annotations']) && before?.['annotations'] ? { annotations: before['annotations'] } : {}),
    };
  }

  /** The part at a place, which is made if it was not announced. */
  part(list: PartList, at: number, type: string): Json {
    return (this.#list(list)[at] ??= { type, ...(type === 'output_text' && { annotations: [] }) });
  }

  append(member: string, delta: string): void {
    append(this.#item, member, delta);
  }

  set(member: string, value: string): void {
    this.#item[member] = value;
  }

  /** A copy that later events leave alone. */
  copy(): ItemField {
    const copy = own(this.#item);
    for (const list of LISTS) {
      const parts = copy[list];
      // A part of which only a later one has come leaves a hole.
      if (Array.isArray(parts)) copy[list] = parts.filter((part) => part !== undefined);
    }
    return copy as unknown as ItemField;
  }

  #list(list: PartList): (Json | undefined)[] {
    const parts = this.#item[list];
    return Array.isArray(parts) ? parts : ((this.#item[list] = []) as undefined[]);
  }
}

export function append(target: Json, member: string, delta: string): void {
  const before = target[member];
  target[member] = typeof before === 'string' ? before + delta : delta;
}

const LISTS = ['content', 'summary'] as const;
/** Of calls. */
const TEXTS = ['arguments', 'input', 'code'] as const;
const INNER = ['annotations', 'logprobs'] as const;

/** A copy as deep as events write. */
function own(item: Json): Json {
  const copy = { ...item };
  for (const list of LISTS) {
    const parts = copy[list];
    if (Array.isArray(parts)) copy[list] = parts.map((part: unknown) => (isObject(part) ? ownPart(part) : part));
  }
  return copy;
}

function ownPart(part: Json): Json {
  const copy = { ...part };
  for (const member of INNER) if (Array.isArray(copy[member])) copy[member] = [...(copy[member] as unknown[])];
  return copy;
}

function isEmpty(list: unknown): boolean {
  return !Array.isArray(list) || list.length === 0;
}

/** Servers are seen to send null and an empty text. */
export function idOf({ id }: Json): string | undefined {
  return typeof id === 'string' && id !== '' ? id : undefined;
}
