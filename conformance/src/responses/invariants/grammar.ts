import { invariant } from '../../kit/invariant.ts';
import { seen } from '../../kit/subject.ts';
import { GRAMMAR_ROWS } from '../grammar/judge.ts';
import { judgeStream } from '../grammar/stream.ts';
import type { Revision } from '../revision.ts';
import { turnsOf } from '../turns.ts';

export const grammarInvariants = ({ knowsEvent }: Revision) => [
  invariant('responses/stream/grammar', {
    title:
      'A stream begins, brings whole items in order, and ends once; what came in pieces is what is there at the end',
    proves: GRAMMAR_ROWS,
    bindings: ['SSE', 'WebSocket'],
    examine(exchange, check) {
      for (const { events, isOver, isMixed, unreadableAt } of turnsOf(exchange)) {
        if (isMixed) continue;
        judgeStream(events, { isOver, knows: knowsEvent }, (row, ok, event, expected, actual = event.value, level) => {
          // What could not be read may have been what is missing.
          const isBlind = unreadableAt !== undefined && (event.place.frame ?? 0) >= unreadableAt;
          check(row, seen(actual, event.place), {
            ...(level && { level }),
            ...(isBlind && { blockedBy: 'RESP-STREAM-002' }),
          }).holds(ok, expected);
        });
      }
    },
  }),
];
