import type { Violation } from '@agentproto/rules/responses/2026-04-24';
import { invariant } from '../../kit/invariant.ts';
import { isRecord } from '../../kit/json.ts';
import { rowTable } from '../../kit/rows.ts';
import { seen } from '../../kit/subject.ts';
import type { SeenEvent } from '../answer.ts';
import { isSlug, type Revision } from '../revision.ts';
import { endedResponses, turnsOf } from '../turns.ts';
import { isMisnamedEnd, isTerminal, record, text } from '../view.ts';
import { responsesIn } from './response.ts';
import { isMissingMember, responseFaults, sameFault } from './shape.ts';

/** A number that is greater than all before it; what has none, or a smaller one, does not count for the next. */
function numbered(events: readonly SeenEvent[]): { event: SeenEvent; after: number; ok: boolean }[] {
  let after = -1;
  return events.map((event) => {
    const number = event.value.sequence_number;
    const ok = Number.isInteger(number) && (number as number) > after;
    const before = after;
    if (ok) after = number as number;
    return { event, after: before, ok };
  });
}

/** Whether the request said that it wants no obfuscation. */
function wantsNone(body: string | undefined): boolean {
  if (body === undefined || !body.includes('include_obfuscation')) return false;
  const request = record(JSON.parse(body));
  return record(request?.stream_options)?.include_obfuscation === false;
}

export function eventInvariants(revision: Revision) {
  const { knowsEvent } = revision;
  const ownStatus = rowTable(revision).has('RESP-ITEM-012');

  return [
    invariant('responses/stream/types', {
      title: 'Events are of known types, or have a prefix, and are numbered in their order',
      proves: ['RESP-STREAM-006', 'RESP-STREAM-010', 'RESP-EXT-002', 'RESP-EXT-003', 'RESP-WS-005'],
      bindings: ['SSE', 'WebSocket'],
      examine(exchange, check) {
        const isSocket = exchange.binding === 'WebSocket';
        for (const { events, isMixed } of turnsOf(exchange)) {
          const hasEnd = events.some(({ type }) => isTerminal(type));
          for (const { value, type, place } of events) {
            // What an error frame looks like is a matter of its own (WebSocket Errors).
            if (isSocket && isRecord(value.error)) continue;
            if (isSocket)
              check('RESP-WS-005', seen(value, place)).holds(type !== undefined, 'an event as in a stream over HTTP');
            else check('RESP-STREAM-006', seen(value, place)).holds(type !== undefined, 'an event with a type');
            if (type === undefined || (!hasEnd && isMisnamedEnd(value, knowsEvent))) continue;
            const known = knowsEvent(type) || isSlug(type);
            check('RESP-STREAM-006', seen(type, place)).holds(known, 'a known type, or one with a prefix');
            check('RESP-EXT-002', seen(type, place)).holds(known, 'a prefix in a type that is not known');
          }
          if (isMixed) continue;
          for (const { event, after, ok } of numbered(events)) {
            const { value, type, place } = event;
            if (type === undefined || (isSocket && isRecord(value.error))) continue;
            check(isSlug(type) ? 'RESP-EXT-003' : 'RESP-STREAM-010', seen(value.sequence_number ?? null, place)).holds(
              ok,
              `a sequence_number greater than ${after}`,
            );
          }
        }
      },
    }),

    invariant('responses/stream/shapes', {
      title: 'Every event is valid under the schema of its type; an item that is added has what it cannot do without',
      proves: ['RESP-STREAM-013', 'RESP-ITEM-002', 'RESP-ITEM-003', 'RESP-ITEM-016'],
      bindings: ['SSE', 'WebSocket'],
      examine(exchange, check, play) {
        // What is wrong with the response at the end is told there, and once; of a stream that was left, where it is seen again.
        const ended = endedResponses(exchange);
        const told = (ended.length > 0 ? ended : play().flatMap(responsesIn)).flatMap(({ value }) =>
          revision.violations('ResponseResource', value),
        );
        for (const event of turnsOf(exchange).flatMap(({ events }) => events)) {
          const { value, type, place } = event;
          if (type === undefined || !knowsEvent(type) || (type === 'error' && exchange.binding === 'WebSocket'))
            continue;
          const faults = revision
            .violations('StreamEvent', value)
            .filter(({ pointer }) => pointer !== '/sequence_number')
            .filter((fault) => !isOfResponse(fault, value, told, ownStatus, revision));
          const isAdded = type === 'response.output_item.added';
          const item = record(value.item);
          const unnamed = isAdded && item ? unnamedIn(item) : undefined;
          const rest = faults.filter(({ pointer }) => pointer !== `/item/${unnamed}`);
          const lacks = isAdded ? rest.filter(isLacking) : [];
          if (isAdded && item) {
            check('RESP-ITEM-003', seen(item, place)).holds(
              unnamed === undefined,
              `a value of ${unnamed ?? 'role or name'}`,
            );
            check('RESP-ITEM-002', seen(item, place)).holds(lacks.length === 0, sentence(lacks));
            if (typeof item.status === 'string')
              check('RESP-ITEM-016', seen(item.status, place)).holds(
                item.status !== 'incomplete',
                'in_progress or completed',
              );
          }
          const others = rest.filter((fault) => !lacks.includes(fault));
          check('RESP-STREAM-013', seen(value, place)).holds(
            others.length === 0,
            `a valid ${type}: ${sentence(others)}`,
          );
        }
      },
    }),

    invariant('responses/stream/obfuscation', {
      title: 'Nothing is obfuscated where the request says so',
      proves: ['RESP-STREAM-016'],
      bindings: ['SSE'],
      examine(exchange, check) {
        const { body } = exchange.request;
        if (!wantsNone(body && 'text' in body ? body.text : undefined)) return;
        for (const { value, type, place } of turnsOf(exchange).flatMap(({ events }) => events))
          if (type?.endsWith('.delta'))
            check('RESP-STREAM-016', seen(value, place)).holds(!value.obfuscation, 'no obfuscation');
      },
    }),
  ];
}

/** A fault of a response or an item within an event, which rules about these tell. */
function isOfResponse(
  fault: Violation,
  event: SeenEvent['value'],
  told: readonly Violation[],
  ownStatus: boolean,
  revision: Revision,
): boolean {
  const inner = /^\/response(\/.*)$/.exec(fault.pointer)?.[1] ?? fault.pointer.replace(/^\/item\//, '/output/0/');
  if (inner === fault.pointer) return false;
  const shown = { ...fault, pointer: inner };
  // Who leaves members out at the end leaves out others, or more of them, before.
  const isPartial = isMissingMember(shown) && told.some(isMissingMember);
  if (isPartial || told.some((other) => sameFault(other, shown))) return true;
  const response = record(event.response) ?? { output: [event.item] };
  return responseFaults([shown], response, revision, ownStatus).length === 0;
}

/** The member without which nobody knows who speaks, or what is called. */
function unnamedIn(item: SeenEvent['value']): 'role' | 'name' | undefined {
  const member = item.type === 'message' ? 'role' : item.type === 'function_call' ? 'name' : undefined;
  return member && !text(item[member]) ? member : undefined;
}

const isLacking = ({ pointer, got }: Violation): boolean =>
  pointer.startsWith('/item/') && (got === 'nothing' || got === 'null');

const sentence = (faults: readonly Violation[]): string =>
  faults.map(({ message }) => message).join('; ') || 'every member that it needs';
