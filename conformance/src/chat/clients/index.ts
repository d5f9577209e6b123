import type { Exchange } from '@agentproto/recording';
import type { ClientCheck } from '../../kit/client-check.ts';
import { lostCheck } from '../../kit/lost-check.ts';
import { toldCheck } from '../../kit/told-check.ts';
import { validate } from '@agentproto/rules/chat/docs';
import { framesSent, jsonOf, shapeCheck, type SentMessage } from '../../kit/shape-check.ts';
import { known } from '../known.ts';

function requestsIn(exchange: Exchange): SentMessage[] {
  const operation = known(exchange)?.operation;
  if (operation === 'chat-ws') return framesSent(exchange, 'ClientFrame');
  return operation === 'chat' || operation === 'chat-stream' ? [{ name: 'ChatRequest', value: jsonOf(exchange) }] : [];
}

/** The rules for clients (CLIENT), held against a recording of what one did, and against what it tells. */
export const chatClients: readonly ClientCheck[] = [
  shapeCheck('chat/client/form', 'CHAT-CLIENT-014', requestsIn, (name, value) =>
    validate(name as Parameters<typeof validate>[0], value),
  ),
  toldCheck('chat/client/pieces', {
    ...{ row: 'CHAT-CLIENT-001', situation: 'pieces', title: 'However the stream is cut, the events are the same' },
  }),
  toldCheck('chat/client/crlf', { row: 'CHAT-CLIENT-002', situation: 'crlf', title: 'CR LF ends a line' }),
  toldCheck('chat/client/blank-lines', {
    ...{ row: 'CHAT-CLIENT-003', situation: 'blank-lines', title: 'Blank lines are passed over' },
  }),
  toldCheck('chat/client/cut', {
    ...{ row: 'CHAT-CLIENT-004', situation: 'cut', title: 'A last line that is cut off is an error' },
  }),
  toldCheck('chat/client/no-end', {
    ...{ row: 'CHAT-CLIENT-005', situation: 'no-end', title: 'A stream without an end is an error' },
  }),
  toldCheck('chat/client/error-and-done', {
    ...{ row: 'CHAT-CLIENT-006', situation: 'done-after-the-error' },
    title: 'An error that a done follows is an error',
  }),
  toldCheck('chat/client/unknown-events', {
    ...{ row: 'CHAT-CLIENT-007', situation: 'unknown-events', title: 'Unknown events are passed over' },
  }),
  toldCheck('chat/client/spaced-json', {
    ...{ row: 'CHAT-CLIENT-013', situation: 'spaced-json', title: 'JSON is read with and without spaces' },
  }),
  lostCheck('chat/client/lost', {
    ...{ row: 'CHAT-CLIENT-012', situation: 'lost' },
    title: 'A turn of which something came is not sent again when its connection is lost, and its caller is told',
    isTurn: (exchange) => known(exchange)?.operation?.startsWith('chat') ?? false,
  }),
];
