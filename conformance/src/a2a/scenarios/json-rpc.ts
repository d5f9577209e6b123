import { METHODS, type MethodName } from '@agentproto/protocol/a2a/1.0';
import { done } from '../../kit/steps.ts';
import { seen, type Subject } from '../../kit/subject.ts';
import { failsAs } from '../error-view.ts';
import { activatedIn, extensionsOf } from '../extensions.ts';
import { refusesBadInput } from '../general-faults.ts';
import { refusesInput } from '../refusal.ts';
import { scenario } from '../scenario.ts';
import type { A2AAgent } from '../agent.ts';
import type { Reply } from '../reply.ts';

const bindings = ['JSONRPC'] as const;

/** Any text to the JSON-RPC endpoint. */
const post = (agent: A2AAgent, body: string) => agent.call('GetTask', {}, { body, hostile: true });
/** A request as it would go out, with all that the interface asks for. */
const written = (agent: A2AAgent, method: MethodName, params: Record<string, unknown>) =>
  JSON.parse(agent.binding.request(method, params).body as string) as {
    jsonrpc?: string;
    method?: string;
    params: object;
  };
const answer = ({ exchange, place, unread }: Reply): Subject => ({ value: exchange.response?.json, place, unread });

export const jsonRpcScenarios = [
  scenario('a2a/json-rpc/envelope', {
    title: 'An answer is a JSON-RPC 2.0 response with the id of its request',
    proves: ['A2A10-RPC-001'],
    bindings,
    stimulus: ['done'],
    async play({ agent, check }) {
      for (const id of ['a-string', 4711, 0]) {
        const reply = await agent.send(done, { id });
        check('A2A10-RPC-001', answer(reply)).has({ jsonrpc: '2.0', id, result: {} });
      }
      const failed = await agent.get(agent.fresh('no-such-task'), {}, { id: 7 });
      check('A2A10-RPC-001', answer(failed)).has({ jsonrpc: '2.0', id: 7, error: {} });
    },
  }),

  scenario('a2a/json-rpc/malformed', {
    title: 'What is no JSON-RPC request is refused with the code that says why',
    proves: ['A2A10-RPC-004', 'A2A10-RPC-005', 'A2A10-RPC-006', 'A2A10-RPC-007', 'A2A10-ERR-004'],
    bindings,
    async play({ agent, check }) {
      const twin = await agent.get(agent.fresh('no-such-task'));
      check('A2A10-RPC-005', twin).holds(
        !twin.is('InvalidRequestError') && twin.value.unanswered === undefined,
        'a request in good form to be no InvalidRequestError',
      );
      const good = written(agent, 'GetTask', { id: agent.fresh('no-such-task') });

      const broken = await post(agent, '{"jsonrpc":"2.0","id":1,"method":');
      check('A2A10-RPC-004', broken).has(failsAs('JSONParseError'));
      check('A2A10-RPC-004', answer(broken)).has({ id: null });

      const { jsonrpc: _, ...withoutVersion } = good;
      const { method: __, ...withoutMethod } = good;
      for (const body of [withoutVersion, withoutMethod, { ...good, jsonrpc: '1.0' }, { ...good, method: 7 }, 7, []]) {
        const reply = await post(agent, JSON.stringify(body));
        check('A2A10-RPC-005', reply).holds(
          reply.is('InvalidRequestError'),
          `InvalidRequestError (-32600) for ${JSON.stringify(body).slice(0, 60)}`,
        );
      }
      check('A2A10-RPC-006', await post(agent, JSON.stringify({ ...good, method: 'NoSuchMethod' }))).has(
        failsAs('MethodNotFoundError'),
      );
      const badInput = await refusesBadInput(agent);
      // That it is refused as a fault of the client is ERR-004; with which code, is asked of what is.
      const isRefused = (reply: Reply, what: string): boolean => {
        if (refusesInput(reply) || badInput.unless(reply).blockedBy) return true;
        check('A2A10-ERR-004', reply).holds(false, `a refusal of ${what}`);
        return false;
      };
      const withId = (id: unknown) => ({ ...good, params: { ...good.params, id } });
      for (const [what, body] of [
        ['a message that is "hello"', written(agent, 'SendMessage', { message: 'hello' })],
        ['a message that is []', written(agent, 'SendMessage', { message: [] })],
        ['GetTask with the id 7', withId(7)],
        ['GetTask without an id', withId(undefined)],
        ['GetTask with the id ["x"]', withId(['x'])],
      ] as const) {
        const reply = await post(agent, JSON.stringify(body));
        // "It might be invalid", says 3.3.2 of the id in a TaskNotFoundError.
        // What it says of a method that it does not know (see RPC-003) is no word on the input.
        if (what.startsWith('GetTask') && twin.unread) continue;
        const isUnknown = what.startsWith('GetTask') && reply.is('TaskNotFoundError');
        if (isUnknown || isRefused(reply, what))
          check('A2A10-RPC-007', reply, badInput.unless(reply)).holds(
            isUnknown || reply.is('InvalidParamsError'),
            `InvalidParamsError (-32602) for ${what}`,
          );
      }
    },
  }),

  scenario('a2a/json-rpc/methods', {
    title: 'All methods are known',
    proves: ['A2A10-RPC-003'],
    bindings,
    async play({ agent, check }) {
      for (const method of agent.owedMethods) {
        if (METHODS[method].stream) {
          // The refusal may be a body of its own or the stream's only event: the spec does not say.
          const stream = await (
            await agent.open(method, { id: agent.fresh('no-such-task') }, { hostile: true })
          ).drain();
          check('A2A10-RPC-003', stream).holds(
            // Who opens a stream knows the method, whatever becomes of it.
            stream.refusal ? !stream.refusal.names.includes('MethodNotFoundError') : stream.isEventStream,
            `${method} to be known`,
          );
          continue;
        }
        const reply = await agent.call(method, { id: 'x', taskId: 'x' }, { hostile: true });
        check('A2A10-RPC-003', reply).holds(
          !reply.is('MethodNotFoundError') && reply.value.unanswered === undefined,
          `${method} to be known`,
        );
      }
    },
  }),

  scenario('a2a/json-rpc/several-extensions', {
    title: 'Extensions are read from one header, with commas between them',
    proves: ['A2A10-RPC-013'],
    bindings,
    stimulus: ['done', 'ext'],
    async play({ agent, check, notApplicable }) {
      const declared = extensionsOf(agent.card);
      if (declared.length === 0) throw notApplicable('the card declares no extension');
      const uris = declared.map(({ uri }) => uri);
      const ask = (named: readonly string[]) =>
        agent.send(done, { headers: [[agent.era.extensionsHeader, named.join(', ')]] });
      const together = await ask([...uris, 'https://example.com/extensions/nobody-knows-this/v1']);
      const active = activatedIn(together, agent.era);
      // Alone it needs no comma.
      const isTold = active.length > 0 || activatedIn(await ask([uris[0]!]), agent.era).length > 0;
      if (!isTold && !declared.some(({ required }) => required))
        throw notApplicable('the target does not say which extensions are active (see EXT-004)');
      check('A2A10-RPC-013', seen({ refused: together.failed, active }, together.place)).holds(
        !together.failed && (!isTold || uris.every((uri) => active.includes(uri))),
        `${uris.join(' and ')} to be read from one header`,
      );
    },
  }),
];
