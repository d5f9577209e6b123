import type { Exchange } from '@agentproto/recording';
import { invariant } from '../../kit/invariant.ts';
import { rowTable } from '../../kit/rows.ts';
import { seen, type Place } from '../../kit/subject.ts';
import type { Revision } from '../revision.ts';
import { endedResponses } from '../turns.ts';
import { goesOn, record, records, text, type Json } from '../view.ts';
import { knows, responseFaults } from './shape.ts';

/** What is answered with a response. */
const GIVES = new Set(['createResponse', 'retrieveResponse', 'cancelResponse']);

/** The responses in an exchange: in one piece, or in the event that ends a stream. */
export function responsesIn(exchange: Exchange): { value: Json; place: Place }[] {
  if (exchange.binding !== 'HTTP') return endedResponses(exchange);
  const { response, operation, id } = exchange;
  const body = response?.status === 200 && GIVES.has(operation ?? '') ? record(response.json) : undefined;
  return body ? [{ value: body, place: { exchange: id } }] : [];
}

/** Kinds of items to which the schema gives no status. */
const WITHOUT_STATUS = new Set(['reasoning', 'compaction']);

export function responseInvariants(revision: Revision) {
  const ownStatus = rowTable(revision).has('RESP-ITEM-012');

  return [
    invariant('responses/response/shape', {
      title: 'A response is valid under the schema, and is not completed before it was created',
      proves: ['RESP-SCHEMA-001', 'RESP-SCHEMA-003', 'RESP-EXT-010'],
      bindings: ['HTTP', 'SSE', 'WebSocket'],
      examine(exchange, check) {
        for (const { value, place } of responsesIn(exchange)) {
          const all = revision.violations('ResponseResource', value);
          const faults = responseFaults(all, value, revision, ownStatus).map(({ message }) => message);
          check('RESP-SCHEMA-001', seen(value, place)).holds(
            faults.length === 0,
            `a valid response: ${faults.join('; ')}`,
          );
          if (exchange.binding !== 'HTTP') continue;
          for (const { type } of records(value.tools))
            check('RESP-EXT-010', seen(type, place)).holds(
              knows(revision, 'Tool', type),
              'a known tool, or one with a prefix',
            );
          const { status, created_at: created, completed_at: completed } = value;
          const times = seen({ status, created_at: created, completed_at: completed }, place);
          // That it is unknown is no contradiction; that it is missing is the schema's matter.
          if (status === 'completed' && typeof completed === 'number')
            check('RESP-SCHEMA-003', times).holds(completed >= Number(created), 'completed_at not before created_at');
          else if (status !== 'completed' && completed !== undefined)
            check('RESP-SCHEMA-003', times).holds(completed === null, 'completed_at null in what is not completed');
        }
      },
    }),

    invariant('responses/response/items', {
      title:
        'Items have an id of their own, a type and a status; what is incomplete is the last, in what is incomplete',
      proves: ['RESP-ITEM-009', 'RESP-ITEM-010', 'RESP-ITEM-012', 'RESP-ITEM-013', 'RESP-EXT-001'],
      bindings: ['HTTP', 'SSE', 'WebSocket'],
      examine(exchange, check) {
        for (const { value, place } of responsesIn(exchange)) {
          const items = records(value.output);
          items.forEach((item, index) => {
            const { id, type, status } = item;
            const isKnown = knows(revision, 'ItemField', type);
            check('RESP-EXT-001', seen(type, place)).holds(isKnown, 'a known type, or one with a prefix');
            const owed = WITHOUT_STATUS.has(String(type)) ? [id, type] : [id, type, status];
            check('RESP-ITEM-012', seen(item, place)).holds(owed.every(text), 'an item with id, type and status');
            if (status !== 'incomplete' || goesOn(value.status)) return;
            check('RESP-ITEM-009', seen(items, place)).holds(
              !items.slice(index + 1).some((later) => knows(revision, 'ItemField', later.type)),
              'nothing after an item that is incomplete',
            );
            check('RESP-ITEM-010', seen(value.status, place)).holds(
              value.status !== 'completed',
              'a response that is incomplete, as its item is',
            );
          });
          const ids = items.flatMap(({ id }) => text(id) ?? []);
          if (ids.length > 1)
            check('RESP-ITEM-013', seen(ids, place)).holds(new Set(ids).size === ids.length, 'ids that differ');
        }
      },
    }),
  ];
}
