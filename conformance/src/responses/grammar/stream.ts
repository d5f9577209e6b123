import { sameJson } from '../../kit/match.ts';
import type { SeenEvent } from '../answer.ts';
import { isSlug } from '../revision.ts';
import { goesOn, isMisnamedEnd, isTerminal, partText, record, records, text, type Json } from '../view.ts';
import { Item } from './item.ts';
import type { Judge } from './judge.ts';
import { deedOf } from './part.ts';

/**
 * The grammar of a stream, over SSE or a WebSocket, as one state machine. After a fault it goes on with what was
 * plainly meant, so that one fault is told once:
 *
 *     stream := created queued? in_progress? item* error? (completed | failed | incomplete)
 *     item   := output_item.added part* output_item.done
 *     part   := content_part.added delta* (text).done content_part.done
 *
 * Items may be interleaved. Events with a prefix may stand anywhere, and are no part of it (Extending streaming events).
 * What follows the end mark, and what no event can be read from, is not told to it.
 */
export function judgeStream(
  events: readonly SeenEvent[],
  { isOver, knows }: { isOver: boolean; knows: (type: string) => boolean },
  judge: Judge,
): void {
  const hasEnd = events.some(({ type }) => isTerminal(type));
  const stream = new StreamState(judge, (event) => !hasEnd && isMisnamedEnd(event, knows));
  for (const event of events) stream.take(event);
  if (isOver) stream.end();
}

const LIFECYCLE = new Set(['response.created', 'response.queued', 'response.in_progress']);

class StreamState {
  readonly #judge: Judge;
  readonly #endsOtherwise: (event: Json) => boolean;
  readonly #items: Item[] = [];
  readonly #byPlace = new Map<string, Item>();
  #opening: SeenEvent | undefined;
  #head: Json | undefined;
  #error: SeenEvent | undefined;
  #terminal: SeenEvent | undefined;
  #queued: SeenEvent | undefined;
  #last: SeenEvent | undefined;
  #hasExtensions = false;

  constructor(judge: Judge, endsOtherwise: (event: Json) => boolean) {
    this.#judge = judge;
    this.#endsOtherwise = endsOtherwise;
  }

