import type { AnyStreamEvent, ItemField, ResponseResource } from '@agentproto/protocol/responses/openai';
import { isObject, type Json } from '../json.ts';
import type { Report } from './deviation.ts';
import { isEnd } from './ends.ts';
import { append, GrowingItem, idOf, type PartList } from './item.ts';
import { outputTextOf } from './text.ts';

/** What the events of one response amount to. Takes time in proportion to what the events hold. */
export interface Fold {
  /** Whether it was one more delta of the text that the event before went to: then nothing else has happened. */
  add(event: AnyStreamEvent): boolean;
  /** The response as far as it is known, as a copy that later events leave alone; undefined before any event of it. */
  response(): ResponseResource | undefined;
  outputText(): string;
  readonly id: string | undefined;
}

/** How many pieces of one text are kept before they are joined. */
const PIECES = 1_000;

/** Where the text of a delta goes: a member of a part, or of the item itself. */
type Target = { list: PartList; part: string; member: string } | { item: string; member: string };

const REASONING: Target = { list: 'content', part: 'reasoning_text', member: 'text' };
const SUMMARY: Target = { list: 'summary', part: 'summary_text', member: 'text' };

/** By the event's type without `.delta` and `.done`. Open Responses and others have different names for reasoning. */
const TARGETS: { [stem: string]: Target } = {
  'response.output_text': { list: 'content', part: 'output_text', member: 'text' },
  'response.refusal': { list: 'content', part: 'refusal', member: 'refusal' },
  'response.reasoning': REASONING,
  'response.reasoning_text': REASONING,
  'response.reasoning_summary_text': SUMMARY,
  'response.reasoning_summary': SUMMARY,
  'response.function_call_arguments': { item: 'function_call', member: 'arguments' },
  'response.mcp_call_arguments': { item: 'mcp_call', member: 'arguments' },
  'response.custom_tool_call_input': { item: 'custom_tool_call', member: 'input' },
  'response.code_interpreter_call_code': { item: 'code_interpreter_call', member: 'code' },
};

/** What the events about a whole part are of. */
const PARTS: { [stem: string]: PartList } = {
  'response.content_part': 'content',
  'response.reasoning_part': 'content',
  'response.reasoning_summary_part': 'summary',
};

/** How an event's type ends, and what becomes of its text; looked up once for each type. */
type Rule =
  | { is: 'delta' | 'text'; target: Target }
  | { is: 'part'; list: PartList }
  | { is: 'item'; done: boolean }
  | { is: 'response' }
  | { is: 'annotation' }
  | undefined;

const RULES = new Map<string, Rule>();

function ruleOf(type: string): Rule {
  const known = RULES.get(type);
  if (known) return known;
  const rule = findRule(type);
  // Types of a server's own may be endless.
  if (rule && RULES.size < 100) RULES.set(type, rule);
  return rule;
}

function findRule(type: string): Rule {
  const end = type.lastIndexOf('.');
  const [stem, last] = [type.slice(0, end), type.slice(end + 1)];
  if (type === 'response.output_text.annotation.added') return { is: 'annotation' };
  if (stem === 'response') return { is: 'response' };
  if (stem === 'response.output_item') return { is: 'item', done: last === 'done' };
  const list = PARTS[stem];
  if (list) return { is: 'part', list };
  const target = TARGETS[stem];
  if (target && last === 'delta') return { is: 'delta', target };
  return target && last === 'done' ? { is: 'text', target } : undefined;
}

