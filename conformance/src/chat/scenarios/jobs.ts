import type { Frame } from '@agentproto/recording';
import { PATHS } from '@agentproto/protocol/chat/docs';
import { isRecord } from '../../kit/json.ts';
import { nonEmptyString } from '../../kit/match.ts';
import { end, status, text } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { within } from '../../kit/within.ts';
import type { ChatAgent } from '../agent.ts';
import { scenario } from '../scenario.ts';

const bindings = ['queue'] as const;
const works: Stimulus = {
  word: 'done',
  script: { steps: [status('working'), text('one '), text('two'), end('completed')] },
};
/** Events of one job that are read, at most. */
const MOST = 1_000;

const pathOf = (id: string) => PATHS.jobEvents.replace('{job_id}', encodeURIComponent(id));

/** Sends a turn as a job; undefined where the target answers it as any other. */
async function enqueue(agent: ChatAgent) {
  const answer = await agent.ask(works, { fields: { queue: true } });
  const { json, status: httpStatus } = answer.exchange.response ?? {};
  const body = isRecord(json) ? json : {};
  if (body.job_id === undefined && body.status === undefined) return undefined;
  return { body: seen({ httpStatus, ...body }, answer.place), id: String(body.job_id) };
}

const NONE = 'there is no job queue: `queue` is a request field as any other';

interface JobEventView {
  /** The `id` of the server-sent event. */
  id: string | undefined;
  type: unknown;
}

const viewOf = ({ id, json }: Frame): JobEventView => ({ id, type: isRecord(json) ? json.event_type : undefined });
const isLast = ({ type }: JobEventView) => type === 'done' || type === 'error';

/** The events of a job from its stream, up to the last of them, and whether the stream then closed. */
async function follow(agent: ChatAgent, id: string, query = '', headers: [string, string][] = []) {
  const live = await agent.events(pathOf(id) + query, 'queue', headers);
  const events: JobEventView[] = [];
  for (let at = 0; at < MOST; at++) {
    const frame = await agent.nextEvent(live, at, 'queue');
    if (!frame) break;
    events.push(viewOf(frame));
    if (isLast(events.at(-1)!)) break;
  }
  if (!live.exchange.end) await within(live.ended, agent.patienceMs / 2);
  const isClosed = live.exchange.end !== undefined;
  if (!isClosed) await live.leave();
  return { events, isClosed, httpStatus: live.exchange.response?.status, place: { exchange: live.exchange.id } };
}

export const jobScenarios = [
  scenario('chat/job/followed', {
    title: 'A job is accepted at once, and its stream ends with it',
    proves: ['CHAT-QUEUE-001', 'CHAT-QUEUE-002'],
    bindings,
    stimulus: ['queue'],
    async play({ agent, check, notApplicable }) {
      const job = await enqueue(agent);
      if (!job) throw notApplicable(NONE);
      check('CHAT-QUEUE-001', job.body).has({ httpStatus: 200, job_id: nonEmptyString, status: 'queued' });
      const { events, isClosed, httpStatus, place } = await follow(agent, job.id);
      check('CHAT-QUEUE-002', seen({ httpStatus, types: events.map(({ type }) => type) }, place)).holds(
        events.some(isLast),
        '`done` or `error` at the end of the stream',
      );
      check('CHAT-QUEUE-002', seen(isClosed, place)).holds(isClosed, 'a stream that closes after it');
    },
  }),

  scenario('chat/job/unknown', {
    title: 'A job that there is not is not found',
    proves: ['CHAT-QUEUE-003'],
    bindings,
    stimulus: ['queue'],
    async play({ agent, check, notApplicable }) {
      if (!(await enqueue(agent))) throw notApplicable(NONE);
      const live = await agent.events(pathOf(agent.fresh('job')), 'queue');
      check('CHAT-QUEUE-003', seen(live.exchange.response?.status, { exchange: live.exchange.id })).equals(404);
      if (!live.exchange.end) await live.leave();
    },
  }),

  scenario('chat/job/resumed', {
    title: 'A stream that goes on loses no event',
    proves: ['CHAT-QUEUE-004'],
    bindings,
    stimulus: ['queue'],
    async play({ agent, check, lost, notApplicable }) {
      const job = await enqueue(agent);
      if (!job) throw notApplicable(NONE);
      const whole = await follow(agent, job.id);
      const id = whole.events[0]?.id;
      if (id === undefined || whole.events.length < 2) {
        check('CHAT-QUEUE-004', seen(whole.httpStatus, whole.place)).equals(200);
        throw lost(`a job with two events and ids is wanted, and there were ${whole.events.length}`);
      }
      const wanted = whole.events.slice(1).map((one) => one.id);
      const ways: [query: string, headers: [string, string][]][] = [
        [`?after=${id}`, []],
        ['', [['Last-Event-ID', id]]],
      ];
      for (const [query, headers] of ways) {
        const { events, place } = await follow(agent, job.id, query, headers);
        const came = events.map((one) => one.id);
        check('CHAT-QUEUE-004', seen(came, place)).holds(
          wanted.every((one) => came.includes(one)),
          `the events ${wanted.join(', ')}`,
        );
      }
    },
  }),
];
