import type { Json, PartSpec } from '@agentproto/script';
import { artifact, data, end, makesArtifact, status } from '../../kit/steps.ts';
import type { Stimulus } from '../../kit/stimulus.ts';
import { seen } from '../../kit/subject.ts';
import { sameJson } from '../../kit/match.ts';
import { isRecord } from '../../kit/json.ts';
import type { A2AAgent } from '../agent.ts';
import { failsAs } from '../error-view.ts';
import type { Reply } from '../reply.ts';
import { scenario } from '../scenario.ts';
import type { MessageView, TaskView } from '../view.ts';

/** What parts carry: any JSON, any text, in media types that both sides know. */

const VALUES: Json[] = [null, true, 0, -1.5, '', 'text', [], [1, [null]], {}, { deep: { a: null, list: [{}] } }];
/** Of two, three and four bytes, a combining mark, and what JSON has to escape. */
const BEYOND_ASCII = 'Grüße, Ελλάδα, 世界, 🎉, e\u0301, "quoted\\", \u2028';
const UNKNOWN_TYPE = 'application/x-agentproto-nobody-knows';

const echo = (parts: PartSpec[]): Stimulus => ({
  word: 'done',
  script: { steps: [status('working'), artifact('echo', parts), end('completed')] },
});

/** Our own message as the task's history has it, where it keeps one. */
function kept(task: TaskView, messageId: unknown): MessageView | undefined {
  return task.history.find(({ raw }) => isRecord(raw) && raw.messageId === messageId);
}

/** What came back of what was sent: from the history, and from an agent that was told to say it. */
async function cameBack(agent: A2AAgent, reply: Reply, messageId: string): Promise<unknown[][]> {
  const task = (await agent.get(reply.sentTask().id)).task();
  const own = kept(task, messageId);
  const said = agent.runsScripts ? task.artifacts.filter(({ id }) => id === 'echo') : [];
  return [...(own ? [own.parts] : []), ...said.map(({ parts }) => parts)];
}

const CONTENTS = ['text', 'raw', 'url', 'data'];

const NOTHING_KEPT = 'the task keeps no history, and nothing else shows what was sent (3.2.4)';

/** Input that the card does not list may be refused (3.1.1): nothing can be learnt of it then. */
const NO_SUCH_INPUT = 'the agent takes no input of this kind';

export const contentScenarios = [
  scenario('a2a/content/data', {
    title: 'A data part carries any JSON value, and gives it back unchanged',
    proves: ['A2A10-DM-010'],
    stimulus: ['done'],
    async play({ agent, check, notApplicable }) {
      const messageId = agent.fresh('data');
      const reply = await agent.send(echo(VALUES.map(data)), {
        messageId,
        parts: VALUES.map((value) => ({ data: value })),
      });
      if (reply.is('ContentTypeNotSupportedError')) throw notApplicable(NO_SUCH_INPUT);
      check('A2A10-DM-010', reply).has({ result: {} });
      const back = await cameBack(agent, reply, messageId);
      if (back.length === 0) throw notApplicable(NOTHING_KEPT);
      for (const parts of back) {
        // Before them stand parts of the prompt.
        const own = parts.slice(-VALUES.length);
        const values = own.map((part) => (isRecord(part) ? part.data : undefined));
        // A part whose null was left out has no content at all: that is the rule about parts.
        const isBare = own.some((part) => isRecord(part) && !CONTENTS.some((name) => name in part));
        check('A2A10-DM-010', seen(values, reply.place), { blockedBy: isBare ? 'A2A10-DM-009' : undefined }).equals(
          VALUES,
        );
      }
    },
  }),

  scenario('a2a/content/text', {
    title: 'Text beyond ASCII comes back as it was sent',
    proves: ['A2A10-DM-015'],
    bindings: ['HTTP+JSON'],
    stimulus: ['done'],
    async play({ agent, check, notApplicable }) {
      const messageId = agent.fresh('text');
      const reply = await agent.send(echo([{ text: BEYOND_ASCII }]), { messageId, parts: [{ text: BEYOND_ASCII }] });
      check('A2A10-DM-015', reply).has({ result: {} });
      const back = await cameBack(agent, reply, messageId);
      if (back.length === 0) throw notApplicable(NOTHING_KEPT);
      for (const parts of back) {
        const last = parts.at(-1);
        check('A2A10-DM-015', seen(isRecord(last) ? last.text : last, reply.place)).equals(BEYOND_ASCII);
      }
    },
  }),

  scenario('a2a/content/unknown-type', {
    title: 'A part of a media type that the agent does not take is refused',
    proves: ['A2A10-SEND-003'],
    stimulus: ['modes'],
    async play({ agent, check }) {
      const said: Stimulus = { ...makesArtifact, word: 'modes' };
      check('A2A10-SEND-003', await agent.send(said, { parts: [{ text: 'x', mediaType: 'text/plain' }] })).has({
        result: {},
      });
      const reply = await agent.send(said, { parts: [{ text: 'x', mediaType: UNKNOWN_TYPE }] });
      check('A2A10-SEND-003', reply).has(failsAs('ContentTypeNotSupportedError'));
    },
  }),

  scenario('a2a/content/unknown-type-streamed', {
    title: 'Nor is it taken where the answer is to be a stream',
    proves: ['A2A10-STREAM-015'],
    capability: ['streaming'],
    stimulus: ['modes'],
    async play({ agent, check }) {
      const said: Stimulus = { ...makesArtifact, word: 'modes' };
      const stream = await agent.stream(said, { parts: [{ text: 'x', mediaType: UNKNOWN_TYPE }] });
      check('A2A10-STREAM-015', await stream.answer()).has(failsAs('ContentTypeNotSupportedError'));
    },
  }),

  scenario('a2a/content/output-modes', {
    title: 'The output is of a kind that the client takes',
    proves: ['A2A10-SEND-014'],
    stimulus: ['art'],
    async play({ agent, check, lost, notApplicable }) {
      const whole = (await agent.send(makesArtifact)).sentTask();
      const kinds = new Set(whole.artifacts.flatMap(({ parts }) => parts.map(kindOf)));
      if (kinds.size === 0) throw lost('the agent was asked for an artifact and made none');
      // What an agent cannot make otherwise it cannot tailor.
      if (kinds.size === 1) throw notApplicable('the agent makes its output in one kind alone');
      const reply = await agent.send(makesArtifact, { configuration: { acceptedOutputModes: ['application/json'] } });
      const parts = reply.sentTask().artifacts.flatMap((one) => one.parts);
      check('A2A10-SEND-014', seen(parts, reply.place)).holds(
        parts.length > 0 && parts.every((part) => sameJson(kindOf(part), 'application/json')),
        'output of application/json alone, which is all that the client takes',
      );
    },
  }),
];

/** The media type of a part, as it says or as its content has it. */
function kindOf(part: unknown): string {
  if (!isRecord(part)) return 'none';
  if (typeof part.mediaType === 'string' && part.mediaType !== '') return part.mediaType.split(';', 1)[0]!.trim();
  return 'text' in part ? 'text/plain' : 'data' in part ? 'application/json' : 'application/octet-stream';
}
