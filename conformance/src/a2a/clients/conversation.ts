import type { Exchange } from '@agentproto/recording';
import { clientCheck, gotThrough } from '../../kit/client-check.ts';
import { isRecord } from '../../kit/json.ts';
import { sameJson } from '../../kit/match.ts';
import { seen } from '../../kit/subject.ts';
import { EVENT_MEMBERS } from '../plain-event.ts';
import { INTERRUPTED, TERMINAL } from '../view.ts';
import { answersIn, callsIn, stateIn, type ClientCall } from './calls.ts';

const isOpenAfter = ({ exchange: { end } }: ClientCall, atMs: number) => end === undefined || end.atMs > atMs + 1_000;
export const bodyText = ({ response, frames }: Exchange) =>
  [response?.body && 'text' in response.body ? response.body.text : '', ...frames.map(({ data }) => data)].join('\n');
const listed = ({ params: { pageToken: _left, ...rest } }: ClientCall) => rest;

/** Members of what a stream brings, by the name of the message. */
const KNOWN: Record<(typeof EVENT_MEMBERS)[number] | 'event', readonly string[]> = {
  event: EVENT_MEMBERS,
  task: ['id', 'contextId', 'status', 'artifacts', 'history', 'metadata'],
  message: ['messageId', 'contextId', 'taskId', 'role', 'parts', 'metadata', 'extensions', 'referenceTaskIds'],
  statusUpdate: ['taskId', 'contextId', 'status', 'metadata'],
  artifactUpdate: ['taskId', 'contextId', 'artifact', 'append', 'lastChunk', 'metadata'],
};

/** An event has a member that no client can know. */
function isExtended(event: Record<string, unknown>): boolean {
  const name = EVENT_MEMBERS.find((one) => isRecord(event[one]));
  if (!name) return false;
  const content = event[name] as Record<string, unknown>;
  return (
    Object.keys(event).some((key) => !KNOWN.event.includes(key)) ||
    Object.keys(content).some((key) => !KNOWN[name].includes(key))
  );
}

/** After this event nothing more is to come (§3.1.2): a message, or a state in which the agent has done what it can. */
function isOver(event: Record<string, unknown>): boolean {
  const state = stateIn(event)?.state ?? '';
  return isRecord(event.message) || TERMINAL.has(state) || INTERRUPTED.has(state);
}

/** Rules about what a client does with the answers that it got. */
export const conversationChecks = [
  clientCheck('a2a/client/context', {
    title: 'A contextId comes from the agent',
    proves: ['A2A10-CLI-006'],
    examine({ exchanges, partial }, check) {
      if (partial) return;
      for (const { params, exchange, place } of callsIn(exchanges)) {
        const id = isRecord(params.message) ? params.message.contextId : undefined;
        if (typeof id !== 'string' || id === '') continue;
        const before = exchanges.filter(({ request }) => request.atMs < exchange.request.atMs);
        check('A2A10-CLI-006', seen(id, place)).holds(
          before.some((one) => bodyText(one).includes(JSON.stringify(id))),
          'a contextId that the agent has told before',
        );
      }
    },
  }),

  clientCheck('a2a/client/last-page', {
    title: 'An empty nextPageToken ends a list',
    proves: ['A2A10-CLI-007'],
    examine({ exchanges }, check) {
      const lists = callsIn(exchanges).filter(({ operation }) => operation === 'ListTasks');
      lists.forEach((call, index) => {
        if (!answersIn(call).some(({ value }) => value.nextPageToken === '')) return;
        const next = lists.slice(index + 1).find((one) => sameJson(listed(one), listed(call)));
        // Who never leaves the member out says nothing by an empty one.
        const isCopied = next?.params.pageToken === '' && call.params.pageToken !== '';
        check('A2A10-CLI-007', seen(next?.params.pageToken, next?.place ?? call.place)).holds(
          !isCopied,
          'no request for the page after the last one',
        );
      });
    },
  }),

  clientCheck('a2a/client/authorization', {
    title: 'A task that waits for authorization is kept in sight',
    proves: ['A2A10-CLI-014'],
    examine({ exchanges, endedAtMs }, check) {
      const calls = callsIn(exchanges);
      const judged = new Set<string>();
      for (const call of calls)
        for (const { value, atMs } of answersIn(call)) {
          const told = stateIn(value);
          if (told?.state !== 'auth-required' || judged.has(told.id)) continue;
          const later = calls.filter(({ exchange }) => exchange.request.atMs > atMs);
          const lastAtMs = endedAtMs ?? Math.max(atMs, ...later.map(({ exchange }) => exchange.request.atMs));
          judged.add(told.id);
          const isAbout = ({ params }: ClientCall) =>
            [params.id, params.taskId, isRecord(params.message) ? params.message.taskId : undefined].includes(told.id);
          const hasWebhook = calls.some(
            ({ params, operation }) =>
              (operation === 'CreateTaskPushNotificationConfig' && params.taskId === told.id) ||
              (isRecord(params.configuration) && isRecord(params.configuration.taskPushNotificationConfig)),
          );
          const isWatched =
            hasWebhook || later.some(isAbout) || (call.exchange.frames.length > 0 && isOpenAfter(call, atMs));
          // A recording that ends here says nothing of what would have come.
          if (!isWatched && lastAtMs < atMs + 1_000) continue;
          check('A2A10-CLI-014', seen(told.id, call.place)).holds(
            isWatched,
            'a stream, a webhook, or another look at the task',
          );
        }
    },
  }),

  clientCheck('a2a/client/unknown-members', {
    title: 'Members that nobody knows do no harm',
    proves: ['A2A10-CLI-015'],
    ofTold: true,
    examine({ exchanges, situation, told, twin }, check) {
      // They stand in plain answers, too: of those only what the client makes of them can be seen.
      if (situation?.name === 'unknown-members' && told?.failed !== undefined) {
        // Who fails anyway shows nothing, also by what it has read until then.
        if (!twin || !gotThrough(twin)) return;
        check('A2A10-CLI-015', seen(told, { exchange: exchanges.at(-1)?.id ?? 0 })).holds(
          false,
          'a turn that does not fail by them',
        );
        return;
      }
      for (const call of callsIn(exchanges)) {
        const { end, frames } = call.exchange;
        const strange = answersIn(call).filter(({ value }) => isExtended(value));
        if (strange.length === 0 || frames.length === 0) continue;
        const last = frames.at(-1)!.atMs;
        const left = end?.kind === 'left' || end?.kind === 'broken';
        // It hung up at such an event, before anything else came; at one that ends the stream it may.
        const gaveUp = left && strange.some(({ value, atMs }) => atMs === last && !isOver(value));
        check('A2A10-CLI-015', seen(end?.kind, call.place)).holds(!gaveUp, 'the stream to be read on');
      }
    },
  }),
];
