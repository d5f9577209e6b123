import type { ToolCallSpec } from '@agentproto/script';
import { outcome } from '@agentproto/script/outcome';
import { end, text } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { observe } from '../observe.ts';
import { scenario } from '../scenario.ts';

const deletes = (pod: string): ToolCallSpec => ({ name: 'delete_pod', args: { name: pod }, output: `deleted ${pod}`, description: 'Deletes a pod' });

/** Wants to run tools, and says something once it was decided. */
const wants = (...calls: ToolCallSpec[]): Stimulus => ({
  word: 'approval',
  script: { steps: [{ tool: { calls, by: 'approval' } }], turns: [{ steps: [text('That is it.'), end('completed')] }] },
});
const one = wants(deletes('nginx'));
const two = wants(deletes('nginx'), deletes('redis'));

export const approvalScenarios = [
  scenario('chat/approval/asked', {
    title: 'A call that waits for approval is told in full, and has not run',
    proves: ['CHAT-APPR-001', 'CHAT-APPR-011', 'CHAT-STREAM-012', 'CHAT-STREAM-013'],
    stimulus: ['approval'],
    async play({ agent, check }) {
      const answer = await agent.ask(one);
      const call = answer.asked();
      check('CHAT-APPR-001', answer).has({ executed: [] });
      if (agent.binding === 'HTTP') {
        check('CHAT-APPR-011', answer).holds(answer.value.text !== '', 'a text that asks');
        const asked = { id: call.id, name: 'delete_pod', input: { name: 'nginx' }, execute: false, tool_description: 'Deletes a pod', input_description: {} };
        check('CHAT-APPR-011', seen(answer.exchange.response?.json, answer.place)).has({ data: { tool_calls: [asked] } });
        return;
      }
      const at = answer.events.findIndex(({ value }) => value.type === 'tool_calls');
      const before = answer.events[at - 1];
      const ids = (index: number) => answer.events[index]?.value.calls.map(({ id }) => id);
      check('CHAT-STREAM-012', before ?? answer).holds(before?.value.type === 'approvals' && JSON.stringify(ids(at - 1)) === JSON.stringify(ids(at)), '`approvals` with the same ids directly before `tool_calls`', answer.value.types);
      check('CHAT-STREAM-013', answer.events[at] ?? answer).has({ calls: [{ id: call.id, name: 'delete_pod', input: { name: 'nginx' }, execute: false }] });
    },
  }),

  scenario('chat/approval/approved', {
    title: 'An approved call runs, and has its result',
    proves: ['CHAT-APPR-002'],
    stimulus: ['approval'],
    async play({ agent, check }) {
      const begun = agent.begin(one);
      const first = await agent.ask(begun);
      const call = first.asked();
      const answer = await agent.ask(begun.decide(first, [{ call, approved: true }]));
      check('CHAT-APPR-002', answer).has({ ended: 'done', executed: [{ id: call.id, output: 'deleted nginx' }] });
      if (agent.runsScripts) {
        const expected = outcome(one.script, 1, { text: '', decisions: [{ id: call.id, approved: true }] });
        check('CHAT-APPR-002', seen(observe(answer), answer.place)).has({ tools: expected.tools.map(({ name, args, output }) => ({ name, args, output })) });
      }
    },
  }),

  scenario('chat/approval/rejected', {
    title: 'A rejected call does not run, and its result has the reason',
    proves: ['CHAT-APPR-004'],
    stimulus: ['approval'],
    async play({ agent, check }) {
      const begun = agent.begin(one);
      const first = await agent.ask(begun);
      const call = first.asked();
      const reason = 'It is still needed';
      const answer = await agent.ask(begun.decide(first, [{ call, approved: false, reason }]));
      check('CHAT-APPR-004', answer).has({ ended: 'done', executed: [{ id: call.id }] });
      const output = answer.value.executed[0]?.output ?? '';
      check('CHAT-APPR-004', seen(output, answer.place)).holds(output.includes(reason) && !output.includes('deleted'), `an output with ${JSON.stringify(reason)}`);
    },
  }),

  scenario('chat/approval/unified', {
    title: 'A decision in `approvals` has the same effect',
    proves: ['CHAT-APPR-005'],
    stimulus: ['approval'],
    async play({ agent, check }) {
      const begun = agent.begin(one);
      const first = await agent.ask(begun);
      const call = first.asked();
      const answer = await agent.ask(begun.decide(first, [{ call, approved: true }], 'approvals'));
      check('CHAT-APPR-005', answer).has({ ended: 'done', executed: [{ id: call.id, output: 'deleted nginx' }] });
      if (agent.binding !== 'HTTP') check('CHAT-APPR-005', answer).holds(answer.value.types.includes('executed_approvals'), 'the result in `executed_approvals`', answer.value.types);
    },
  }),

  scenario('chat/approval/undecided', {
    title: 'A call that comes back undecided does not run',
    proves: ['CHAT-APPR-006'],
    stimulus: ['approval'],
    async play({ agent, check }) {
      const begun = agent.begin(one);
      const first = await agent.ask(begun);
      const call = first.asked();
      const answer = await agent.ask(begun.decide(first, [{ call, approved: false }]));
      check('CHAT-APPR-006', answer).has({ executed: [] });
    },
  }),

  scenario('chat/approval/mixed', {
    title: 'Approval and rejection in one message give both results, in order',
    proves: ['CHAT-APPR-007'],
    stimulus: ['approval'],
    async play({ agent, check, lost }) {
      const begun = agent.begin(two);
      const first = await agent.ask(begun);
      const [left, right] = first.value.pending;
      if (!left?.id || !right?.id) throw lost('the agent was asked to want two tools and did not');
      const answer = await agent.ask(
        begun.decide(first, [
          { call: { ...left, id: left.id }, approved: true },
          { call: { ...right, id: right.id }, approved: false, reason: 'keep it' },
        ]),
      );
      check('CHAT-APPR-007', answer).has({ ended: 'done', executed: [{ id: left.id, output: 'deleted nginx' }, { id: right.id }] });
    },
  }),

  scenario('chat/approval/on-the-answer', {
    title: 'A decision on the assistant message, with a text after it, works too',
    proves: ['CHAT-APPR-003'],
    stimulus: ['approval'],
    async play({ agent, check }) {
      const begun = agent.begin(one);
      const first = await agent.ask(begun);
      const call = first.asked();
      check('CHAT-APPR-003', await agent.ask(begun.decideOnAnswer(first, [{ call, approved: true }]))).has({ ended: 'done', executed: [{ id: call.id, output: 'deleted nginx' }] });
    },
  }),

  scenario('chat/approval/history', {
    title: 'A decision that stands in the history is not carried out again',
    proves: ['CHAT-APPR-009'],
    stimulus: ['approval'],
    async play({ agent, check }) {
      const begun = agent.begin(one);
      const first = await agent.ask(begun);
      const call = first.asked();
      const decided = begun.decide(first, [{ call, approved: true }]);
      const second = await agent.ask(decided);
      check('CHAT-APPR-009', await agent.ask(decided.next(second, { content: 'Thank you' }))).has({ executed: [] });
    },
  }),
];
