import type { ToolCallSpec } from '@agentproto/script';
import { outcome } from '@agentproto/script/outcome';
import type { ChatAgent } from '../agent.ts';
import type { Answer } from '../answer.ts';
import { aText, listOf, matcher, mismatch, nonEmptyString } from '../../kit/match.ts';
import { end, text } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { observe } from '../observe.ts';
import { scenario } from '../scenario.ts';

const deletes = (pod: string): ToolCallSpec => ({
  name: 'delete_pod',
  args: { name: pod },
  output: `deleted ${pod}`,
  description: 'Deletes a pod',
});

/** Wants to run tools, and says something once it was decided. */
const wants = (...calls: ToolCallSpec[]): Stimulus => ({
  word: 'approval',
  script: { steps: [{ tool: { calls, by: 'approval' } }], turns: [{ steps: [text('That is it.'), end('completed')] }] },
});
const one = wants(deletes('nginx'));
const two = wants(deletes('nginx'), deletes('redis'));

/** What an agent without a script runs, and what comes of it, is its own affair. */
const ran = ({ runsScripts }: ChatAgent, pod = 'nginx') => (runsScripts ? `deleted ${pod}` : aText);
const refused = (reason: string, pod = 'nginx') =>
  matcher(
    `an output with ${JSON.stringify(reason)}, and not that of the tool`,
    (output) => typeof output === 'string' && output.includes(reason) && !output.includes(`deleted ${pod}`),
  );

/** What comes of one call that is decided by itself. */
async function decidedAlone(agent: ChatAgent, verdict: { approved: boolean; reason?: string }) {
  const begun = agent.begin(one);
  const first = await agent.ask(begun);
  const call = first.asked();
  const answer = await agent.ask(begun.decide(first, [{ call, ...verdict }]));
  return { call, results: answer.results('executed_tool_calls') };
}

/** For rows about other decisions, where their results are not those of the calls: nor is that of a plain approval. */
async function mislabels(agent: ChatAgent): Promise<{ blockedBy?: 'CHAT-APPR-002' }> {
  const { call, results } = await decidedAlone(agent, { approved: true });
  return results.length > 0 && results.every(({ id }) => id !== call.id) ? { blockedBy: 'CHAT-APPR-002' } : {};
}

/** The same of a reason that is not in an output: nor is that of a plain rejection. */
async function rejectsSilently(agent: ChatAgent): Promise<{ blockedBy?: 'CHAT-APPR-004' }> {
  const reason = 'It is still needed';
  const { results } = await decidedAlone(agent, { approved: false, reason });
  const [result] = results;
  return result && !refused(reason).matches(result.output) ? { blockedBy: 'CHAT-APPR-004' } : {};
}

/** What ran before anybody was asked is told among the results. */
const ranUnasked = (first: Answer): { blockedBy?: 'CHAT-APPR-001' } =>
  first.value.executed.length > 0 ? { blockedBy: 'CHAT-APPR-001' } : {};

