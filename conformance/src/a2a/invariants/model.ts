import { METHODS, ROLES, TASK_STATES, type MessageName, type MethodName } from '@agentproto/protocol/a2a/1.0';
import { validate, type Violation } from '@agentproto/rules/a2a/1.0';
import type { Exchange } from '@agentproto/recording';
import { invariant } from '../../kit/invariant.ts';
import { seen, type Place } from '../../kit/subject.ts';
import { isRecord } from '../../kit/json.ts';
import { plainEvent } from '../plain-event.ts';
import { sent } from '../sent.ts';
import { walker } from '../walk-model.ts';
import { streamEvents } from './stream.ts';

/** The data model, held against every message that the target wrote. */

export interface Written {
  name: MessageName;
  value: unknown;
  place: Place;
}

/** Every message of the model in an exchange: results, stream events, the card. */
export function written(exchange: Exchange): Written[] {
  const { response, operation } = exchange;
  if (exchange.binding === 'card')
    return response?.status === 200 && isRecord(response.json)
      ? [{ name: 'AgentCard', value: response.json, place: { exchange: exchange.id } }]
      : [];
  const events = streamEvents(exchange);
  // An event in an odd form is held against the model as what it plainly is; one that nobody can read, not at all.
  if (events.length > 0)
    return events.flatMap(({ raw, place }) => {
      const plain = plainEvent(raw);
      const value = plain?.odd ? { [plain.member]: plain.content } : raw;
      return plain ? [{ name: 'StreamResponse', value, place }] : [];
    });
  // A request that was written by hand is of the method that it says.
  if (exchange.hostile && exchange.binding === 'JSONRPC' && sent(exchange)?.method !== operation) return [];
  // That a configuration without a url was taken is a red of its own (PUSH-013); that it is shown again, is none.
  if (exchange.hostile && operation?.includes('PushNotificationConfig')) return [];
  const name = operation !== undefined && operation in METHODS ? METHODS[operation as MethodName].response : null;
  if (!name || !response || response.status >= 300 || response.json === undefined) return [];
  const value =
    exchange.binding === 'JSONRPC' ? (isRecord(response.json) ? response.json.result : undefined) : response.json;
  if (value === undefined) return [];
  // A history also shows what we wrote. That a broken message was taken is a red of its own (ERR-004, ERR-009), where it is
  // sent; that it is shown again, there and in the lists of later scenarios, is none.
  const echoes = exchange.hostile || operation === 'ListTasks';
  const judged = echoes ? withoutHistory(value) : value;
  return [{ name: name as MessageName, value: judged, place: { exchange: exchange.id } }];
}

/** A task, what it stands in, or a list of tasks, without what was said in them. */
function withoutHistory(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { history: _left, ...rest } = value;
  return {
    ...rest,
    ...('task' in rest && { task: withoutHistory(rest.task) }),
    ...(Array.isArray(rest.tasks) && { tasks: rest.tasks.map(withoutHistory) }),
  };
}

const bindings = ['JSONRPC', 'HTTP+JSON', 'card'] as const;