export function createFold(report: Report): Fold {
  let response: ResponseResource | undefined;
  let ended = false;
  const items: GrowingItem[] = [];
  const byId = new Map<string, GrowingItem>();
  /** The last one that was announced with each `output_index`. */
  const byIndex = new Map<number, GrowingItem>();

  /** Where the delta before went, if nothing else has come since: texts come in runs of deltas for one place. */
  let latest: { event: Json; part: Json; member: string } | undefined;
  /** What is still to be added there: added one by one, they would make the text a tree of as many strings. */
  let pieces: string[] = [];

  function settle(): void {
    if (!latest || pieces.length === 0) return;
    append(latest.part, latest.member, pieces.join(''));
    pieces = [];
  }

  function begin(index: number, item: Json): GrowingItem {
    const growing = new GrowingItem(index, item);
    // Nearly always at the end.
    let at = items.length;
    while (at > 0 && items[at - 1]!.index > index) at--;
    items.splice(at, 0, growing);
    byIndex.set(index, growing);
    if (growing.id) byId.set(growing.id, growing);
    return growing;
  }

  /** By its id; where a server changes that on the way, by its index. */
  function known(index: number, id: string | undefined): GrowingItem | undefined {
    return (id === undefined ? undefined : byId.get(id)) ?? byIndex.get(index);
  }

  function announce(index: number, item: Json): void {
    const id = idOf(item);
    const there = known(index, id);
    if (!there) begin(index, item);
    else if (id !== undefined && there.id === id) there.replace(item, false);
    else {
      report('shared-index', `expected an output_index of its own for each item, got ${index} again`);
      begin(index, item);
    }
  }

  function finish(index: number, item: Json): void {
    const there = known(index, idOf(item));
    // Of two with one index and no ids, the end is the last one's.
    if (there && (!there.done || there.id === idOf(item))) there.replace(item, true);
    else begin(index, item).done = true;
  }

  /** The item that an event is about, which is begun if it was not announced. */
  function itemOf(event: Json, type: string): GrowingItem {
    const index = numberOf(event['output_index']);
    const id = typeof event['item_id'] === 'string' && event['item_id'] !== '' ? event['item_id'] : undefined;
    const there = known(index, id);
    if (there) return there;
    report('item-not-added', `expected the item at ${index} to be added before ${String(event['type'])}`);
    return begin(index, { type, ...(id && { id }), status: 'in_progress', ...SEEDS[type] });
  }

  function partOf(event: Json, list: PartList, part: string): Json {
    const item = itemOf(event, list === 'summary' || part === 'reasoning_text' ? 'reasoning' : 'message');
    const at = numberOf(event[list === 'summary' ? 'summary_index' : 'content_index']);
    if (!item.hasPart(list, at)) {
      report('part-not-added', `expected a part to be added before ${String(event['type'])}`);
    }
    return item.part(list, at, part);
  }

  function addText(event: Json, target: Target, text: unknown, whole: boolean): void {
    if (typeof text !== 'string') return;
    if ('item' in target) {
      const item = itemOf(event, target.item);
      if (whole) item.set(target.member, text);
      else item.append(target.member, text);
      if (whole && typeof event['name'] === 'string') item.set('name', event['name']);
      return;
    }
    const part = partOf(event, target.list, target.part);
    if (whole) part[target.member] = text;
    else {
      append(part, target.member, text);
      latest = { event, part, member: target.member };
    }
    addLogprobs(part, event, whole);
  }

  function addLogprobs(part: Json, { logprobs }: Json, whole: boolean): void {
    if (!Array.isArray(logprobs) || logprobs.length === 0) return;
    if (whole || !Array.isArray(part['logprobs'])) part['logprobs'] = [...(logprobs as unknown[])];
    else for (const each of logprobs) (part['logprobs'] as unknown[]).push(each);
  }

  function addOther(type: string, event: Json): void {
    const rule = ruleOf(type);
    if (!rule) return;
    if (rule.is === 'delta') addText(event, rule.target, event['delta'], false);
    else if (rule.is === 'text') {
      const { member } = rule.target;
      addText(event, rule.target, event[member] ?? event['text'], true);
    } else if (rule.is === 'response') {
      ended = isEnd(type);
      if (!isObject(event['response'])) return;
      response =
        type === 'response.created' || !response
          ? (event['response'] as never)
          : ({ ...response, ...event['response'] } as ResponseResource);
      if (ended && items.length > 0 && !(response!.output?.length > 0)) {
        report('empty-output', `expected the output of ${items.length} in ${type}`);
      }
    } else if (rule.is === 'item') {
      const { item } = event;
      const index = numberOf(event['output_index']);
      if (isObject(item)) (rule.done ? finish : announce)(index, item);
    } else if (rule.is === 'part') {
      const { part } = event;
      if (!isObject(part)) return;
      const owner = itemOf(event, rule.list === 'summary' ? 'reasoning' : 'message');
      owner.setPart(rule.list, numberOf(event[rule.list === 'summary' ? 'summary_index' : 'content_index']), part);
    } else {
      const part = partOf(event, 'content', 'output_text');
      if (!Array.isArray(part['annotations'])) part['annotations'] = [];
      const annotations = part['annotations'] as unknown[];
      // At the end, if it says another place: a hole would be worse.
      const at = numberOf(event['annotation_index']);
      annotations[at < annotations.length ? at : annotations.length] = event['annotation'];
    }
  }

  const outputOf = (): ItemField[] => {
    const given = Array.isArray(response?.output) ? response.output : [];
    // On the way, what was streamed is newer; at the end, what is said there is the result, unless it is left out.
    const said = given.length > 0 && (ended || items.length === 0);
    return said ? [...given] : items.map((item) => item.copy());
  };

  return {
    add(streamed) {
      const event = streamed as unknown as Json;
      if (latest && isAsBefore(event, latest.event) && typeof event['delta'] === 'string') {
        if (pieces.push(event['delta']) >= PIECES) settle();
        addLogprobs(latest.part, event, false);
        return true;
      }
      settle();
      latest = undefined;
      addOther(streamed.type, event);
      return false;
    },
    response() {
      settle();
      if (!response && items.length === 0) return undefined;
      const known = response ?? ({ object: 'response', status: 'in_progress' } as ResponseResource);
      return { ...known, output: outputOf() };
    },
    outputText() {
      settle();
      return outputTextOf({ output: outputOf() });
    },
    get id() {
      return response?.id;
    },
  };
}

/** Of one type, about one place. */
function isAsBefore(event: Json, before: Json): boolean {
  return (
    event['type'] === before['type'] &&
    event['item_id'] === before['item_id'] &&
    event['output_index'] === before['output_index'] &&
    event['content_index'] === before['content_index'] &&
    event['summary_index'] === before['summary_index']
  );
}

/** What an item that was not announced needs to be one. */
const SEEDS: { [type: string]: Json } = {
  message: { role: 'assistant', content: [] },
  reasoning: { summary: [] },
  function_call: { arguments: '' },
};

/** Places that are no small whole numbers would cost memory, or be no place. */
function numberOf(value: unknown): number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 100_000 ? (value as number) : 0;
}
