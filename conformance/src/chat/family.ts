import type { SuiteFamily } from '../kit/family.ts';
import { seen } from '../kit/subject.ts';
import { ChatAgent } from './agent.ts';
import { BINDINGS, type Binding } from './binding.ts';
import { Conversation } from './conversation.ts';
import { detect, type DetectedChat } from './detect.ts';
import { invariants } from './invariants/index.ts';
import { scenarios } from './scenarios/index.ts';

export const chatDocs: SuiteFamily<ChatAgent, DetectedChat> = {
  id: 'chat@docs',
  patch: 'docs',
  spoken: 'CHAT-HEALTH-001',
  bindings: BINDINGS,
  sideBinding: 'health',
  scenarios,
  smoke: ['chat/health/answers', 'chat/turn/done', 'chat/turn/fails', 'chat/approval/approved', 'chat/socket/turns'],
  invariants,
  causes: ['HTTP', 'STREAM', 'WS', 'MSG'],
  detect,
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
