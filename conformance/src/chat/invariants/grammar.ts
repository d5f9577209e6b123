import { EVENT_TYPES, type MessageName } from '@agentproto/protocol/chat/docs';
import type { Violation } from '@agentproto/rules/chat/docs';
import type { Exchange } from '@agentproto/recording';
import { invariant } from '../../kit/invariant.ts';
import { isRecord } from '../../kit/json.ts';
import { seen, type Place } from '../../kit/subject.ts';
import { isBlank } from '../answer.ts';
import { endsTurn, eventView, isExecuted, type EventView } from '../view.ts';

/** The grammar of a turn in events; lines of a stream and frames of a socket keep the same one. */

interface TurnEvent {
  json: unknown;
  data: string;
  view: EventView;
  place: Place;
}

/** The incoming events of an exchange: lines, or frames. */
function eventsOf(exchange: Exchange): TurnEvent[] {
  return exchange.frames.flatMap((frame) => {
    if (frame.direction !== 'in' || (frame.kind !== 'ndjson' && frame.kind !== 'ws-text') || isBlank(frame)) return [];
    return [
      {
        json: frame.json,
        data: frame.data,
        view: eventView(frame.json),
        place: { exchange: exchange.id, frame: frame.index, atMs: Math.round(frame.atMs - exchange.request.atMs) },
      },
    ];
  });
}

/** Cut after each `done`, and after an `error` with the `done` that may follow it. */
function turnsOf(exchange: Exchange): TurnEvent[][] {
  const turns: TurnEvent[][] = [[]];
  for (const event of eventsOf(exchange)) {
    // What is no event is told as that, and has no place in a turn.
    if (event.view.type === undefined) continue;
    const open = turns.at(-1)!;
    const last = open.at(-1)?.view.type;
    const over = last === 'done' || (last === 'error' && event.view.type !== 'done');
    if (over) turns.push([event]);
    else open.push(event);
  }
  return turns.filter((turn) => turn.length > 0);
}

/** Requests that were sent: one over HTTP, one with each of our frames on a socket. */
function requestsOf(exchange: Exchange): number {
  return exchange.binding === 'WebSocket' ? exchange.frames.filter(({ direction }) => direction === 'out').length : 1;
}

/** The target ended a stream in good order, or we a socket: after either, no turn is under way. */
function isComplete({ binding, end }: Exchange): boolean {
  return end?.kind === 'complete' || (binding === 'WebSocket' && end?.kind === 'left' && end.code !== undefined);
}

/** `tool_calls` -> `ToolCallsEvent` */
const modelOf = (type: string): MessageName =>
  `${type.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())}Event` as MessageName;
const known = new Set<string | undefined>(EVENT_TYPES);
const bindings = ['NDJSON', 'WebSocket'] as const;

/** By the shapes of one revision. */
export const grammarInvariantsBy = (validate: (name: MessageName, value: unknown) => Violation[]) => [
  invariant('chat/events/objects', {
    title: 'Every line, and every frame, is one JSON object with a type',
    proves: ['CHAT-STREAM-002', 'CHAT-WS-002'],
    bindings,
    examine(exchange, check) {
      const row = exchange.binding === 'WebSocket' ? 'CHAT-WS-002' : 'CHAT-STREAM-002';
      for (const { json, data, place } of eventsOf(exchange)) {
        check(row, seen(data, place)).holds(
          isRecord(json) && typeof json.type === 'string',
          'one JSON object with a string `type`',
        );
      }
    },
  }),

  invariant('chat/events/grammar', {
    title: 'A turn ends once, with `done` or with `error`; results come first, and nothing comes after the end',
    proves: ['CHAT-STREAM-003', 'CHAT-STREAM-009', 'CHAT-STREAM-010'],
    bindings,
    examine(exchange, check) {
      const turns = turnsOf(exchange);
      turns.forEach((turn, index) => {
        const types = turn.map(({ view }) => view.type);
        const { place } = turn.at(-1)!;
        // Nobody asked for what comes after the last turn.
        const unasked = index >= requestsOf(exchange);
        const afterError = index > 0 && turns[index - 1]!.some(({ view }) => view.type === 'error');
        // Of a `done` that comes once more, it is no matter what the turn was.
        const isDoneAgain = types.every((type) => type === 'done') && turns[index - 1]?.at(-1)?.view.type === 'done';
        if (unasked && afterError && !isDoneAgain)
          check('CHAT-STREAM-009', seen(types, place)).holds(false, 'nothing but a `done` after `error`');
        else if (unasked || types.includes('done'))
          check('CHAT-STREAM-003', seen(types, place)).holds(
            !unasked && types.filter((type) => type === 'done').length === 1,
            'exactly one `done`, and nothing after it',
          );
        if (types.includes('error') && !unasked)
          check('CHAT-STREAM-009', seen(types, place)).holds(true, 'nothing but a `done` after `error`');
        if (!unasked && turn === turns.at(-1) && isComplete(exchange))
          check('CHAT-STREAM-003', seen(types, place)).holds(
            turn.some(({ view }) => endsTurn(view)),
            '`done` or `error` at the end of a turn',
          );
        const result = turn.findLastIndex(({ view }) => isExecuted(view));
        const text = types.indexOf('text_delta');
        if (result >= 0 && text >= 0)
          check('CHAT-STREAM-010', seen(types, turn[result]!.place)).holds(
            result < text,
            'results before the first `text_delta`',
          );
      });
    },
  }),

  invariant('chat/events/shape', {
    title: 'Events of documented types have the members of their type',
    proves: ['CHAT-STREAM-004', 'CHAT-STREAM-007', 'CHAT-STREAM-008'],
    bindings,
    examine(exchange, check) {
      for (const { json, view, place } of eventsOf(exchange)) {
        // What is no object is told as that.
        if (!isRecord(json) || !known.has(view.type)) continue;
        const row =
          view.type === 'text_delta'
            ? 'CHAT-STREAM-004'
            : view.type === 'error'
              ? 'CHAT-STREAM-008'
              : 'CHAT-STREAM-007';
        const violations = validate(modelOf(view.type!), json);
        check(row, seen(json, place)).holds(
          violations.length === 0,
          `a ${view.type} event`,
          violations.map(({ message }) => message),
        );
      }
    },
  }),
];
