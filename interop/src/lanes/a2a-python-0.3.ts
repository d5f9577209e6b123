import type { BindingName } from '@agentproto/client/a2a';
import { exerciseA2A } from '../exercise-a2a.ts';
import { exercisePushByToken } from '../exercise-push.ts';
import { exerciseTheirs } from '../exercise-theirs.ts';
import type { Lane } from '../lane.ts';
import { pythonFor } from '../python.ts';
import { WORDS } from '../words.ts';
import { CLIENT_STEPS } from './client-steps.ts';

/** Lists came with 1.0. */
const STEPS = [...CLIENT_STEPS.filter((step) => step !== 'list'), 'webhook, configured'];

/** The SDK's last release of A2A 0.3. */
export const a2aPython03: Lane = {
  name: 'a2a-python-0.3',
  system: 'a2a-sdk (Python)',
  note:
    'Its fault: after `tasks/resubscribe` to a task at work, which the caller leaves, or `message/send` to a task at work, and then `tasks/cancel` of that task, no `message/send` and ' +
    '`message/stream` is answered any more, since the queue of events is closed under a lock that all tasks share, and waits for the reader that has gone.',
  cannot: {
    'HTTP+JSON: list': 'ListTasks is answered with HTTP 500, "unknown exception" (NotImplementedError)',
    'HTTP+JSON: webhook, configured':
      'the list of webhooks is answered with HTTP 500, "unknown exception" (NotImplementedError)',
  },
  async prepare(options) {
    const python = await pythonFor({ lane: 'a2a-python-0.3' }, options);
    const theirs = (binding: string) => (url: string) =>
      exerciseTheirs(python.running('a2a-python-0.3/client.py', url, binding), binding, STEPS);
    const ours = (binding: BindingName) => (url: string) => exerciseA2A(url, binding, WORDS, exercisePushByToken);
    return {
      server: python.running('a2a-python-0.3/agent.py'),
      suite: {
        protocol: 'a2a@0.3',
        leftOut: {
          'a2a/equivalence/failures-at-work':
            'It sends a message to a task at work, and cancels the task: no message is answered after that.',
        },
      },
      exercise: [ours('JSONRPC'), ours('HTTP+JSON')],
      clients: [theirs('JSONRPC'), theirs('HTTP+JSON')],
      judged: [
        {
          ...{ name: 'JSONRPC', protocol: 'a2a@0.3', baseline: 'a2a-python-0.3/client-baseline.yaml' },
          command: python.running('a2a-python-0.3/judged.py', 'JSONRPC'),
        },
        {
          ...{ name: 'HTTP+JSON', protocol: 'a2a@0.3', baseline: 'a2a-python-0.3/client-rest-baseline.yaml' },
          command: python.running('a2a-python-0.3/judged.py', 'HTTP+JSON'),
          stops: {
            says: 'validation errors for AgentCard',
            why:
              '§3.2.3, §7.10: over HTTP+JSON the extended card comes as the proto has it, whose `security` is a list of objects with ' +
              '`schemes`; the SDK reads it as §5.5 has it, and the text leaves open which it is.',
          },
        },
      ],
    };
  },
};
