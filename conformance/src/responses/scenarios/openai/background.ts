import { anyOf } from '../../../kit/match.ts';
import { end, hold, sleep, text as says } from '../../../kit/steps.ts';
import type { Stimulus } from '../../../kit/stimulus.ts';
import { seen } from '../../../kit/subject.ts';
import type { ResponsesAgent } from '../../agent.ts';
import { eventsIn, type SeenEvent } from '../../answer.ts';
import { isOffered, offered } from '../../../kit/offered.ts';
import type { Reply } from '../../../kit/reply.ts';
import { changesItsId, lacksNumbers } from '../../general-faults.ts';
import { scenario } from '../../scenario.ts';
import { goesOn, record, text } from '../../view.ts';
import { hello } from '../create.ts';
import { asUnknown, at, get, getUnknown, unlessNoneIsKept } from './stored.ts';

const POLL_MS = 25;

/** Works for a moment that a poll can fall into. */
const works: Stimulus = {
  word: 'background',
  script: { steps: [says('Working '), sleep(250), says('on'), end('completed')] },
};
/** Works until it is canceled. */
const waits: Stimulus = { word: 'background', script: { steps: [says('Working'), hold(2_000), end('completed')] } };
const slowly: Stimulus = {
  word: 'slow',
  script: { steps: [says('Working '), sleep(500), says('on'), end('completed')] },
};

const IN_BACKGROUND = { background: true, store: true };

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Asks again and again until the response has ended, as long as it makes sense to wait. */
async function polled(agent: ResponsesAgent, id: string | undefined): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (const until = performance.now() + agent.patienceMs + 1_000; performance.now() < until; await pause(POLL_MS)) {
    const reply = await get(agent, id);
    replies.push(reply);
    if (reply.status === 200 && !goesOn(reply.json.status)) break;
  }
  return replies;
}

const cancel = (agent: ResponsesAgent, id: string | undefined, hostile = false): Promise<Reply> =>
  agent.call('POST', `${at(id)}/cancel`, { operation: 'cancelResponse', ...(hostile ? { hostile } : {}) });

/** Where a response that is at work could not be got either, it was not there to be canceled. */
async function unlessNotFound(agent: ResponsesAgent, canceled: Reply, before: Reply) {
  const notKept = await unlessNoneIsKept(agent, canceled);
  const isUnseen = canceled.status === 404 && before.status === 404 && !notKept.blockedBy;
  return isUnseen ? ({ blockedBy: 'OAI-BG-002' } as const) : notKept;
}

/** Events as they are compared: fillers differ each time (obfuscation). */
const bare = (events: readonly SeenEvent[]) => events.map(({ value: { obfuscation: _, ...event } }) => event);

