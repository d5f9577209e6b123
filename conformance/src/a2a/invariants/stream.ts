import type { Exchange } from '@agentproto/recording';
import { invariant } from '../../kit/invariant.ts';
import { nonEmptyString } from '../../kit/match.ts';
import { seen, type Place } from '../../kit/subject.ts';
import { isEventStream } from '../content-type.ts';
import { EVENT_MEMBERS, oddForm, plainEvent } from '../plain-event.ts';
import { isRecord } from '../../kit/json.ts';
import { eventView, isTerminal, type EventView } from '../view.ts';

/** The grammar of every answer stream, whatever it was opened for. */

interface StreamEvent {
  raw: unknown;
  view: EventView;
  place: Place;
}

/** The StreamResponses of an exchange; none where it is no stream, or its only event is an error. */
export function streamEvents(exchange: Exchange): StreamEvent[] {
  if (!isEventStream(exchange)) return [];
  return exchange.frames.flatMap((frame) => {
    if (frame.kind !== 'sse') return [];
    const raw = exchange.binding === 'JSONRPC' && isRecord(frame.json) ? frame.json.result : frame.json;
    if (isRecord(frame.json) && isRecord(frame.json.error)) return [];
    return [
      {
        raw,
        view: eventView(raw),
        place: { exchange: exchange.id, frame: frame.index, atMs: Math.round(frame.atMs - exchange.request.atMs) },
      },
    ];
  });
}

/** A streamed message that names no task. */
function opensTask({ operation, request }: Exchange): boolean {
  if (operation !== 'SendStreamingMessage' || !request.body || !('text' in request.body)) return false;
  return !request.body.text.includes('"taskId":"');
}

export const streamInvariants = [
  invariant('a2a/stream/grammar', {
    title: 'A stream is one message, or the task and then its updates up to the end',
    proves: ['A2A10-STREAM-003', 'A2A10-STREAM-004', 'A2A10-STREAM-006'],
    examine(exchange, check) {
      // An event that nobody can read has no place in the grammar: its form is the matter.
      const events = streamEvents(exchange).filter(({ view }) => view.kind !== 'unreadable');
      const first = events[0];
      // A subscription that resumes after a known event has no opening task.
      const resumed = exchange.request.headers.some(([name]) => name.toLowerCase() === 'last-event-id');
      if (!first || first.view.kind === 'message' || resumed) return;
      // How follow-ups and subscriptions begin are rows of their own (STREAM-021, SUB-001).
      if (opensTask(exchange)) check('A2A10-STREAM-003', seen(first.view.kind, first.place)).has('task');
      const end = events.findIndex(({ view }) => isTerminal(view));
      events.slice(1).forEach(({ view, place }, index) => {
        check('A2A10-STREAM-004', seen(view.kind, place)).holds(
          view.kind === 'status' || view.kind === 'artifact' || view.kind === 'task',
          'a statusUpdate or an artifactUpdate',
        );
        if (end >= 0 && index + 1 > end)
          check('A2A10-STREAM-006', seen(view.kind, place)).holds(
            view.kind === 'task' && index + 2 === events.length,
            'nothing but a closing snapshot after the terminal state',
          );
      });
      const last = events[end];
      if (last && end === events.length - 1)
        check('A2A10-STREAM-006', seen(last.view.kind, last.place)).holds(true, 'nothing after the terminal state');
    },
  }),

  invariant('a2a/stream/ids', {
    title: 'Every update belongs to the task that opened the stream',
    proves: ['A2A10-STREAM-008', 'A2A10-DM-014'],
    examine(exchange, check) {
      const events = streamEvents(exchange);
      const opening = events[0]?.view;
      // A stream may begin without the task (STREAM-003 says so), and a Task may do without a contextId.
      let of = opening?.kind === 'task' ? { taskId: opening.id, contextId: opening.contextId } : undefined;
      for (const { view, place } of events) {
        if (view.kind !== 'status' && view.kind !== 'artifact') continue;
        const ids = { taskId: view.taskId, contextId: view.contextId };
        check('A2A10-DM-014', seen(ids, place)).has({ taskId: nonEmptyString, contextId: nonEmptyString });
        // What is not there is a matter of DM-014.
        const { taskId = of?.taskId, contextId = of?.contextId } = ids;
        if (of)
          check('A2A10-STREAM-008', seen(ids, place)).holds(
            (of.taskId ?? taskId) === taskId && (of.contextId ?? contextId) === contextId,
            `the ids of the task, ${JSON.stringify(of)}`,
          );
        of = { taskId: of?.taskId ?? taskId, contextId: of?.contextId ?? contextId };
      }
    },
  }),

  invariant('a2a/stream/shape', {
    title: 'Every event is a StreamResponse with exactly one member, bare or as the result of a JSON-RPC response',
    proves: ['A2A10-STREAM-022', 'A2A10-REST-009', 'A2A10-RPC-011'],
    bindings: ['HTTP+JSON', 'JSONRPC'],
    examine(exchange, check) {
      const row = exchange.binding === 'JSONRPC' ? 'A2A10-RPC-011' : 'A2A10-REST-009';
      for (const { raw, place } of streamEvents(exchange)) {
        const odd = oddForm(raw);
        const misnamed = plainEvent(raw)?.fault === 'misnamed';
        const expected = `exactly one of ${EVENT_MEMBERS.join(', ')}: the event ${odd}`;
        check('A2A10-STREAM-022', seen(raw, place)).holds(!misnamed, expected);
        check(row, seen(raw, place), { blockedBy: misnamed ? 'A2A10-STREAM-022' : undefined }).holds(
          odd === undefined,
          expected,
        );
      }
    },
  }),
];
