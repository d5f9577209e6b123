import type { Exchange } from '@agentproto/recording';
import { eventsIn, type SeenEvent } from './answer.ts';
import { isTerminal, record } from './view.ts';

/** The events of one response, as an exchange has them. */
export interface Turn {
  events: SeenEvent[];
  /** Nothing more can come: the target ended it. */
  isOver: boolean;
  /** From this frame on nothing can be said of its order: something before it could not be read. */
  unreadableAt: number | undefined;
  /** Its events stand among those of another one. */
  isMixed: boolean;
}

/** What begins a stream of events about a new response; a stream that is taken up again begins anywhere. */
const BEGINS = new Set(['createResponse', 'connectResponses']);

/** The responses of an exchange: one over SSE, any number over a WebSocket. */
export function turnsOf(exchange: Exchange): Turn[] {
  if (!BEGINS.has(exchange.operation ?? '')) return [];
  if (exchange.binding === 'WebSocket') return socketTurns(exchange);
  const frames = exchange.frames.filter(({ kind }) => kind === 'sse');
  const mark = frames.findIndex(({ data }) => data === '[DONE]');
  const own = mark < 0 ? frames : frames.slice(0, mark);
  const unreadable = own.find(({ json }) => record(json) === undefined);
  const events = eventsIn(exchange, own);
  if (own.length === 0) return [];
  return [
    { events, isOver: mark >= 0 || exchange.end?.kind === 'complete', unreadableAt: unreadable?.index, isMixed: false },
  ];
}

/** Cut after each event that ends a response, and after an error of a request that got none. */
function socketTurns(exchange: Exchange): Turn[] {
  const turns: Turn[] = [];
  let open: Turn | undefined;
  let isMixed = false;
  const asked = exchange.frames.filter(({ direction }) => direction === 'out').map(({ index }) => index);
  for (const event of eventsIn(exchange, exchange.frames)) {
    const isFirst = event.type === 'response.created';
    // Two at a time are a matter of their own.
    isMixed ||= isFirst && open !== undefined && open.events.some(({ type }) => type === 'response.created');
    const owed = asked.filter((index) => index < event.place.frame!).length;
    const last = turns.at(-1);
    if (!open && last && isStray(event, last, owed > turns.length)) {
      last.events.push(event);
      continue;
    }
    if (!open) turns.push((open = { events: [], isOver: false, unreadableAt: undefined, isMixed }));
    open.isMixed = isMixed;
    open.events.push(event);
    const begun = open.events.some(({ value }) => value.response !== undefined);
    if (!isTerminal(event.type) && (begun || record(event.value.error) === undefined)) continue;
    open.isOver = true;
    open = undefined;
  }
  const closed =
    exchange.end?.kind === 'complete' || (exchange.end?.kind === 'left' && exchange.end.code !== undefined);
  if (open && closed) open.isOver = true;
  return turns;
}

/** Whether an event that comes after the end of a response is still one of it, and not the first of the next. */
function isStray({ type, value }: SeenEvent, { events }: Turn, isNextOwed: boolean): boolean {
  if (type === 'response.created' || record(value.error)) return false;
  const id = record(value.response)?.id;
  if (id === undefined) return !isNextOwed;
  return events.some((event) => record(event.value.response)?.id === id);
}

/** The responses that an exchange tells whole: in one piece, or in the event that ends a stream. */
export function endedResponses(exchange: Exchange): SeenEvent[] {
  return turnsOf(exchange).flatMap(({ events, isMixed }) => {
    const last = isMixed ? undefined : events.findLast(({ type }) => isTerminal(type));
    const response = record(last?.value.response);
    return last && response ? [{ ...last, value: response }] : [];
  });
}
