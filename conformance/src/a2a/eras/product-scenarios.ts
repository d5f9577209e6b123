import { setTimeout } from 'node:timers/promises';
import { isRecord } from '../../kit/json.ts';
import { artifact, done, end, sleep, status } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { seen } from '../../kit/subject.ts';
import { openingOf } from '../binding.ts';
import { workingTask } from '../push.ts';
import { scenario } from '../scenario.ts';

/** What products promise beyond the text: it is written down, and nobody is judged by it. */

const pieces = 6;
const chunks = (pauseMs: number): Stimulus => ({
  word: 'chunk',
  script: {
    steps: [
      status('working'),
      ...Array.from({ length: pieces }, (_, index) => [
        artifact('log', [{ text: `${index};` }], { append: index > 0 }),
        sleep(pauseMs),
      ]).flat(),
      end('completed'),
    ],
  },
});

/** Works on for a while, whoever cancels it: what is held until a cancel would end with one. */
const heedless: Stimulus = {
  word: 'slow',
  script: { steps: [status('working'), sleep(1_500), end('completed', 'done')], onCancel: 'ignore' },
};

/** What a task is asked to run: WayFlow says it by a data part of this type. */
const asks: Stimulus = {
  word: 'tool',
  script: {
    steps: [{ tool: { calls: [{ name: 'lookup', args: { key: 'a' } }], by: 'client' } }],
    turns: [{ steps: [end('completed')] }],
  },
};

export const productScenarios = [
  scenario('a2a/product/replay', {
    title: 'What a subscription after a known event is told',
    proves: ['A2A03-PROD-001'],
    capability: ['streaming'],
    stimulus: ['slow', 'chunk'],
    async play({ agent, check, lost }) {
      const stream = await agent.stream(chunks(20 + 4 * (await agent.lagMs())));
      const { id } = (await stream.next('task')).value as { id: string };
      const known = await stream.until((event) => event.kind === 'artifact');
      await stream.leave();
      if (!known) throw lost('the agent was asked for pieces and made none');
      if (known.id === undefined)
        return check('A2A03-PROD-001', known).observes('gives its events no ids, so that none can be named');
      const again = await agent.subscribe(id, { headers: [['Last-Event-ID', known.id]] });
      if (again.refusal) throw lost('the subscription is refused: the task may be over');
      const [first] = (await again.drain()).events;
      const opening = openingOf(again.exchange);
      const isSnapshot = opening !== undefined && isTask(opening.json);
      check('A2A03-PROD-001', seen(first?.value, again.place)).observes(
        isSnapshot ? 'begins with the task again' : 'goes on after the event that was named',
      );
    },
  }),

  scenario('a2a/product/same-message', {
    title: 'What becomes of a message that is sent twice in one context',
    proves: ['A2A03-PROD-002'],
    stimulus: ['done'],
    async play({ agent, check, notApplicable }) {
      const messageId = agent.fresh('twice');
      const { contextId } = (await agent.send(done)).sentTask();
      if (contextId === undefined) throw notApplicable('the server makes no contexts');
      const first = (await agent.send(done, { messageId, contextId })).sentTask();
      const again = await agent.send(done, { messageId, contextId });
      check('A2A03-PROD-002', again).observes(
        again.failed
          ? 'refuses the second'
          : again.sentTask().id === first.id
            ? 'answers with the task of the first'
            : 'makes another task',
      );
    },
  }),

  scenario('a2a/product/forced-cancel', {
    title: 'What becomes of a task whose agent does not heed a cancel',
    proves: ['A2A03-PROD-003'],
    stimulus: ['slow'],
    async play({ agent, check }) {
      const { id } = await workingTask(agent, heedless);
      const reply = await agent.cancel(id);
      const over = await agent.poll(id, ({ state }) => state === 'canceled' || state === 'completed');
      check('A2A03-PROD-003', reply).observes(
        over ? `the task is ${over.state} in the end` : 'the task goes on for longer than the suite waits',
      );
    },
  }),

  scenario('a2a/product/kept', {
    title: 'Whether a task that is over is still there',
    proves: ['A2A03-PROD-004'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const { id } = (await agent.send(done)).sentTask();
      await setTimeout(600);
      const reply = await agent.get(id);
      check('A2A03-PROD-004', reply).observes(
        reply.failed ? 'forgets a task that is over' : 'keeps a task that is over',
      );
    },
  }),

  scenario('a2a/product/tool-parts', {
    title: 'How a call is said that the caller is to make',
    proves: ['A2A03-PROD-005'],
    stimulus: ['tool'],
    async play({ agent, check, lost }) {
      const task = (await agent.send(asks)).sentTask();
      const last = isRecord(task.raw) && isRecord(task.raw.status) ? task.raw.status.message : undefined;
      const parts = [
        ...(isRecord(last) && Array.isArray(last.parts) ? last.parts : []),
        ...task.history.flatMap((one) => one.parts),
      ];
      const types = parts.flatMap((part) => (isRecord(part) && isRecord(part.metadata) ? [part.metadata.type] : []));
      const calls = parts.filter((part) => isRecord(part) && isRecord(part.data));
      if (calls.length === 0) throw lost('the agent was asked to have its caller make a call, and shows none');
      check('A2A03-PROD-005', seen(calls)).observes(
        types.includes('tool_request')
          ? 'says a call by metadata.type tool_request'
          : 'says a call by a data part of its own',
      );
    },
  }),
];

function isTask(json: unknown): boolean {
  const event = isRecord(json) && 'result' in json ? json.result : json;
  return (
    isRecord(event) && (isRecord(event.task) || event.kind === 'task' || ('history' in event && 'status' in event))
  );
}
