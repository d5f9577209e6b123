import type { Exchange } from '@agentproto/recording';
import { validate, type Violation } from '@agentproto/rules/a2a/0.3';
import { invariant } from '../../kit/invariant.ts';
import { isRecord } from '../../kit/json.ts';
import { seen } from '../../kit/subject.ts';
import { contentTypeOf, isEventStream } from '../content-type.ts';
import { ELSEWHERE } from '../invariants/envelope.ts';
import { EVENT_MEMBERS, oddForm, type EventMember } from '../plain-event.ts';
import { INTERRUPTED, TERMINAL } from '../view.ts';
import { rawEvents, walk, writtenIn, type WrittenKind } from './model.ts';

/** What holds for every exchange of 0.3 and 0.2, on what came as it came. */

const bindings = ['JSONRPC', 'HTTP+JSON'];

const STATES = ['submitted', 'working', 'unknown', ...TERMINAL, ...INTERRUPTED];
const proto = (state: string) => `TASK_STATE_${state.toUpperCase().replaceAll('-', '_')}`;
const PROTO_STATES = [...STATES.map(proto), 'TASK_STATE_CANCELLED', 'TASK_STATE_UNSPECIFIED'];
const ROLES = ['user', 'agent'];
const PROTO_ROLES = ['ROLE_USER', 'ROLE_AGENT', 'ROLE_UNSPECIFIED'];

const KINDS: Record<EventMember, string> = {
  task: 'task',
  message: 'message',
  statusUpdate: 'status-update',
  artifactUpdate: 'artifact-update',
};

/** What an object lacks of the `kind` that it is owed, with where; itself, and all that is in it. */
function lacksKind(of: WrittenKind, value: Record<string, unknown>): string[] {
  const wrong: string[] = [];
  const owed = of in KINDS ? KINDS[of as EventMember] : undefined;
  if (owed && value.kind !== owed) wrong.push(`kind: ${owed}`);
  walk({ value }, (key, member, path) => {
    const at = path.replace(/^value\.?/, '');
    if ((key === 'message' || key === 'history') && isMessages(member))
      for (const one of [member].flat()) if (isRecord(one) && one.kind !== 'message') wrong.push(`${at}: kind message`);
    if (key !== 'parts' || !Array.isArray(member)) return;
    for (const part of member)
      if (isRecord(part) && !['text', 'file', 'data'].includes(String(part.kind))) wrong.push(`${at}: kind of a part`);
  });
  return wrong;
}

const isMessages = (value: unknown): boolean => [value].flat().every((one) => isRecord(one) && 'role' in one);

/** Names of the model's objects, as JSON-RPC has them, and as ProtoJSON does. */
const NAMES = {
  task: ['Task', 'ProtoTask'],
  message: ['Message', 'ProtoMessage'],
  statusUpdate: ['TaskStatusUpdateEvent', 'ProtoTaskStatusUpdateEvent'],
  artifactUpdate: ['TaskArtifactUpdateEvent', 'ProtoTaskArtifactUpdateEvent'],
  config: ['TaskPushNotificationConfig', 'ProtoTaskPushNotificationConfig'],
  card: ['AgentCard', 'ProtoAgentCard'],
} as const satisfies Record<WrittenKind, readonly [string, string]>;

/** Not there, or of the wrong JSON type; `kind`, states, roles and times have rows of their own. */
function lacking({ expected, pointer }: Violation): boolean {
  if (/\/(kind|state|role|timestamp)$/.test(pointer)) return false;
  return /^(a value|an? (string|object|array|boolean|integer|number))$/.test(expected);
}

/** A history also shows what we wrote: that a broken message was taken is a red of its own. */
const isEcho = ({ hostile }: Exchange, { pointer }: Violation): boolean =>
  hostile === true && /\/history\/\d/.test(pointer);

function missingIn(exchange: Exchange, kind: WrittenKind, value: Record<string, unknown>): Violation[] {
  const [plain, inProto] = NAMES[kind].map((name) =>
    validate(name, value).filter((one) => lacking(one) && !isEcho(exchange, one)),
  ) as [Violation[], Violation[]];
  // Over HTTP+JSON both forms are met with; which, is recorded elsewhere.
  return exchange.binding === 'HTTP+JSON' && inProto.length <= plain.length ? inProto : plain;
}

