import type { SeenEvent } from '../answer.ts';
import { partText, record, records, text, type Json } from '../view.ts';
import type { Judge } from './judge.ts';
import { kindIn, kindOf, Part, placeIn, type Deed, type Room } from './part.ts';

/** An item as far as its events have come (Items are streamable). */
export class Item {
  readonly index: number | undefined;
  readonly id: string | undefined;
  /** Its output_item.added was seen. */
  isAdded: boolean;
  /** What was said of where it is, or of its id, was wrong once: said once. */
  isMisplaced = false;
  /** Its output_item.done. */
  done: SeenEvent | undefined;
  readonly #parts: Record<'content' | 'summary', Map<number, Part>> = { content: new Map(), summary: new Map() };
  readonly #arguments = new Part(true);
  /** A piece of a part that had not been added. */
  #early: SeenEvent | undefined;

  constructor(index: number | undefined, id: string | undefined, isAdded: boolean) {
    this.index = index;
    this.id = id;
    this.isAdded = isAdded;
  }

  /** An event within the item. */
  take(event: SeenEvent, [room, deed]: readonly [Room, Deed], judge: Judge): void {
    if (this.done) return judge('RESP-ITEM-011', false, event, 'no event of an item after its output_item.done');
    if (room === 'arguments') return this.#takeArguments(event, deed, judge);
    if (deed === 'added') return this.#add(event, room, judge);
    const part = this.#partFor(event, room, judge);
    if (!part.isAdded) this.#early ??= event;
    judgeKind(part, event, judge);
    if (deed === 'delta') this.#delta(part, event, judge);
    else if (deed === 'text-done') this.#textDone(part, event, judge);
    else if (deed === 'done') this.#partDone(part, event, judge);
  }