export const modelInvariants = [
  invariant('a2a/model/schema', {
    title: 'Every message has its required members, with values of the right kind',
    proves: ['A2A10-DM-005', 'A2A10-DM-006', 'A2A10-DM-009'],
    bindings,
    ofHostile: true,
    examine(exchange, check) {
      for (const { name, value, place } of written(exchange)) {
        // A server that took a bad message tells it again: that it took it is a matter of ERR-004 alone.
        const violations = validate(name, withoutUnset(value)).filter(
          (violation) =>
            !disputed(violation) &&
            // The members of a list have a row of their own (LIST-007).
            !(name === 'ListTasksResponse' && /^\/\w+$/.test(violation.pointer)) &&
            // So have the security schemes of the card (CARD-010).
            !(exchange.binding === 'card' && violation.pointer.startsWith('/securitySchemes')) &&
            !(exchange.hostile && /\/history\/\d/.test(violation.pointer)),
        );
        const of = (kind: string) => violations.filter((violation) => kindOf(violation) === kind);
        const subject = seen(value, place);
        for (const [row, kind, wanted] of [
          ['A2A10-DM-005', 'required', 'every required member'],
          ['A2A10-DM-006', 'empty-list', 'no required list to be empty'],
          ['A2A10-DM-009', 'part', 'parts with exactly one content'],
        ] as const) {
          const found = of(kind);
          if (kind === 'part' && !hasParts(value)) continue;
          check(row, subject).holds(
            found.length === 0,
            `${wanted} of ${name}`,
            found.map(({ message, field }) => `${field}: ${message}`),
          );
        }
      }
    },
  }),

  invariant('a2a/model/spelling', {
    title: 'Keys are camelCase and enums are the names of the proto',
    proves: ['A2A10-DM-001', 'A2A10-DM-002', 'A2A10-DM-013'],
    bindings,
    ofHostile: true,
    examine(exchange, check) {
      for (const { value, place } of written(exchange)) {
        const keys: string[] = [];
        const enums: string[] = [];
        const kinds: string[] = [];
        const finals: string[] = [];
        walk(value, (key, member, path, parent) => {
          if (!/^[a-z][a-zA-Z0-9]*$/.test(key)) keys.push(path);
          if (key === 'kind' && !isExtra(parent)) kinds.push(path);
          if (key === 'final' && !isExtra(parent)) finals.push(path);
          if (key === 'state' && !STATES.has(member)) enums.push(path);
          if (key === 'role' && !ROLE_NAMES.has(member)) enums.push(path);
        });
        const subject = seen(value, place);
        check('A2A10-DM-001', subject).holds(keys.length === 0, 'camelCase keys', keys);
        check('A2A10-DM-002', subject).holds(enums.length === 0, 'states and roles by their proto names', enums);
        check('A2A10-DM-013', subject).holds(kinds.length === 0, 'no `kind` of 0.3', kinds);
        if (finals.length > 0) check('A2A10-DM-013', subject).observes('has the member `final` of 0.3');
      }
    },
  }),

  invariant('a2a/model/timestamps', {
    title: 'Timestamps are UTC with Z',
    proves: ['A2A10-DM-003', 'A2A10-DM-004'],
    ofHostile: true,
    examine(exchange, check) {
      for (const { value, place } of written(exchange)) {
        walk(value, (key, member, path) => {
          if (key !== 'timestamp') return;
          const stamp = seen(member, place);
          check('A2A10-DM-003', stamp).holds(
            typeof member === 'string' &&
              /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(member) &&
              !Number.isNaN(Date.parse(member)),
            `an ISO 8601 time in UTC with Z at ${path}`,
            member,
          );
          // Where there are none, the fraction may be left out; ProtoJSON also writes microseconds (5.6.1).
          check('A2A10-DM-004', stamp).holds(
            typeof member === 'string' && /\.\d{3,}(Z|[+-]\d\d:\d\d)?$/.test(member),
            `milliseconds at ${path}`,
            member,
          );
        });
      }
    },
  }),

  invariant('a2a/model/artifact-ids', {
    title: 'Artifacts of a task have ids that differ',
    proves: ['A2A10-DM-012'],
    ofHostile: true,
    examine(exchange, check) {
      for (const { value, place } of written(exchange)) {
        walk({ value }, (key, member) => {
          if (key !== 'artifacts' || !Array.isArray(member) || member.length === 0) return;
          const ids = member.map((artifact) => (isRecord(artifact) ? artifact.artifactId : undefined));
          check('A2A10-DM-012', seen(ids, place)).holds(
            new Set(ids).size === ids.length && !ids.includes(undefined),
            'artifactIds that differ',
          );
        });
      }
    },
  }),
];

/** That *_UNSPECIFIED must not be written is our inference, no rule (second check). */
const STATES = new Set<unknown>([...TASK_STATES, 'TASK_STATE_UNSPECIFIED']);
const ROLE_NAMES = new Set<unknown>([...ROLES, 'ROLE_UNSPECIFIED']);

/** Members whose content is the user's own, or a map: their keys follow no rule of the model. */
const OPEN = new Set(['metadata', 'data', 'params', 'header', 'securitySchemes', 'schemes', 'scopes', 'security']);

export const walk = walker(OPEN);

/** ProtoJSON (5.5) takes null for a member that is not set; content may be null. */
export function withoutUnset(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUnset);
  if (!isRecord(value)) return value;
  const set = Object.entries(value).filter(([key, member]) => member !== null || key === 'data');
  return Object.fromEntries(set.map(([key, member]) => [key, OPEN.has(key) ? member : withoutUnset(member)]));
}

function isExtra(parent: Record<string, unknown>): boolean {
  return !(
    'taskId' in parent ||
    'status' in parent ||
    'messageId' in parent ||
    'parts' in parent ||
    'text' in parent ||
    'data' in parent ||
    'url' in parent
  );
}

function hasParts(value: unknown): boolean {
  let found = false;
  walk({ value }, (key) => {
    found ||= key === 'parts';
  });
  return found;
}

/** Which rule of the model a violation breaks. */
function kindOf({ expected, pointer }: Violation): 'required' | 'empty-list' | 'part' | 'other' {
  if (/exactly one of text/.test(expected)) return 'part';
  if (/\/parts\/\d+$/.test(pointer) || /\/parts\/\d+\/raw$/.test(pointer)) return 'part';
  if (expected === 'an array that is not empty') return 'empty-list';
  // There, and of the right JSON type; spelling, formats and timestamps have rows of their own.
  return /^(a value|an? (string|object|array|boolean|integer|number))$/.test(expected) ? 'required' : 'other';
}

/** `AgentCard.skills` may be empty: the spec's own sample is (contradiction 7). */
function disputed({ pointer }: Violation): boolean {
  return pointer === '/skills';
}