export const oldInvariants = [
  invariant('a2a/old/http-json', {
    title: 'Answers over HTTP+JSON are JSON, and failures say by their status that they are',
    proves: ['A2A03-TRANS-005', 'A2A03-TRANS-006'],
    bindings: ['HTTP+JSON'],
    ofHostile: true,
    examine(exchange, check) {
      const { response, hostile, operation } = exchange;
      if (!response || isEventStream(exchange) || response.status === 204) return;
      if (operation === undefined || (hostile && ELSEWHERE.has(response.status))) return;
      const place = { exchange: exchange.id };
      const type = contentTypeOf(exchange);
      const isEmpty = !response.body || ('text' in response.body && response.body.text === '');
      if (!isEmpty && response.status < 400)
        check('A2A03-TRANS-005', seen(type, place)).holds(
          /^application\/json\b/i.test(type ?? ''),
          'Content-Type application/json',
        );
      const tells = isRecord(response.json) && isRecord(response.json.error);
      if (response.status < 400 && !tells) return;
      // What HTTP itself refuses says so without the protocol.
      if ([404, 405].includes(response.status) && !/json/i.test(type ?? '')) return;
      check('A2A03-TRANS-006', seen(response.json, place)).holds(
        response.status >= 400 && isRecord(response.json),
        'a status of 400 or more, and a JSON object',
        { httpStatus: response.status, body: response.json ?? type },
      );
    },
  }),

  invariant('a2a/old/error-object', {
    title: 'An error of JSON-RPC has a code and a message',
    proves: ['A2A03-RPC-002'],
    bindings: ['JSONRPC'],
    ofHostile: true,
    examine(exchange, check) {
      const all = isEventStream(exchange) ? exchange.frames.map(({ json }) => json) : [exchange.response?.json];
      // What is no response of JSON-RPC at all (see RPC-001) has no error object of it.
      const isOther = (json: Record<string, unknown>) => json.jsonrpc !== '2.0' && !isRecord(json.error);
      for (const json of all)
        if (isRecord(json) && json.error !== undefined && json.error !== null && !isOther(json))
          check('A2A03-RPC-002', seen(json.error, { exchange: exchange.id })).holds(
            isRecord(json.error) && Number.isInteger(json.error.code) && typeof json.error.message === 'string',
            'a whole number as code, and a text as message',
          );
    },
  }),

  invariant('a2a/old/kinds', {
    title: 'Objects say by kind which they are',
    proves: ['A2A03-DM-001'],
    bindings: ['JSONRPC'],
    examine(exchange, check) {
      for (const { kind, value, place } of writtenIn(exchange)) {
        if (kind === 'config' || kind === 'card') continue;
        const wrong = lacksKind(kind, value);
        check('A2A03-DM-001', seen(value, place)).holds(wrong.length === 0, 'the kind of every object', wrong);
      }
    },
  }),

  invariant('a2a/old/spelling', {
    title: 'States and roles are those of the enumerations',
    proves: ['A2A03-DM-002'],
    bindings,
    ofHostile: true,
    examine(exchange, check) {
      const isRest = exchange.binding === 'HTTP+JSON';
      const [states, roles] = [
        [...STATES, ...(isRest ? PROTO_STATES : [])],
        [...ROLES, ...(isRest ? PROTO_ROLES : [])],
      ];
      for (const { kind, value, place } of writtenIn(exchange)) {
        const wrong: unknown[] = [];
        walk(value, (key, member, path) => {
          // What was broken on purpose is shown again in a history.
          if (exchange.hostile && path.startsWith('history')) return;
          if (key === 'state' && !states.includes(member as string)) wrong.push({ [path]: member });
          if (key === 'role' && !roles.includes(member as string)) wrong.push({ [path]: member });
        });
        if (kind !== 'config' && kind !== 'card')
          check('A2A03-DM-002', seen(wrong, place)).holds(wrong.length === 0, 'states and roles of the era');
      }
    },
  }),

  invariant('a2a/old/timestamps', {
    title: 'Timestamps are ISO 8601',
    proves: ['A2A03-DM-003'],
    bindings,
    ofHostile: true,
    examine(exchange, check) {
      for (const { value, place } of writtenIn(exchange))
        walk(value, (key, member, path) => {
          if (key !== 'timestamp' || member === null) return;
          check('A2A03-DM-003', seen(member, place)).holds(
            typeof member === 'string' &&
              /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/i.test(member) &&
              !Number.isNaN(Date.parse(member.replace(',', '.'))),
            `an ISO 8601 time at ${path}`,
          );
        });
    },
  }),

  invariant('a2a/old/members', {
    title: 'Objects have their required members',
    proves: ['A2A03-DM-004'],
    bindings,
    ofHostile: true,
    examine(exchange, check) {
      for (const { kind, value, place } of writtenIn(exchange)) {
        // Cards have rows of their own.
        if (kind === 'card') continue;
        const found = missingIn(exchange, kind, value);
        check('A2A03-DM-004', seen(value, place)).holds(
          found.length === 0,
          `every required member of a ${kind}`,
          found.map(({ message, field }) => `${field}: ${message}`),
        );
      }
    },
  }),

  invariant('a2a/old/final', {
    title: 'The update that tells of the end is final, and the last',
    proves: ['A2A03-STREAM-004'],
    bindings,
    examine(exchange, check) {
      const events = rawEvents(exchange);
      const isFinal = (raw: unknown) =>
        isRecord(raw) && (raw.final === true || (isRecord(raw.statusUpdate) && raw.statusUpdate.final === true));
      for (const { value, kind, place } of writtenIn(exchange)) {
        if (kind !== 'statusUpdate' || !isEventStream(exchange)) continue;
        const state = isRecord(value.status) ? String(value.status.state) : '';
        const plain = state
          .replace(/^TASK_STATE_/, '')
          .toLowerCase()
          .replaceAll('_', '-')
          .replace('cancelled', 'canceled');
        if (TERMINAL.has(plain))
          check('A2A03-STREAM-004', seen(value, place)).holds(
            value.final === true,
            'final true where the task ends',
            value.final,
          );
      }
      const end = events.findIndex(({ raw }) => isFinal(raw));
      if (end >= 0)
        check('A2A03-STREAM-004', seen(events[end]!.raw, events[end]!.place)).holds(
          end === events.length - 1,
          'nothing after the event with final true',
          events.slice(end + 1).map(({ raw }) => raw),
        );
    },
  }),

  invariant('a2a/old/event-form', {
    title: 'An event over HTTP+JSON has one member that says what it is',
    proves: ['A2A03-STREAM-017'],
    bindings: ['HTTP+JSON'],
    examine(exchange, check) {
      for (const { raw, place } of rawEvents(exchange)) {
        const odd = oddForm(raw);
        check('A2A03-STREAM-017', seen(raw, place)).holds(
          odd === undefined,
          `exactly one of ${EVENT_MEMBERS.join(', ')}: the event ${odd}`,
        );
      }
    },
  }),
];
