import { hello } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import type { ChatAgent } from '../agent.ts';
import { scenario } from '../scenario.ts';

const bindings = ['WebSocket'] as const;
/** As the documents have it, where the target says nothing else. */
const DEFAULT_MS = 20_000;
/** Pings that show an interval. */
const SEVERAL = 3;
/** What a busy machine may be late. */
const SLACK_MS = 2_000;

/** The intervals that can be waited for; a sentence says why they cannot. */
function intervals({ setUp, patienceMs }: ChatAgent, turns: number): { pingMs: number; pongMs: number } | string {
  const { pingMs = DEFAULT_MS, pongMs = DEFAULT_MS } = setUp;
  if (pingMs === null) return 'pings are switched off here';
  if (pingMs * turns <= patienceMs) return { pingMs, pongMs };
  return `a ping is due every ${pingMs / 1_000} s, which is waited for with --timeout ${pingMs * turns} and more`;
}

export const pingScenarios = [
  scenario('chat/socket/pings', {
    title: 'Pings come, and a client that answers them keeps its socket; one that does not is closed',
    proves: ['CHAT-WS-009', 'CHAT-WS-013'],
    bindings,
    stimulus: ['clock'],
    async play({ agent, check, notApplicable }) {
      const times = intervals(agent, SEVERAL);
      if (typeof times === 'string') throw notApplicable(times);
      const { pingMs, pongMs } = times;
      const [answering, silent] = [await agent.connect(), await agent.connect({ pongs: false })];
      const came = await answering.pinged(SEVERAL, pingMs * SEVERAL + SLACK_MS);
      check('CHAT-WS-009', answering).holds(came, `${SEVERAL} pings, ${pingMs} ms apart`, answering.pings);
      check('CHAT-WS-009', answering).has({ open: true });
      if (answering.value.open) check('CHAT-WS-009', await answering.ask(agent.begin(hello))).has({ ended: 'done' });
      await answering.close();

      await silent.closed(pingMs + pongMs + SLACK_MS);
      const blockedBy = came ? undefined : ('CHAT-WS-009' as const);
      // That the suite gave up waiting is no closing.
      const { end } = silent.exchange;
      const isClosed = end !== undefined && end.kind !== 'timeout' && end.kind !== 'left';
      check('CHAT-WS-013', silent, { blockedBy }).holds(isClosed, 'a socket that the server has closed');
      await silent.leave();
    },
  }),

  scenario('chat/socket/no-pings', {
    title: 'With pings switched off none comes, and the socket can be used',
    proves: ['CHAT-WS-014'],
    bindings,
    stimulus: ['clock', 'ping-off'],
    async play({ agent, check, notApplicable }) {
      if (agent.setUp.pingMs !== null) throw notApplicable('nothing says that pings are switched off here');
      const socket = await agent.connect();
      const came = await socket.pinged(1, Math.min(30_000, agent.patienceMs / 4));
      check('CHAT-WS-014', seen(socket.pings, socket.place)).holds(!came, 'no ping');
      check('CHAT-WS-014', await socket.ask(agent.begin(hello))).has({ ended: 'done' });
      await socket.close();
    },
  }),
];
