import { clientCheck, gotThrough, type ClientCheck } from '../../../kit/client-check.ts';
import { isRecord } from '../../../kit/json.ts';
import { sameJson } from '../../../kit/match.ts';
import { seen } from '../../../kit/subject.ts';
import { toldCheck } from '../../../kit/told-check.ts';
import { isEventStream } from '../../content-type.ts';
import { rawEvents } from '../../eras/model.ts';
import { answersIn, callsIn, stateIn, type ClientCall } from '../calls.ts';
import { bodyText } from '../conversation.ts';
import type { OldCall, OldReading } from './calls.ts';
import { inWordsOf10 } from './neutral.ts';
import { TEXT } from '../situations.ts';

const SENDS = new Set<string>(['SendMessage', 'SendStreamingMessage']);
const messageOf = ({ operation, params }: ClientCall): Record<string, unknown> | undefined =>
  SENDS.has(operation) && isRecord(params.message) ? params.message : undefined;

/** Rules about what a client says in its messages, and does with what it got; they read the words of 1.0. */
const ofMessages: readonly ClientCheck[] = [
  clientCheck('a2a/client/role', {
    title: 'A client speaks as the user',
    proves: ['A2A03-CLI-008'],
    examine({ exchanges }, check) {
      for (const call of callsIn(exchanges)) {
        const role = messageOf(call)?.role;
        if (typeof role !== 'string') continue;
        check('A2A03-CLI-008', seen(role, call.place)).holds(role !== 'ROLE_AGENT', 'the role of the user');
      }
    },
  }),

  clientCheck('a2a/client/message-id', {
    title: 'Each message has an id of its own',
    proves: ['A2A03-CLI-009'],
    examine({ exchanges }, check) {
      const before = new Map<string, unknown>();
      for (const call of callsIn(exchanges)) {
        const message = messageOf(call);
        if (typeof message?.messageId !== 'string') continue;
        const { messageId: id, ...said } = message;
        // The same message may be sent again.
        const isOther = before.has(id) && !sameJson(before.get(id), said);
        before.set(id, said);
        check('A2A03-CLI-009', seen(id, call.place)).holds(!isOther, 'an id that no other message has');
      }
    },
  }),

  clientCheck('a2a/client/task', {
    title: 'A taskId comes from the agent',
    proves: ['A2A03-CLI-011'],
    examine({ exchanges, partial }, check) {
      if (partial) return;
      for (const call of callsIn(exchanges)) {
        const id = messageOf(call)?.taskId;
        if (typeof id !== 'string' || id === '') continue;
        const before = exchanges.filter(({ request }) => request.atMs < call.exchange.request.atMs);
        check('A2A03-CLI-011', seen(id, call.place)).holds(
          before.some((one) => bodyText(one).includes(JSON.stringify(id))),
          'a taskId that the agent has told before',
        );
      }
    },
  }),

  clientCheck('a2a/client/input', {
    title: 'What a task asks for is sent to that task',
    proves: ['A2A03-CLI-018'],
    examine({ exchanges, situation }, check) {
      // Elsewhere what comes next may be about something else.
      if (situation?.name !== 'input') return;
      const calls = callsIn(exchanges);
      const asking = calls.flatMap((call) =>
        answersIn(call).flatMap(({ value, atMs }) => {
          const told = stateIn(value);
          return told?.state === 'input-required' ? [{ id: told.id, atMs }] : [];
        }),
      )[0];
      if (!asking) return;
      const next = calls.find((call) => messageOf(call) && call.exchange.request.atMs > asking.atMs);
      if (!next) return;
      const given = messageOf(next)?.taskId;
      check('A2A03-CLI-018', seen(given, next.place)).holds(given === asking.id, `the taskId ${asking.id}`);
    },
  }),
];

/** Of a client that was told of an error. */
function ofErrors({ callsIn: oldCallsIn }: OldReading): ClientCheck {
  const told = toldCheck('a2a/client/error', {
    row: 'A2A03-CLI-016',
    situation: 'error',
    title: 'An error of the agent is told',
  });
  const isError = ({ exchange: { response } }: OldCall) => isRecord(response?.json) && isRecord(response.json.error);
  return {
    ...told,
    examine: (recording, check) =>
      oldCallsIn(recording.exchanges).some((call) => isError(call) || (call.exchange.response?.status ?? 0) >= 400)
        ? told.examine(recording, check)
        : undefined,
  };
}

export const conversationChecks = (reading: OldReading): ClientCheck[] => [
  ...inWordsOf10(ofMessages, reading),

  ofErrors(reading),

  clientCheck('a2a/client/resume', {
    title: 'A task whose stream is lost is looked at again',
    proves: ['A2A03-CLI-023'],
    examine({ exchanges, partial }, check) {
      if (partial) return;
      const calls = reading.callsIn(exchanges);
      for (const call of calls) {
        if (!isEventStream(call.exchange) || call.exchange.end?.kind !== 'broken') continue;
        const ids = call.exchange.frames.flatMap(({ data }) => /"(?:taskId|id)":"([^"]+)"/.exec(data)?.[1] ?? []);
        const again = calls.find(
          ({ exchange, operation, said, ids: { id = isRecord(said) ? said.id : undefined } }) =>
            exchange.request.atMs > call.exchange.request.atMs &&
            (operation === 'SubscribeToTask' || operation === 'GetTask') &&
            ids.some((one) => one === id),
        );
        check('A2A03-CLI-023', seen(again?.operation ?? null, (again ?? call).place)).holds(
          again !== undefined,
          'tasks/resubscribe, or tasks/get, of that task',
        );
      }
    },
  }),

  clientCheck('a2a/client/unfinished', {
    title: 'A stream that ends too early is not taken for whole',
    proves: ['A2A03-CLI-017'],
    ofTold: true,
    examine({ exchanges, situation, told, twin }, check) {
      if (!['no-end', 'lost'].includes(situation?.name ?? '') || !told) return;
      const stream = reading.callsIn(exchanges).find(({ exchange }) => isEventStream(exchange));
      const events = stream ? rawEvents({ ...stream.exchange, binding: stream.binding }) : [];
      const isOver = events.some(({ raw }) => JSON.stringify(raw ?? null).includes('"final":true'));
      if (!stream || events.length === 0 || isOver) return;
      const hasAll = told.failed === undefined && told.text === TEXT;
      // Who always fails shows nothing by it.
      if (told.failed !== undefined && (!twin || !gotThrough(twin))) return;
      check('A2A03-CLI-017', seen(told, stream.place)).holds(
        told.failed !== undefined || hasAll,
        `a turn that failed, or all of ${JSON.stringify(TEXT)}`,
      );
    },
  }),
];
