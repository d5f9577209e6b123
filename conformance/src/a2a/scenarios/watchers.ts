import { artifact, end, several, sleep, status } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { seen } from '../../kit/subject.ts';
import { lagsBehind } from '../general-faults.ts';
import { scenario } from '../scenario.ts';
import { differsAlone, staysOpenAlone } from '../stream-faults.ts';
import { isTerminal, TERMINAL } from '../view.ts';

const STILL_AT_WORK = 'the task was still at work when the suite gave up waiting';
const FAILED = 'the agent was asked to work for a while and failed';

/** A task goes its way whoever watches: two streams of it, or none any more. */
export const watcherScenarios = [
  scenario('a2a/stream/two-watchers', {
    title: 'Two streams of one task show the same, and the end of one does not disturb the other',
    proves: ['A2A10-STREAM-009', 'A2A10-STREAM-010', 'A2A10-STREAM-011'],
    capability: ['streaming'],
    stimulus: ['slow', 'multi'],
    async play({ agent, check, lost, notApplicable }) {
      const stimulus: Stimulus = {
        word: 'slow',
        // Long enough for two more streams to stand, on a machine that is busy or far away, too.
        script: { steps: [status('working'), sleep(400 + 4 * (await agent.lagMs())), ...several(3).script.steps] },
      };
      const first = await agent.stream(stimulus);
      const { id } = (await first.next('task', 'A2A10-STREAM-003')).value as { id: string };
      const second = await agent.subscribe(id);
      const third = await agent.subscribe(id);
      if (!second.refusal) await second.next(undefined, 'A2A10-SUB-001');
      if (second.refusal && TERMINAL.has((await agent.get(id)).task().state ?? ''))
        throw lost('the task was over before the second stream stood');
      if (second.refusal || third.refusal)
        throw notApplicable('a further stream of the task is refused, which 3.5.2 leaves open');
      await third.next(undefined, 'A2A10-SUB-001');
      if (third.views.some(isTerminal)) throw lost('the task was over before the second stream stood');
      await third.leave();
      await Promise.all([first.drain(), second.drain()]);
      if (first.unfinished && !agent.runsScripts) throw lost(first.unfinished);
      if (first.state === 'failed' && !agent.runsScripts) throw lost(FAILED);
      const updatesOf = ({ events }: typeof first) =>
        events.filter(({ value: { kind } }) => kind === 'status' || kind === 'artifact');
      const updates = (stream: typeof first) => updatesOf(stream).map(({ value }) => JSON.stringify(value));
      const told = updates(second);
      const all = updates(first);
      const arrival = (stream: typeof first, event: (typeof stream.events)[0] | undefined) =>
        stream.exchange.frames[event?.place.frame ?? -1]?.atMs ?? Infinity;
      // A machine that is busy can have the script begin before the second stream stands.
      if (
        agent.runsScripts &&
        told.length < 4 &&
        arrival(first, updatesOf(first).at(-4)) <= arrival(second, second.events[0])
      )
        throw lost('the agent had begun before the second stream stood');
      const inOrder = all.filter((update) => told.includes(update));
      // What came before the second stream stood is in its opening task: from the first update that both got, none may be missing.
      const missed = all
        .slice(all.findIndex((update) => told.includes(update)))
        .filter((update) => !told.includes(update));
      // A stream that ended before the task did misses what follows: that is the rule after next.
      const blockedBy = second.state === 'completed' ? undefined : 'A2A10-STREAM-011';
      const isWhole = told.length >= (agent.runsScripts ? 4 : 1) && missed.length === 0;
      const alone = isWhole ? {} : await differsAlone(agent);
      check('A2A10-STREAM-009', second.shows(told), { blockedBy, ...alone }).holds(
        isWhole,
        'every event that came after both streams stood',
        { told, missed },
      );
      // Which of them one of the two lacks is the rule before.
      check('A2A10-STREAM-010', second.shows(told.filter((update) => all.includes(update))), alone).equals(inOrder);
      check('A2A10-STREAM-011', second.shows(second.state)).has('completed');
      const isOpen = second.state === 'completed' && second.closed.value !== 'closed';
      check('A2A10-STREAM-011', second.closed, isOpen ? await staysOpenAlone(agent) : {}).has('closed');
    },
  }),

  scenario('a2a/stream/dropped', {
    title: 'A task goes on when the only watcher leaves',
    proves: ['A2A10-STREAM-012'],
    capability: ['streaming'],
    stimulus: ['slow'],
    async play({ agent, check, lost }) {
      const stream = await agent.stream({
        word: 'slow',
        script: { steps: [status('working'), sleep(60), artifact('late', [{ text: 'late' }]), end('completed')] },
      });
      const { id } = (await stream.next('task', 'A2A10-STREAM-003')).value as { id: string };
      if (stream.views.some(isTerminal)) throw lost('the task was over before the stream could be dropped');
      await stream.leave();
      const ended = await agent.poll(
        id,
        ({ state }) => state === 'completed' || state === 'failed' || state === 'canceled',
      );
      // How long an agent takes that runs no scripts, and whether it succeeds, is its own business.
      if (!agent.runsScripts && (!ended || ended.state === 'failed')) throw lost(ended ? FAILED : STILL_AT_WORK);
      const lagging = ended ? {} : await lagsBehind(agent);
      check('A2A10-STREAM-012', seen(ended?.state, stream.place), lagging).has('completed');
    },
  }),
];
