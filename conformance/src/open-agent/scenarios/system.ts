import { records } from '../../kit/json.ts';
import { nonEmptyString } from '../../kit/match.ts';
import { offers } from '../offers.ts';
import { seen } from '../../kit/subject.ts';
import { scenario } from '../scenario.ts';

const bindings = ['HTTP'] as const;

export const systemScenarios = [
  scenario('open-agent/system/answers', {
    title: 'The root and the health check answer with texts',
    proves: ['OAA-SYS-001'],
    bindings,
    async play({ agent, check }) {
      for (const [path, operation] of [
        ['/', 'getRoot'],
        ['/health', 'getHealth'],
      ] as const) {
        const reply = await agent.call('GET', path, { operation });
        check('OAA-SYS-001', reply).has({ httpStatus: 200 });
        if (!reply.isOk) continue;
        const isMap = Object.values(reply.json).every((value) => typeof value === 'string');
        check('OAA-SYS-001', seen(reply.value.body, reply.place)).holds(
          isMap && Object.keys(reply.json).length > 0,
          'an object of texts',
        );
      }
    },
  }),

  scenario('open-agent/models/listed', {
    title: 'The models are listed with their ids',
    proves: ['OAA-MODELS-001'],
    bindings,
    async play({ agent, check }) {
      const path = `${agent.contract.openai}/models`;
      const reply = offers('models', await agent.call('GET', path, { operation: 'listModels' }));
      const { data } = reply.json;
      check('OAA-MODELS-001', reply).holds(reply.isOk && Array.isArray(data), 'a list in `data`');
      for (const [index, model] of records(data).entries())
        check('OAA-MODELS-001', seen(model, reply.place)).holds(
          typeof model.id === 'string' && model.id !== '',
          `an id of the model at ${index}`,
        );
    },
  }),

  scenario('open-agent/mcp/served', {
    title: 'MCP is told of, and served over server-sent events',
    proves: ['OAA-MCP-001'],
    bindings,
    async play({ agent, check }) {
      const info = offers('MCP', await agent.call('GET', '/mcp/', { operation: 'getMcpInfo' }));
      check('OAA-MCP-001', seen(info.value.body, info.place)).has({});
      const live = await agent.stream('GET', '/mcp/sse', { operation: 'openMcpStream', binding: 'HTTP' });
      const { response, id } = live.exchange;
      const type = response?.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
      if (!live.exchange.end) await live.leave();
      // Where messages go is said on the stream, and not in the document: of no session, it is refused.
      const body = { jsonrpc: '2.0', id: 1, method: 'ping' };
      await agent.call('POST', '/mcp/messages', { operation: 'postMcpMessage', body, hostile: true });
      check('OAA-MCP-001', seen({ httpStatus: response?.status, 'content-type': type }, { exchange: id })).holds(
        response?.status === 200 && type.startsWith('text/event-stream'),
        'an event stream at /mcp/sse',
      );
      check('OAA-MCP-001', seen(info.json.name, info.place)).holds(
        nonEmptyString.matches(info.json.name),
        'a name of the server',
      );
    },
  }),
];
