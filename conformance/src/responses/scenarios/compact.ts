import { hello } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import type { ResponsesAgent } from '../agent.ts';
import type { Reply } from '../../kit/reply.ts';
import { scenario } from '../scenario.ts';
import { text } from '../view.ts';

const compact = (agent: ResponsesAgent, body: object, hostile = false): Promise<Reply> =>
  agent.call('POST', '/responses/compact', { body, operation: 'compactResponse', ...(hostile ? { hostile } : {}) });

/** What is to be compacted: a few messages. */
const windowOf = (agent: ResponsesAgent) => ({
  model: agent.model,
  input: [
    agent.message('My dog is called Rex.'),
    { type: 'message', role: 'assistant', content: 'Noted.' },
    agent.message('What is he called?'),
  ],
});

export const compactScenarios = [
  scenario('responses/compact/window', {
    title: 'Compaction makes a window of what was said, and no response',
    proves: ['RESP-COMPACT-001', 'RESP-COMPACT-002', 'RESP-COMPACT-004'],
    bindings: ['HTTP'],
    async play({ agent, check, notApplicable }) {
      const whole = await compact(agent, windowOf(agent));
      if (whole.isMissing) throw notApplicable(`there is no compaction (HTTP ${whole.status})`);
      const { model: _, ...anonymous } = windowOf(agent);
      const refused = await compact(agent, anonymous, true);
      check('RESP-COMPACT-001', refused).holds(
        refused.status >= 400 && refused.status < 500,
        'a refusal of status 4xx',
      );
      // Who refuses everything has said nothing of compaction.
      if (whole.isRefusal) await agent.turn(hello);
      check('RESP-COMPACT-002', whole).has({ httpStatus: 200 });
      if (whole.isRefusal) return;
      const faults = agent.revision.violations('CompactResource', whole.json).map(({ message }) => message);
      check('RESP-COMPACT-002', seen(whole.json, whole.place)).holds(
        faults.length === 0,
        `a response.compaction: ${faults.join('; ')}`,
      );
      const id = text(whole.json.id);
      if (id === undefined) return;
      const next = await agent.call('POST', '/responses', {
        body: agent.request('Go on', { previous_response_id: id }),
        operation: 'createResponse',
        hostile: true,
      });
      // Where any id is taken, that is a matter of its own.
      const bogus = await agent.call('POST', '/responses', {
        body: agent.request('Go on', { previous_response_id: agent.fresh('resp') }),
        operation: 'createResponse',
        hostile: true,
      });
      check('RESP-COMPACT-004', next, bogus.isRefusal ? {} : { blockedBy: 'RESP-PREV-004' }).holds(
        next.isRefusal,
        'a refusal of the id of a compaction',
      );
    },
  }),
];
