import type { Exchange, Frame } from '@agentproto/recording';
import { invariant } from '../../kit/invariant.ts';
import { isRecord } from '../../kit/json.ts';
import { seen, type Place } from '../../kit/subject.ts';
import { RUNS, type Contract } from '../contract.ts';
import { eventFaults } from '../grammar/faults.ts';
import { GRAMMAR_ROWS } from '../grammar/judge.ts';
import { judgeRun } from '../grammar/run.ts';
import { EVENT_STREAM, mediaTypeOf } from '../media-type.ts';
import { isEvent, isUnread, nameAside, ownName, runEventsIn } from '../run-event.ts';

const at = ({ id, request }: Exchange, { index, atMs }: Frame): Place => ({
  exchange: id,
  frame: index,
  atMs: Math.round(atMs - request.atMs),
});

export function runInvariants({ isReadme }: Contract) {
  const isRun = ({ operation, response }: Exchange): boolean =>
    (operation === RUNS.agents || operation === RUNS.teams) && response?.status === 200;

  return [
    invariant('open-agent/run/frames', {
      title: 'A run that was asked for as a stream is one, of JSON objects that name themselves',
      proves: ['OAA-SSE-001', 'OAA-SSE-002', 'OAA-SSE-013'],
      bindings: ['SSE'],
      examine(exchange, check) {
        if (!isRun(exchange)) return;
        const type = mediaTypeOf(exchange);
        check('OAA-SSE-001', seen(type ?? null, { exchange: exchange.id })).holds(type === EVENT_STREAM, EVENT_STREAM);
        for (const frame of exchange.frames.filter(isEvent)) {
          const place = at(exchange, frame);
          check('OAA-SSE-002', seen(frame.json ?? frame.data, place)).holds(
            !isUnread(frame),
            'a JSON object that names itself in `event` or `type`',
          );
          if (isRecord(frame.json) && !isUnread(frame))
            check('OAA-SSE-013', seen(frame.json, place)).holds(
              ownName(frame.json) !== undefined,
              `the name in the data, beside the event field ${nameAside(frame)}`,
            );
        }
      },
    }),

    invariant('open-agent/run/grammar', {
      title: 'A run begins, says its answer, and ends once; what it asks for and calls is in order',
      proves: GRAMMAR_ROWS,
      bindings: ['SSE'],
      examine(exchange, check) {
        if (!isRun(exchange) || mediaTypeOf(exchange) !== EVENT_STREAM) return;
        const frames = exchange.frames.filter(isEvent);
        const unreadAt = frames.find(isUnread)?.index;
        judgeRun(
          runEventsIn(exchange),
          {
            isOver: exchange.end?.kind === 'complete',
            isTeam: exchange.operation === RUNS.teams,
            hasCost: !isReadme,
            faults: eventFaults(isReadme),
          },
          (row, ok, event, expected, actual = event?.value ?? null) => {
            // What could not be read may have been what is missing.
            const isBlind = unreadAt !== undefined && (event?.place.frame ?? unreadAt) >= unreadAt - 1;
            check(row, seen(actual, event?.place ?? { exchange: exchange.id }), {
              ...(isBlind && { blockedBy: 'OAA-SSE-002' }),
            }).holds(ok, expected);
          },
        );
      },
    }),
  ];
}