  /** What an event with a prefix tells of it. */
  extend(piece: string): void {
    (this.#open('content') ?? this.#open('summary') ?? this.#arguments).take(piece, true);
  }

  /** Its output_item.done. */
  close(event: SeenEvent, judge: Judge): void {
    if (this.done) return judge('RESP-ITEM-011', false, event, 'one output_item.done');
    this.done = event;
    const item = record(event.value.item) ?? {};
    for (const [room, parts] of Object.entries(this.#parts) as ['content' | 'summary', Map<number, Part>][]) {
      const final = records(item[room]);
      for (const [index, part] of parts) {
        if (part.isAdded && !part.isClosed && !part.isDisordered)
          judge('RESP-ITEM-006', false, event, 'content_part.done before the output_item.done', item);
        const said = final[index] && partText(final[index]);
        if (Array.isArray(item[room])) agree(part, said, event, judge, 'the text of the item');
      }
    }
    const args = text(item.arguments);
    if (args !== undefined) {
      agree(this.#arguments, args, event, judge, 'the arguments of the item');
      if (this.#arguments.hasPieces && item.status === 'completed')
        judge(
          'RESP-ITEM-006',
          this.#arguments.isTextDone,
          event,
          'the done event of the arguments after their deltas',
          item,
          'should',
        );
    }
    if (this.#early) this.#tellEarly(this.#early, judge);
  }

  /**
   * The texts by which the response's own copy is judged, where the item itself never was done. What was being said when the
   * response failed (`isBroken`) need not be in it.
   */
  compare(final: Json, event: SeenEvent, judge: Judge, isBroken: boolean): void {
    const isOwed = ({ isTextDone }: Part) => isTextDone || !isBroken;
    for (const [index, part] of this.#parts.content) {
      const said = records(final.content)[index];
      if (isOwed(part)) agree(part, said && partText(said), event, judge, 'the text in the response');
    }
    if (isOwed(this.#arguments))
      agree(this.#arguments, text(final.arguments), event, judge, 'the arguments in the response');
  }

  #takeArguments(event: SeenEvent, deed: Deed, judge: Judge): void {
    if (deed === 'delta') this.#arguments.take(text(event.value.delta) ?? '');
    else if (deed === 'text-done') {
      this.#arguments.isTextDone = true;
      const said = text(event.value.arguments);
      if (said !== undefined) agree(this.#arguments, said, event, judge, 'the arguments when they are done');
      this.#arguments.said = said;
    }
  }

  #add(event: SeenEvent, room: 'content' | 'summary', judge: Judge): void {
    const parts = this.#parts[room];
    const index = placeIn(event, room);
    const added = [...parts.values()].filter(({ isAdded }) => isAdded).length;
    if (index !== undefined)
      judge('RESP-STREAM-015', index === added, event, `a part at index ${added}`, { [`${room}_index`]: index });
    const hidden = parts.get(index ?? added);
    // A piece that came before its part says so, and no more.
    if (hidden && !hidden.isAdded && this.#early) {
      judge('RESP-ITEM-005', false, this.#early, 'content_part.added before the deltas of the part');
      this.#early = undefined;
    } else judge('RESP-ITEM-005', true, event, 'content_part.added before the deltas of the part');
    const part = new Part(true, kindOf(record(event.value.part)?.type));
    if (hidden?.hasPieces) part.take(hidden.text);
    parts.set(index ?? added, part);
  }

  /** The part that an event is about, or the one that it seems to mean. */
  #partFor(event: SeenEvent, room: 'content' | 'summary', judge: Judge): Part {
    const parts = this.#parts[room];
    const index = placeIn(event, room) ?? 0;
    const named = parts.get(index);
    if (named) return named;
    const open = this.#open(room);
    if (open) {
      if (!open.isDisordered)
        judge('RESP-STREAM-015', false, event, 'the index of a part that was added', { [`${room}_index`]: index });
      open.isDisordered = true;
      return open;
    }
    const hidden = new Part(false);
    parts.set(index, hidden);
    return hidden;
  }

  #open(room: 'content' | 'summary'): Part | undefined {
    return [...this.#parts[room].values()].findLast(({ isAdded, isClosed }) => isAdded && !isClosed);
  }

  #delta(part: Part, event: SeenEvent, judge: Judge): void {
    if (typeof event.value.delta === 'string') part.take(event.value.delta);
    else part.isDisordered = true;
    if ((part.isTextDone || part.isClosed) && !part.isDisordered) {
      judge('RESP-ITEM-006', false, event, 'no delta of a part that is done');
      part.isDisordered = true;
    }
  }

  #textDone(part: Part, event: SeenEvent, judge: Judge): void {
    const said = text(event.value.text) ?? text(event.value.refusal);
    part.isTextDone = true;
    part.said = said;
    if (said !== undefined && !part.isDisordered) agree(part, said, event, judge, 'the text when it is done');
  }

  #partDone(part: Part, event: SeenEvent, judge: Judge): void {
    if (part.hasPieces && part.isAdded && !part.isDisordered) {
      judge('RESP-ITEM-006', part.isTextDone, event, 'the done event of the text before content_part.done');
      part.isDisordered ||= !part.isTextDone;
    }
    part.isClosed = true;
    const said = partText(record(event.value.part) ?? {});
    if (said === undefined) return;
    if (part.said !== undefined)
      judge(
        'RESP-STREAM-012',
        said === part.said,
        event,
        `a part with the text when it is done, ${show(part.said)}`,
        said,
      );
    else agree(part, said, event, judge, 'the text of the part');
    part.said ??= said;
  }

  #tellEarly(event: SeenEvent, judge: Judge): void {
    const isPartless = [...this.#parts.content.values(), ...this.#parts.summary.values()].every(
      ({ isAdded }) => !isAdded,
    );
    if (isPartless) judge('RESP-ITEM-004', false, event, 'a content part for what is streamed in pieces');
    else judge('RESP-ITEM-005', false, event, 'content_part.added before the deltas of the part');
    this.#early = undefined;
  }
}

/** What comes of a refusal comes as a refusal, and of a text as a text. */
function judgeKind(part: Part, event: SeenEvent, judge: Judge): void {
  const kind = kindIn(event);
  if (!kind || !part.kind || kind === part.kind || part.isDisordered) return;
  judge('RESP-ITEM-006', false, event, `response.${part.kind} for the part, whose type this is`, event.type);
  part.isDisordered = true;
}

/** Deltas are what is said at the end; without a delta nothing was streamed. */
function agree(part: Part, said: string | undefined, event: SeenEvent, judge: Judge, where: string): void {
  if (!part.hasPieces || part.isDisordered) return;
  const isSame = said === part.text;
  // What is missing came in an event that a reader may pass over.
  const row = !isSame && said === part.wholeText ? 'RESP-EXT-004' : 'RESP-STREAM-012';
  judge(row, isSame, event, `${where} to be its deltas, ${show(part.text)}`, said ?? null);
}

const show = (said: string): string => JSON.stringify(said.length > 200 ? `${said.slice(0, 200)}…` : said);
