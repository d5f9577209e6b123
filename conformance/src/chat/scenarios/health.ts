import { PATHS } from '@agentproto/protocol/chat/docs';
import { anyOf } from '../../kit/match.ts';
import { seen } from '../../kit/subject.ts';
import { within } from '../../kit/within.ts';
import { scenario } from '../scenario.ts';
import { endless } from './endless.ts';

export const healthScenarios = [
  scenario('chat/health/answers', {
    title: 'The health check answers',
    proves: ['CHAT-HEALTH-001'],
    bindings: ['health'],
    async play({ agent, check }) {
      const idle = await agent.fetch('GET', PATHS.health, 'health');
      check('CHAT-HEALTH-001', idle).has({ httpStatus: 200 });
      check('CHAT-HEALTH-001', seen(idle.exchange.response?.json, idle.place)).has({
        // Where the same server speaks MCP, DCAF itself says so (X15).
        status: agent.isDcaf ? anyOf('ok', 'healthy') : 'ok',
      });
    },
  }),

  scenario('chat/health/busy', {
    title: 'The health check answers while a turn is running',
    proves: ['CHAT-HEALTH-002'],
    bindings: ['health'],
    stimulus: ['slow'],
    exclusive: true,
    async play({ agent, check, lost }) {
      const live = await agent.over('NDJSON').open(endless);
      await within(live.frame(0), agent.patienceMs);
      if (live.exchange.end) throw lost('the turn was over before the health check was asked for');
      const busy = await agent.fetch('GET', PATHS.health, 'health');
      const tookMs = (busy.exchange.response?.atMs ?? Infinity) - busy.exchange.request.atMs;
      check('CHAT-HEALTH-002', busy).holds(
        busy.value.httpStatus === 200 && tookMs < 1_000,
        'an answer within a second',
        tookMs,
      );
      await live.leave();
    },
  }),

  scenario('chat/health/open', {
    title: 'The health check asks for no credentials',
    proves: ['CHAT-HEALTH-003'],
    bindings: ['health'],
    stimulus: ['cred'],
    async play({ agent, check }) {
      const known = await agent.fetch('GET', PATHS.health, 'health');
      const unknown = await agent.fetch('GET', PATHS.health, 'health', { anonymous: true });
      // What nobody gets is no matter of credentials.
      const blockedBy = known.value.httpStatus === 200 ? undefined : ('CHAT-HEALTH-001' as const);
      check('CHAT-HEALTH-003', unknown, { blockedBy }).has({ httpStatus: 200 });
    },
  }),
];
