import { PATHS } from '@agentproto/protocol/chat/docs';
import { seen } from '../../kit/subject.ts';
import { scenario } from '../scenario.ts';
import { isRecord } from '../../kit/json.ts';
import type { Answer } from '../answer.ts';
import { hello } from '../../kit/steps.ts';

const bindings = ['HTTP', 'NDJSON'] as const;
const detailOf = ({ exchange }: Answer): unknown =>
  isRecord(exchange.response?.json) ? exchange.response.json.detail : undefined;
const is4xx = ({ value }: Answer): boolean =>
  value.httpStatus !== undefined && value.httpStatus >= 400 && value.httpStatus < 500;

export const errorScenarios = [
  scenario('chat/error/body', {
    title: 'A body that is no chat request is refused, and says why',
    proves: ['CHAT-ERR-001', 'CHAT-ERR-002', 'CHAT-ERR-003', 'CHAT-ERR-004', 'CHAT-STREAM-014'],
    bindings,
    stimulus: ['done'],
    async play({ agent, check }) {
      const body = JSON.stringify({ messages: agent.begin(hello).messages });
      const good = await agent.ask(hello);
      check('CHAT-ERR-002', good).has({ httpStatus: 200 });

      const missing = await agent.post('{}');
      check('CHAT-ERR-001', missing).has({ httpStatus: 400 });
      check('CHAT-ERR-001', missing).holds(
        typeof detailOf(missing) === 'string' && /messages/.test(String(detailOf(missing))),
        'a text `detail` that names `messages`',
        detailOf(missing),
      );
      if (agent.binding === 'NDJSON')
        check('CHAT-STREAM-014', missing).holds(
          missing.value.httpStatus === 400 && isRecord(missing.exchange.response?.json),
          '400 and a JSON body',
        );

      const cut = await agent.post(body.slice(0, -1));
      check('CHAT-ERR-002', cut).holds(
        is4xx(cut) && detailOf(cut) !== undefined,
        'a 4xx and a JSON body with a `detail`',
      );
      check('CHAT-ERR-003', cut).has({ httpStatus: 422 });
      for (const other of ['[]', '"messages"', '7']) {
        const reply = await agent.post(other);
        check('CHAT-ERR-004', reply).holds(is4xx(reply), `a 4xx for the body ${other}`);
      }
    },
  }),

  scenario('chat/error/routes', {
    title: 'A wrong method and an unknown path say so',
    proves: ['CHAT-ERR-005'],
    bindings: ['HTTP'],
    async play({ agent, check }) {
      const method = await agent.fetch('GET', PATHS.chat, 'HTTP');
      const allow = method.exchange.response?.headers.find(([name]) => name.toLowerCase() === 'allow')?.[1];
      check('CHAT-ERR-005', method).has({ httpStatus: 405 });
      check('CHAT-ERR-005', seen(allow, method.place)).holds(
        /\bPOST\b/i.test(allow ?? ''),
        'an Allow header with POST',
      );
      check('CHAT-ERR-005', await agent.fetch('GET', '/api/no-such-path', 'HTTP')).has({ httpStatus: 404 });
    },
  }),

  scenario('chat/error/role', {
    title: 'What becomes of a message with a role that there is not',
    proves: ['CHAT-ERR-008'],
    bindings,
    async play({ agent, check }) {
      const answer = await agent.post('{"messages":[{"role":"robot","content":"Hello"}]}');
      check('CHAT-ERR-008', answer).holds(is4xx(answer), 'a 4xx for the role "robot"');
    },
  }),
];
