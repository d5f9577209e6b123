import { PATHS } from '@agentproto/protocol/chat/docs';
import { aList, anything, matcher } from '../../kit/match.ts';
import { hello } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import { answerIn, type Answer } from '../answer.ts';
import { scenario } from '../scenario.ts';

/** The arrays of `data` that the answer is shown with (agent-server: POST /api/sendMessage). */
const ARRAYS = ['cmds', 'executed_cmds', 'tool_calls', 'executed_tool_calls', 'url_configs'];
const present = matcher('a member, null too', (value) => value !== undefined);

/** For a row about an old path of which there is none: that it is gone is a matter of its own. */
export const isGone = ({ value: { httpStatus } }: Answer): { blockedBy?: 'CHAT-LEGACY-001' } =>
  [404, 405, 410, 501].includes(httpStatus ?? 0) ? { blockedBy: 'CHAT-LEGACY-001' } : {};

export const legacyScenarios = [
  scenario('chat/legacy/paths', {
    title: 'The old paths answer as the new ones do',
    proves: ['CHAT-LEGACY-001'],
    bindings: ['legacy'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const asNew = { httpStatus: 200, ended: 'done', text: agent.runsScripts ? 'Hello' : anything };
      check('CHAT-LEGACY-001', await agent.ask(hello, { path: PATHS.sendMessage })).has(asNew);
      const live = await agent.open(hello, { path: PATHS.sendMessageStream });
      const exchange = await live.ended;
      check('CHAT-LEGACY-001', answerIn(exchange, exchange.frames)).has(asNew);
    },
  }),

  scenario('chat/legacy/message', {
    title: 'The answer on the old path is a full message; whether it gives request fields back is written down',
    proves: ['CHAT-LEGACY-002', 'CHAT-LEGACY-003'],
    bindings: ['legacy'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const answer = await agent.ask(hello, { path: PATHS.sendMessage, fields: { thread_id: 'a' } });
      if (!isGone(answer).blockedBy)
        check('CHAT-LEGACY-002', answer).observes(
          answer.value.context === undefined ? 'request fields do not come back' : 'request fields come back',
        );
      check('CHAT-LEGACY-003', seen(answer.exchange.response?.json, answer.place), isGone(answer)).has({
        role: 'assistant',
        content: anything,
        data: Object.fromEntries(ARRAYS.map((name) => [name, aList])),
        meta_data: {},
        timestamp: present,
        user: present,
        agent: present,
      });
    },
  }),
];
