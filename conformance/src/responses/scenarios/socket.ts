import { seen } from '../../kit/subject.ts';
import { scenario } from '../scenario.ts';
import { isTerminal } from '../view.ts';
import { hello, says } from './create.ts';

export const socketScenarios = [
  scenario('responses/socket/turn', {
    title: 'A response is made over a WebSocket, in the events of a stream',
    proves: ['RESP-WS-004', 'RESP-WS-005'],
    bindings: ['WebSocket'],
    stimulus: ['done'],
    async play({ agent, check }) {
      const socket = await agent.connect();
      try {
        const first = await agent.taken(await socket.ask(agent.request(hello)));
        check('RESP-WS-005', seen(first.value.types, first.place)).holds(
          !first.value.types.includes(undefined),
          'events',
        );
        check('RESP-WS-004', seen(first.value.types, first.place), { blockedBy: 'RESP-STREAM-011' }).holds(
          first.value.types.some(isTerminal),
          'a response, to its end',
        );
        if (socket.value.open) await agent.taken(await socket.ask(agent.request(says('one ', 'two'))));
      } finally {
        await socket.close();
      }
    },
  }),
];
