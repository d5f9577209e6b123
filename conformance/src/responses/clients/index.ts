import type { Exchange } from '@agentproto/recording';
import { clientCheck, type ClientCheck } from '../../kit/client-check.ts';
import { isRecord } from '../../kit/json.ts';
import { sameJson } from '../../kit/match.ts';
import { seen } from '../../kit/subject.ts';
import { toldCheck } from '../../kit/told-check.ts';
import { framesSent, jsonOf, shapeCheck, type SentMessage } from '../../kit/shape-check.ts';
import { known } from '../known.ts';
import type { Revision } from '../revision.ts';
import { records, type Json } from '../view.ts';

const header = ({ request }: Exchange, name: string): string | undefined =>
  request.headers.find(([key]) => key.toLowerCase() === name)?.[1];

/** What a client asked for over HTTP, with its body. */
const creates = (exchanges: readonly Exchange[]): { exchange: Exchange; body: Json }[] =>
  exchanges.flatMap((exchange) => {
    const body = known(exchange)?.operation === 'createResponse' ? bodyOf(exchange) : undefined;
    return body ? [{ exchange, body }] : [];
  });

function bodyOf({ request: { body } }: Exchange): Json | undefined {
  try {
    const value: unknown = body && 'text' in body ? JSON.parse(body.text) : undefined;
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Items of all responses that came before. */
function itemsBefore(exchanges: readonly Exchange[], { request }: Exchange): Json[] {
  return exchanges
    .filter((one) => one.request.atMs < request.atMs)
    .flatMap(({ response, frames }) =>
      [response?.json, ...frames.map(({ json }) => (isRecord(json) ? json.response : undefined))].flatMap((one) =>
        isRecord(one) ? records(one.output) : [],
      ),
    );
}

/** What tells an item from others of its type. */
const nameOf = ({ type, id, call_id: call }: Json): string[] =>
  [id, call].flatMap((name) => (typeof name === 'string' && name !== '' ? `${String(type)} ${name}` : [])).slice(0, 1);
const isOfAnother = ({ type }: Json): boolean => typeof type === 'string' && type.includes(':');

/** Operations whose request is the JSON of a body, and nothing that stands in the path. */
const BODIES = ['createResponse', 'compactResponse', 'createChatCompletion', 'connectResponses'];

const requestsBy =
  ({ requests }: Revision) =>
  (exchange: Exchange): SentMessage[] => {
    const { operation = '' } = known(exchange) ?? {};
    const name = BODIES.includes(operation) ? requests[operation]?.request : undefined;
    if (!name) return [];
    if (operation === 'connectResponses') return framesSent(exchange, name);
    return [{ name, value: jsonOf(exchange) }];
  };

/** `{ "id": … }` alone refers to an item (Reference: ItemReferenceParam). */
function withReferences(value: unknown): unknown {
  if (!isRecord(value) || !Array.isArray(value.input)) return value;
  const isReference = (item: unknown) =>
    isRecord(item) && item.type == null && item.role === undefined && typeof item.id === 'string';
  return {
    ...value,
    input: value.input.map((item: unknown) =>
      isReference(item) ? { ...(item as Json), type: 'item_reference' } : item,
    ),
  };
}

/** Those and the form of requests, which is another in each revision. */
export const responsesClientsBy = (revision: Revision): readonly ClientCheck[] => [
  ...responsesClients,
  shapeCheck('responses/client/form', 'RESP-SCHEMA-004', requestsBy(revision), (name, value) =>
    revision.violations(name, withReferences(value)),
  ),
];

/** The rules for clients, held against a recording of what one did, and against what it tells. */
const responsesClients: readonly ClientCheck[] = [
  clientCheck('responses/client/headers', {
    title: 'A request says who asks and what it is',
    proves: ['RESP-HTTP-001', 'RESP-HTTP-002', 'RESP-HTTP-003'],
    examine({ exchanges, situation }, check) {
      for (const exchange of exchanges) {
        const operation = known(exchange)?.operation;
        if (operation === undefined || operation === 'connectResponses') continue;
        const place = { exchange: exchange.id };
        // Whoever was given no key has none to show.
        const shown = header(exchange, 'authorization') !== undefined;
        if (situation?.apiKey !== undefined) check('RESP-HTTP-001', seen(shown, place)).holds(shown, 'Authorization');
        if (exchange.request.method !== 'POST' || !exchange.request.body) continue;
        const type = header(exchange, 'content-type');
        check('RESP-HTTP-002', seen(type, place)).holds(type !== undefined, 'Content-Type');
        check('RESP-HTTP-003', seen(type, place), type === undefined ? { blockedBy: 'RESP-HTTP-002' } : {}).holds(
          /^application\/json(?:;|$)/.test(type ?? ''),
          'application/json',
        );
      }
    },
  }),
  toldCheck('responses/client/unknown-events', {
    ...{ row: 'RESP-EXT-005', situation: 'unknown-events', title: 'Unknown events are passed over' },
  }),
  toldCheck('responses/client/unknown-members', {
    ...{ row: 'RESP-EXT-013', situation: 'unknown-members', title: 'Unknown members are passed over' },
  }),
  toldCheck('responses/client/unknown-item-types', {
    ...{ row: 'RESP-EXT-006', situation: 'unknown-items', title: 'An item of unknown type does no harm' },
  }),
  clientCheck('responses/client/unknown-items', {
    title: 'An item of unknown type that goes back is as it came',
    proves: ['RESP-EXT-006'],
    examine({ exchanges, partial }, check) {
      if (partial) return;
      for (const { exchange, body } of creates(exchanges)) {
        const came = itemsBefore(exchanges, exchange).filter(isOfAnother);
        if (came.length === 0) continue;
        for (const item of records(body.input).filter(isOfAnother))
          check('RESP-EXT-006', seen(item, { exchange: exchange.id })).holds(
            came.some((one) => sameJson(one, item)),
            'the item as it came',
          );
      }
    },
  }),
  clientCheck('responses/client/encrypted-content', {
    title: 'Encrypted content goes back as it came',
    proves: ['RESP-REAS-003'],
    examine({ exchanges, partial }, check) {
      if (partial) return;
      for (const { exchange, body } of creates(exchanges)) {
        const came = itemsBefore(exchanges, exchange).flatMap(({ encrypted_content: content }) =>
          typeof content === 'string' ? [content] : [],
        );
        if (came.length === 0) continue;
        for (const { encrypted_content: content } of records(body.input))
          if (typeof content === 'string')
            check('RESP-REAS-003', seen(content, { exchange: exchange.id })).holds(
              came.includes(content),
              'encrypted content that came before',
            );
      }
    },
  }),
  clientCheck('responses/client/compaction', {
    title: 'After compaction a new chain begins',
    proves: ['RESP-COMPACT-003'],
    examine({ exchanges }, check) {
      for (const { exchange, body } of creates(exchanges)) {
        if (!records(body.input).some(({ type }) => type === 'compaction')) continue;
        check('RESP-COMPACT-003', seen(body.previous_response_id ?? null, { exchange: exchange.id })).holds(
          body.previous_response_id == null,
          'no previous_response_id beside a compaction',
        );
      }
    },
  }),
  clientCheck('responses/client/socket', {
    title: 'What is said on a WebSocket is a request for a response, and a continuation says what is new alone',
    proves: ['RESP-WS-002', 'RESP-WS-003', 'RESP-WS-010'],
    examine({ exchanges }, check) {
      for (const exchange of exchanges) {
        if (known(exchange)?.operation !== 'connectResponses') continue;
        const place = { exchange: exchange.id };
        /** By the id of each response: what is of its conversation, as far as items have names. */
        const chains = new Map<string, ReadonlySet<string>>();
        let asked: ReadonlySet<string> = new Set();
        for (const { direction, json } of exchange.frames) {
          const frame = isRecord(json) ? json : {};
          if (direction === 'in') {
            const { id, output } = isRecord(frame.response) ? frame.response : {};
            if (typeof id === 'string') chains.set(id, new Set([...asked, ...records(output).flatMap(nameOf)]));
            continue;
          }
          check('RESP-WS-002', seen(frame.type ?? null, place)).equals('response.create');
          const others = ['stream', 'stream_options', 'background'].filter((name) => name in frame);
          check('RESP-WS-003', seen(others, place)).equals([]);
          const input = records(frame.input);
          const before = chains.get(String(frame.previous_response_id ?? ''));
          if (before) {
            // A text may be said again. An item with a name is there once; one of another branch is new in this.
            const again = input.filter((item) => nameOf(item).some((name) => before.has(name)));
            check('RESP-WS-010', seen(again, place)).holds(again.length === 0, 'new items alone');
          }
          asked = new Set([...(before ?? []), ...input.flatMap(nameOf)]);
        }
      }
    },
  }),
];
