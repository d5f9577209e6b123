import type { SuiteFamily } from '../kit/family.ts';
import type { RequirementId } from '@agentproto/rules';
import { validate as validateDcaf } from '@agentproto/rules/chat/dcaf-2.1';
import { validate } from '@agentproto/rules/chat/docs';
import { rowTable } from '../kit/rows.ts';
import { seen } from '../kit/subject.ts';
import { ChatAgent } from './agent.ts';
import { BINDINGS, type Binding } from './binding.ts';
import { chatClients } from './clients/index.ts';
import { chatSituations } from './clients/situations.ts';
import { Conversation } from './conversation.ts';
import { detect, type DetectedChat } from './detect.ts';
import { invariantsBy } from './invariants/index.ts';
import { known } from './known.ts';
import { scenarios } from './scenarios/index.ts';

type ChatFamily = SuiteFamily<ChatAgent, DetectedChat>;

export const chatDocs: ChatFamily = {
  id: 'chat@docs',
  patch: 'docs',
  spoken: 'CHAT-HEALTH-001',
  bindings: BINDINGS,
  sideBinding: 'health',
  scenarios,
  smoke: ['chat/health/answers', 'chat/turn/done', 'chat/turn/fails', 'chat/approval/approved', 'chat/socket/turns'],
  invariants: invariantsBy(validate),
  known,
  clients: chatClients,
  situations: chatSituations,
  causes: ['HTTP', 'STREAM', 'WS', 'MSG'],
  detect: (recorder, target, how) => detect(recorder, target, { ...how, id: 'chat@docs' }),
  driver(found, binding, tools) {
    const own = BINDINGS.find((one) => one === binding);
    return new ChatAgent(own ?? ('HTTP' satisfies Binding), found, tools);
  },
  async say(agent, said) {
    const { value, place, exchange, events } = await agent.ask(
      typeof said === 'string' ? Conversation.of([{ role: 'user', content: said }]) : said,
    );
    const at = (one: unknown) => seen(one, place);
    const answer = events.length > 0 ? events.map((event) => event.value) : exchange.response?.json;
    return { text: at(value.text), state: at(value.ended), answer: at(answer) };
  },
};

/** The same as DCAF 2.1.0 does it: what is known to differ from its documents is observed (specs/chat/dcaf-2.1). */
export const chatDcaf21: ChatFamily = {
  ...chatDocs,
  id: 'chat@dcaf-2.1',
  patch: '2.1.0',
  onlyNamed: true,
  scenarios: held(scenarios),
  invariants: held(invariantsBy(validateDcaf)),
  detect: (recorder, target, how) => detect(recorder, target, { ...how, id: 'chat@dcaf-2.1' }),
};

/** What proves rows that are checked there. */
function held<Proof extends { proves: readonly RequirementId[] }>(all: readonly Proof[]): Proof[] {
  const rows = rowTable({ id: 'chat@dcaf-2.1' });
  return all.flatMap((one) => {
    const proves = one.proves.filter((row) => rows.get(row)?.check !== undefined);
    return proves.length > 0 ? [{ ...one, proves }] : [];
  });
}
