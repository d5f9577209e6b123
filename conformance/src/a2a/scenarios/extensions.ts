import { done } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import type { A2AAgent } from '../agent.ts';
import { activatedIn, anotherVersionOf, extensionsOf, inOtherCase } from '../extensions.ts';
import { scenario } from '../scenario.ts';

const NONE = 'the card declares no extension';
const NONE_REQUIRED = 'the card declares no extension that is required';
const UNKNOWN = 'https://example.com/extensions/nobody-knows-this/v1';

const required = ({ card }: A2AAgent) => extensionsOf(card).flatMap((one) => (one.required ? [one.uri] : []));

/** A message that asks for these extensions, and no others. */
const asking = (agent: A2AAgent, uris: readonly string[]) =>
  agent.send(done, { headers: [[agent.era.extensionsHeader, uris.join(',')]] });

export const extensionScenarios = [
  scenario('a2a/extension/unknown', {
    title: 'An extension that nobody knows changes nothing',
    proves: ['A2A10-EXT-001'],
    stimulus: ['done'],
    async play({ agent, check, lost }) {
      const plain = await agent.send(done);
      if (plain.failed) throw lost('the message is not taken without the extension either');
      const reply = await asking(agent, [...required(agent), UNKNOWN]);
      check('A2A10-EXT-001', reply.outcome).equals(plain.outcome.value);
    },
  }),

  scenario('a2a/extension/declared', {
    title: 'A declared extension is activated by its own URI, and by no other',
    proves: ['A2A10-EXT-002', 'A2A10-EXT-004', 'A2A10-EXT-005'],
    stimulus: ['done', 'ext'],
    async play({ agent, check, notApplicable }) {
      const declared = extensionsOf(agent.card);
      const one = declared.find((candidate) => !candidate.required) ?? declared[0];
      if (!one) throw notApplicable(NONE);
      const others = required(agent).filter((uri) => uri !== one.uri);
      const reply = await asking(agent, [...others, one.uri]);
      const isTold = activatedIn(reply, agent.era).includes(one.uri);
      check('A2A10-EXT-004', seen(activatedIn(reply, agent.era), reply.place)).holds(
        isTold,
        `${one.uri} in the ${agent.era.extensionsHeader} header of the answer`,
      );
      if (one.required) throw notApplicable('the card declares no extension but required ones');
      if (!isTold) throw notApplicable('the target does not say which extensions are active (see EXT-004)');
      for (const [row, uri] of [
        ['A2A10-EXT-002', anotherVersionOf(one.uri)],
        ['A2A10-EXT-005', inOtherCase(one.uri)],
      ] as const) {
        if (uri === undefined) continue;
        const other = await asking(agent, [...others, uri]);
        check(row, seen(activatedIn(other, agent.era), other.place)).holds(
          !activatedIn(other, agent.era).includes(one.uri),
          `${one.uri} not to be activated for ${uri}`,
        );
      }
    },
  }),

  scenario('a2a/extension/required', {
    title: 'Who does not name a required extension is refused',
    proves: ['A2A10-CAP-005', 'A2A10-EXT-003'],
    stimulus: ['done', 'ext!'],
    async play({ agent, check, lost, notApplicable }) {
      const [first, ...others] = required(agent);
      if (first === undefined) throw notApplicable(NONE_REQUIRED);
      const refused = agent.era.refusals.requiredExtension;
      if ((await asking(agent, required(agent))).failed)
        throw lost('the message is not taken with the required extensions either: what they ask for is not known here');
      const silent = await agent.send(done, { headers: [[agent.era.extensionsHeader, '']] });
      check('A2A10-CAP-005', silent).has(refused);
      const version = anotherVersionOf(first);
      if (version === undefined) throw notApplicable('the URI of the required extension has no version');
      const other = await asking(agent, [...others, version]);
      // Who takes the message without any extension breaks CAP-005 alone.
      check('A2A10-EXT-003', other, { blockedBy: silent.failed ? undefined : 'A2A10-CAP-005' }).holds(
        other.failed,
        `a refusal of ${version}, where ${first} is required`,
      );
      check('A2A10-EXT-003', other, { level: 'observe' }).has(refused);
    },
  }),
];