  take(event: SeenEvent): void {
    const { type, value } = event;
    if (type === undefined) return;
    this.#last = event;
    if (isSlug(type)) return this.#extension(event);
    const misnamed = this.#endsOtherwise(value);
    if (this.#terminal) {
      // An unknown type is a matter of its own (keepalive).
      if (isTerminal(type) || LIFECYCLE.has(type) || type.startsWith('response.output_') || deedOf(type))
        this.#judge('RESP-STREAM-011', false, event, 'no event after the one that ends the response');
      return;
    }
    if (type === 'error') {
      this.#error = event;
      return;
    }
    if (!this.#opening)
      this.#judge('RESP-STREAM-014', type === 'response.created', event, 'response.created first', type);
    this.#opening ??= event;
    if (LIFECYCLE.has(type) || isTerminal(type) || misnamed) this.#lifecycle(event, misnamed);
    else if (type === 'response.output_item.added') this.#added(event);
    else if (type === 'response.output_item.done')
      this.#lookUp(event, text(record(value.item)?.id)).close(event, this.#judge);
    else {
      const deed = deedOf(type);
      const item = deed || 'output_index' in value ? this.#lookUp(event, text(value.item_id)) : undefined;
      if (deed) item?.take(event, deed, this.#judge);
    }
  }

  /** Nothing more comes. */
  end(): void {
    const at = this.#last;
    if (!at || this.#terminal) return;
    if (this.#error) {
      if (this.#opening) this.#judge('RESP-STREAM-009', false, at, 'response.failed after the error', at.type);
    } else if (this.#opening)
      this.#judge('RESP-STREAM-011', false, at, 'response.completed, response.failed or response.incomplete', at.type);
  }

  #extension({ value }: SeenEvent): void {
    this.#hasExtensions = true;
    if (typeof value.delta !== 'string') return;
    const item =
      this.#items.find(({ id, done }) => id !== undefined && id === value.item_id && !done) ??
      this.#items.findLast(({ done }) => !done);
    item?.extend(value.delta);
  }

  #lifecycle(event: SeenEvent, misnamed: boolean): void {
    const { type, value } = event;
    const response = record(value.response) ?? {};
    if (this.#head) {
      for (const member of ['id', 'created_at', 'model'])
        if (member in response && member in this.#head)
          this.#judge(
            'RESP-STREAM-014',
            response[member] === this.#head[member],
            event,
            `the ${member} of the first event, ${JSON.stringify(this.#head[member])}`,
            response[member],
          );
    } else this.#head = response;
    if (type === 'response.queued') this.#queued = event;
    if (type === 'response.in_progress') {
      if (this.#queued) this.#judge('RESP-STREAM-007', true, event, 'response.in_progress after response.queued');
      this.#queued = undefined;
    }
    if (isTerminal(type) || misnamed) this.#ended(event, response, misnamed);
  }

  /** Something of a response that is queued is being worked on. */
  #goesOn(event: SeenEvent): void {
    if (!this.#queued) return;
    this.#judge('RESP-STREAM-007', false, event, 'response.in_progress between response.queued and the rest');
    this.#queued = undefined;
  }

  #added(event: SeenEvent): void {
    this.#goesOn(event);
    const item = record(event.value.item);
    const id = text(item?.id);
    const index = typeof event.value.output_index === 'number' ? event.value.output_index : undefined;
    const known = this.#byPlace.get(placeOf(index, id));
    if (known && !known.isAdded) {
      // What came before it has been told of.
      known.isAdded = true;
      return;
    }
    if (index !== undefined)
      this.#judge('RESP-STREAM-015', index === this.#items.length, event, `an item at index ${this.#items.length}`, {
        output_index: index,
      });
    this.#judge('RESP-ITEM-001', true, event, 'output_item.added first');
    this.#remember(new Item(index, id, true));
  }

  /** The item that an event is about; one that was never added is told of, and then goes on. */
  #lookUp(event: SeenEvent, id: string | undefined): Item {
    this.#goesOn(event);
    const index = typeof event.value.output_index === 'number' ? event.value.output_index : undefined;
    const exact = this.#byPlace.get(placeOf(index, id));
    if (exact) return exact;
    const byId = id === undefined ? undefined : this.#items.findLast((item) => item.id === id);
    const near = byId ?? (index === undefined ? undefined : this.#items.findLast((item) => item.index === index));
    if (near) {
      // An id that is not told, where it may be left out, is no other one.
      const differs = byId ? index !== undefined : id !== undefined && near.id !== undefined;
      if (differs && !near.isMisplaced) {
        near.isMisplaced = true;
        this.#judge('RESP-STREAM-015', false, event, `the item ${near.id ?? ''} at index ${near.index}`, {
          output_index: index,
          id,
        });
      }
      return near;
    }
    this.#judge('RESP-ITEM-001', false, event, 'output_item.added before any other event of the item');
    return this.#remember(new Item(index, id, false));
  }

  #remember(item: Item): Item {
    this.#items.push(item);
    this.#byPlace.set(placeOf(item.index, item.id), item);
    return item;
  }

  #ended(event: SeenEvent, response: Json, misnamed: boolean): void {
    const { type } = event;
    this.#terminal = event;
    const status = text(response.status);
    if (misnamed)
      this.#judge('RESP-STREAM-011', false, event, 'response.completed, response.failed or response.incomplete', type);
    else
      this.#judge('RESP-STREAM-011', status === undefined || !goesOn(status), event, 'a response that has ended', {
        type,
        status,
      });
    if (type !== 'response.failed') this.#goesOn(event);
    if (status === 'failed' && !misnamed)
      this.#judge('RESP-STREAM-008', type === 'response.failed', event, 'response.failed', type);
    if (this.#error)
      this.#judge('RESP-STREAM-009', type === 'response.failed', event, 'response.failed after the error', type);
    if (this.#hasExtensions) this.#judge('RESP-EXT-004', true, event, 'a whole stream without its extensions');
    const isBroken = type === 'response.failed' || status === 'failed' || status === 'cancelled';
    for (const item of this.#items)
      if (item.isAdded && (!isBroken || item.done))
        this.#judge(
          'RESP-ITEM-008',
          item.done !== undefined,
          event,
          `output_item.done of ${item.id ?? `item ${item.index}`}`,
        );
    if (Array.isArray(response.output)) this.#compare(event, records(response.output), isBroken);
  }

  /** The response has the items as they were when they were done. */
  #compare(event: SeenEvent, output: readonly Json[], isBroken: boolean): void {
    const judge = this.#judge;
    for (const item of this.#items) {
      const byIndex = item.index === undefined ? undefined : output[item.index];
      const byId = item.id === undefined ? undefined : output.find(({ id }) => id === item.id);
      const final = byIndex && byIndex.id === item.id ? byIndex : (byId ?? byIndex);
      const said = `${item.id ?? `item ${item.index}`}`;
      if (!final) {
        if (!isBroken) judge('RESP-STREAM-012', false, event, `${said} in the response, as it was streamed`, output);
        continue;
      }
      if (item.id !== undefined && final.id !== undefined && !item.isMisplaced)
        judge('RESP-STREAM-015', final.id === item.id, event, `the item ${said} under the id that it had`, final.id);
      const done = record(item.done?.value.item);
      if (!done) {
        item.compare(final, event, judge, isBroken);
        continue;
      }
      const texts = (one: Json) => [...records(one.content), ...records(one.summary)].map(partText);
      const sameTexts = sameJson([texts(done), done.arguments], [texts(final), final.arguments]);
      judge('RESP-STREAM-012', sameTexts, event, `the texts of ${said} as when it was done`, texts(final));
      if (sameTexts)
        judge(
          'RESP-ITEM-011',
          sameJson(bare(done, final), bare(final, done)),
          event,
          `${said} as when it was done`,
          final,
        );
    }
    this.#unstreamed(event, output);
  }

  /** What is in the response has been streamed; what another rule is about is left to it. */
  #unstreamed(event: SeenEvent, output: readonly Json[]): void {
    const isCut = output.some(({ status }) => status === 'incomplete');
    const known = new Set(this.#items.map(({ id }) => id));
    output.slice(this.#items.length).forEach((item) => {
      if (isCut || isSlug(item.type) || known.has(text(item.id)) || !STREAMED.has(String(item.type))) return;
      this.#judge('RESP-ITEM-001', false, event, 'output_item.added of every item of the response', item);
    });
  }
}

const STREAMED = new Set(['message', 'function_call', 'reasoning']);

const placeOf = (index: number | undefined, id: string | undefined): string => `${index} ${id}`;

/** Members of an item but those that say nothing, that a rule of their own is about, or that the other has not. */
function bare(item: Json, other: Json): Json {
  const { id: _, status, ...rest } = item;
  const told = (value: unknown) => value != null && !(Array.isArray(value) && value.length === 0);
  const members = Object.entries({ ...rest, ...(other.status === undefined ? {} : { status }) })
    .filter(([, value]) => told(value))
    .map(([name, value]) => [name, name === 'content' || name === 'summary' ? records(value).map(plainPart) : value]);
  return Object.fromEntries(members) as Json;
}

function plainPart({ logprobs: _, text: __, refusal: ___, ...part }: Json): Json {
  return Object.fromEntries(
    Object.entries(part).filter(([, value]) => value != null && !(Array.isArray(value) && value.length === 0)),
  );
}