export const backgroundScenarios = [
  scenario('responses/background/cancel', {
    title: 'A response in the background is answered at once, and can be canceled',
    proves: ['OAI-BG-001', 'OAI-CANCEL-001', 'OAI-CANCEL-002', 'OAI-CANCEL-003', 'OAI-CANCEL-004'],
    bindings: ['HTTP'],
    stimulus: ['background'],
    async play({ agent, check, lost, notApplicable }) {
      const answer = await agent.turn(waits, IN_BACKGROUND);
      if (answer.response.background === false) throw notApplicable('the target leaves `background` aside');
      const isAtWork = goesOn(answer.value.ended);
      check('OAI-BG-001', seen(answer.value.ended, answer.place)).holds(isAtWork, 'queued or in_progress, at once');
      const before = await get(agent, answer.id);
      const canceled = await offered(agent, 'cancellation', await cancel(agent, answer.id));
      const blockedBy = isAtWork
        ? await unlessNotFound(agent, canceled, before)
        : ({ blockedBy: 'OAI-BG-001' } as const);
      const unknown = await cancel(agent, agent.fresh('resp'), true);
      check('OAI-CANCEL-003', unknown, unknown.isRefusal ? asUnknown(unknown, await getUnknown(agent)) : {}).has({
        httpStatus: 404,
      });
      const plain = await agent.turn(hello);
      const refused = await cancel(agent, plain.id, true);
      check('OAI-CANCEL-002', refused).holds(
        refused.status >= 400 && refused.status < 500,
        'a refusal of status 4xx: it is not in the background',
      );
      if (canceled.json.status === 'completed') throw lost('it had ended before it was canceled');
      check('OAI-CANCEL-001', canceled, blockedBy).has({ httpStatus: 200 });
      let now = canceled;
      for (let polls = 0; goesOn(now.json.status) && polls < 20; polls++) {
        await pause(POLL_MS);
        now = await get(agent, answer.id);
      }
      check('OAI-CANCEL-001', now, blockedBy).has({ body: { status: 'cancelled' } });
      const isCanceled = now.json.status === 'cancelled';
      const again = await cancel(agent, answer.id);
      check('OAI-CANCEL-004', again, isCanceled ? {} : { blockedBy: 'OAI-CANCEL-001' }).has({
        httpStatus: 200,
        body: { status: 'cancelled' },
      });
    },
  }),

  scenario('responses/background/poll', {
    title: 'A response in the background can be polled until it has ended',
    proves: ['OAI-BG-002'],
    bindings: ['HTTP'],
    stimulus: ['background'],
    async play({ agent, check, lost, notApplicable }) {
      const answer = await agent.turn(works, IN_BACKGROUND);
      if (answer.response.background === false) throw notApplicable('the target leaves `background` aside');
      if (!goesOn(answer.value.ended))
        throw lost(`the response came back ${answer.value.ended}: nothing was left to poll`);
      const replies = await polled(agent, answer.id);
      await offered(agent, 'responses by their id', replies[0]!);
      const last = replies.at(-1)!;
      const notKept = await unlessNoneIsKept(agent, last);
      for (const reply of replies) check('OAI-BG-002', reply, notKept).has({ httpStatus: 200 });
      check('OAI-BG-002', last, notKept).has({
        body: { status: anyOf('completed', 'failed', 'incomplete', 'cancelled') },
      });
      // Whatever has ended stays as it is.
      await pause(agent.runsScripts ? 300 : 1_000);
      const later = await get(agent, answer.id);
      check('OAI-BG-002', later).has({ body: { status: last.json.status } });
    },
  }),

  scenario('responses/background/left', {
    title: 'A response in the background goes on without its caller, another one does not',
    proves: ['OAI-BG-003', 'OAI-BG-004'],
    bindings: ['SSE'],
    stimulus: ['background', 'slow'],
    async play({ agent, check, lost, notApplicable }) {
      const leave = async (
        said: Stimulus,
        fields: object,
      ): Promise<{ id: string | undefined; background: unknown }> => {
        const live = await agent.open(said, { ...fields });
        for (let index = 0; ; index++) {
          const frame = await live.frame(index);
          if (!frame) throw notApplicable('the target does not stream such a response');
          const response = record(record(frame.json)?.response);
          if (!response) continue;
          await live.leave();
          return { id: text(response.id), background: response.background };
        }
      };
      const behind = await leave(works, IN_BACKGROUND);
      if (behind.background === false) throw notApplicable('the target leaves `background` aside');
      const last = (await polled(agent, behind.id)).at(-1)!;
      await offered(agent, 'responses by their id', last);
      check('OAI-BG-003', last, await unlessNoneIsKept(agent, last)).has({
        httpStatus: 200,
        body: { status: 'completed' },
      });

      const before = await leave(slowly, { store: true });
      const left = (await polled(agent, before.id)).at(-1)!;
      // What was given up need not be kept.
      if (left.status === 200 && goesOn(left.json.status)) throw lost('it had not ended in time');
      check('OAI-BG-004', left).holds(left.json.status !== 'completed', 'a generation that ended with its caller');
    },
  }),

  scenario('responses/background/resume', {
    title: 'A stream in the background can be had again, from the beginning and after an event',
    proves: ['OAI-GET-004', 'OAI-GET-005'],
    bindings: ['SSE'],
    stimulus: ['background'],
    async play({ agent, check, notApplicable }) {
      const answer = await agent.turn(works, IN_BACKGROUND);
      if (answer.response.background === false) throw notApplicable('the target leaves `background` aside');
      let notKept: Awaited<ReturnType<typeof unlessNoneIsKept>> = {};
      const again = async (query: Record<string, string | number | boolean>) => {
        const live = await agent.stream('GET', at(answer.id), {
          query: { stream: true, ...query },
          operation: 'retrieveResponse',
        });
        const frames = await agent.framesOf(live);
        const { status } = live.exchange.response ?? {};
        if (status !== undefined && [404, 405, 501].includes(status)) {
          const plain = await get(agent, answer.id);
          if (status !== 404 || !(await isOffered(agent, plain)))
            throw notApplicable(`the target streams no response again (HTTP ${status})`);
          notKept = await unlessNoneIsKept(agent, plain);
        }
        return { events: eventsIn(live.exchange, frames), place: { exchange: live.exchange.id } };
      };
      const whole = await again({});
      check('OAI-GET-004', seen(bare(whole.events), whole.place), {
        ...changesItsId(answer),
        ...notKept,
      }).equals(bare(answer.events));
      const middle = Math.floor(answer.events.length / 2);
      const number = Number(answer.events[middle]?.value.sequence_number);
      const rest = await again({ starting_after: number });
      const isWhole = whole.events.length === answer.events.length;
      const cause = isWhole ? lacksNumbers(answer) : ({ blockedBy: 'OAI-GET-004' } as const);
      check('OAI-GET-005', seen(bare(rest.events), rest.place), cause).equals(bare(answer.events.slice(middle + 1)));
    },
  }),
];