export const approvalScenarios = [
  scenario('chat/approval/asked', {
    title: 'A call that waits for approval is told in full, and has not run',
    proves: ['CHAT-APPR-001', 'CHAT-APPR-011', 'CHAT-STREAM-012', 'CHAT-STREAM-013'],
    stimulus: ['approval'],
    async play({ agent, check }) {
      const answer = await agent.ask(one);
      if (agent.isDcaf && agent.binding === 'HTTP' && answer.value.pending.length === 0)
        return check('CHAT-APPR-011', answer).holds(false, 'the calls that wait in `data.tool_calls`');
      const call = answer.asked();
      check('CHAT-APPR-001', answer).has({ executed: [] });
      if (agent.binding === 'HTTP') {
        check('CHAT-APPR-011', answer).holds(answer.value.text !== '', 'a text that asks');
        const described = { input_description: {}, execute: false };
        const asked = agent.runsScripts
          ? [
              {
                id: call.id,
                name: 'delete_pod',
                input: { name: 'nginx' },
                tool_description: 'Deletes a pod',
                ...described,
              },
            ]
          : listOf({ id: nonEmptyString, name: nonEmptyString, input: {}, tool_description: aText, ...described });
        check('CHAT-APPR-011', seen(answer.exchange.response?.json, answer.place)).has({ data: { tool_calls: asked } });
        return;
      }
      const at = answer.events.findIndex(({ value }) => value.type === 'tool_calls');
      const before = answer.events[at - 1];
      const ids = (index: number) => answer.events[index]?.value.calls.map(({ id }) => id);
      check('CHAT-STREAM-012', before ?? answer).holds(
        before?.value.type === 'approvals' && JSON.stringify(ids(at - 1)) === JSON.stringify(ids(at)),
        '`approvals` with the same ids directly before `tool_calls`',
        answer.value.types,
      );
      const asked = agent.runsScripts
        ? [{ id: call.id, name: 'delete_pod', input: { name: 'nginx' }, execute: false }]
        : listOf({ id: nonEmptyString, name: nonEmptyString, input: {}, execute: false });
      check('CHAT-STREAM-013', answer.events[at] ?? answer).has({ calls: asked });
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
      check('CHAT-APPR-002', answer).has({ ended: 'done' });
      check('CHAT-APPR-002', seen(answer.results('executed_tool_calls'), answer.place)).has([
        { id: call.id, output: ran(agent) },
      ]);
      if (agent.runsScripts) {
        const expected = outcome(one.script, 1, { text: '', decisions: [{ id: call.id, approved: true }] });
        check('CHAT-APPR-002', seen(observe(answer), answer.place)).has({
          tools: expected.tools.map(({ name, args, output }) => ({ name, args, output })),
        });
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
      check('CHAT-APPR-004', answer).has({ ended: 'done' });
      check('CHAT-APPR-004', seen(answer.results('executed_tool_calls'), answer.place)).has([
        { id: call.id, output: refused(reason) },
      ]);
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
      check('CHAT-APPR-005', answer).has({ ended: 'done' });
      check('CHAT-APPR-005', seen(answer.results('executed_approvals'), answer.place)).has([
        { id: call.id, output: ran(agent) },
      ]);
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
      check('CHAT-APPR-006', answer, ranUnasked(first)).has({ executed: [] });
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
      if (!left || (!agent.runsScripts && !right)) throw lost('the agent was asked to want two tools and did not');
      check('CHAT-APPR-007', seen(first.value.pending, first.place)).holds(
        left.id !== undefined && right?.id !== undefined,
        'two calls with ids of their own',
      );
      if (left.id === undefined || right?.id === undefined) return;
      const answer = await agent.ask(
        begun.decide(first, [
          { call: { ...left, id: left.id }, approved: true },
          { call: { ...right, id: right.id }, approved: false, reason: 'keep it' },
        ]),
      );
      check('CHAT-APPR-007', answer).has({ ended: 'done' });
      const results = answer.results('executed_tool_calls');
      const owed = [
        { id: left.id, output: ran(agent) },
        { id: right.id, output: refused('keep it', 'redis') },
      ];
      const cause = mismatch(owed, results)
        ? { ...(await rejectsSilently(agent)), ...(await mislabels(agent)), ...ranUnasked(first) }
        : {};
      check('CHAT-APPR-007', seen(results, answer.place), cause).has(owed);
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
      const answer = await agent.ask(begun.decideOnAnswer(first, [{ call, approved: true }]));
      check('CHAT-APPR-003', answer).has({ ended: 'done' });
      check('CHAT-APPR-003', seen(answer.results('executed_tool_calls'), answer.place)).has([
        { id: call.id, output: ran(agent) },
      ]);
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

  scenario('chat/approval/unknown-tool', {
    title: 'The approval of a tool that there is not has an output that says so',
    proves: ['CHAT-APPR-008'],
    stimulus: ['approval'],
    async play({ agent, check }) {
      const begun = agent.begin(one);
      const first = await agent.ask(begun);
      const call = { ...first.asked(), id: agent.fresh('call'), name: 'no_such_tool' };
      const owed = [{ id: call.id, output: nonEmptyString }];
      const answer = await agent.ask(begun.decide(first, [{ call, approved: true }]));
      check('CHAT-APPR-008', answer).has({ ended: 'done' });
      const results = answer.results('executed_tool_calls');
      const cause = mismatch(owed, results) ? { ...(await mislabels(agent)), ...ranUnasked(first) } : {};
      check('CHAT-APPR-008', seen(results, answer.place), cause).has(owed);
    },
  }),

  scenario('chat/approval/both-forms', {
    title: 'A call that is approved in both forms runs once',
    proves: ['CHAT-APPR-010'],
    stimulus: ['approval'],
    async play({ agent, check }) {
      const begun = agent.begin(one);
      const first = await agent.ask(begun);
      const verdict = { call: first.asked(), approved: true };
      const answer = await agent.ask(begun.decide(first, [verdict], 'tool_calls', 'approvals'));
      const results = answer.value.executed.filter(({ id }) => id === verdict.call.id);
      check('CHAT-APPR-010', seen(results.length, answer.place)).holds(results.length === 1, 'one result');
    },
  }),

  scenario('chat/approval/nameless', {
    title: 'A decision without an id runs nothing',
    proves: ['CHAT-APPR-012'],
    stimulus: ['approval'],
    async play({ agent, check }) {
      const begun = agent.begin(one);
      const first = await agent.ask(begun);
      const { id: _left, ...call } = first.asked();
      const answer = await agent.ask(begun.decide(first, [{ call: call as never, approved: true }]), { hostile: true });
      check('CHAT-APPR-012', answer).has({ executed: [] });
    },
  }),
];
