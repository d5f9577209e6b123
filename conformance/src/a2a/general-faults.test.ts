import { expect, test } from 'vitest';
import type { A2AAgent } from './agent.ts';
import { refusesMethods, takenAsWell } from './general-faults.ts';
import type { Reply } from './reply.ts';
import type { TaskStream } from './task-stream.ts';

/** One fault that shows in two rows, as servers in the field have them: which row it is told under. */

const refused = (method: string, error: object, names: string[] = []) =>
  ({
    failed: true,
    is: (name: string) => names.includes(name),
    exchange: {
      request: { body: { text: JSON.stringify({ method }) } },
      response: { status: 200, json: { jsonrpc: '2.0', id: null, error } },
    },
  }) as unknown as Reply;

/** A server that answers every method that it does not know in the same way. */
const agentWhere = (unknown: Reply) =>
  ({
    binding: { name: 'JSONRPC' },
    fresh: (name: string) => name,
    call: () => Promise.resolve(unknown),
  }) as unknown as A2AAgent;

const push = 'tasks/pushNotificationConfig/set';

test('a method refused as every unknown one is, with a wrong code, is the fault of RPC-006', async () => {
  const as = (method: string) => refused(method, { code: -32000, message: `Method not found: ${method}` });
  expect(await refusesMethods(agentWhere(as('NoSuchMethod')), as(push))).toEqual({ blockedBy: 'A2A10-RPC-006' });
});

test('one that is refused otherwise is a fault of its own', async () => {
  const other = refused(push, { code: -32000, message: 'no task' });
  const unknown = refused('NoSuchMethod', { code: -32601, message: 'Method not found' }, ['MethodNotFoundError']);
  expect(await refusesMethods(agentWhere(unknown), other)).toEqual({});
  expect(await refusesMethods(agentWhere(unknown), refused(push, {}, ['UnsupportedOperationError']))).toEqual({});
});

const stream = (taskId: string, refusal?: object) => ({ taskId, refusal }) as unknown as TaskStream;
const reply = (taskId: string, failed = false) => ({ taskId, failed }) as unknown as Reply;

test('what a stream takes as a send does is the fault of the send', () => {
  const row = 'A2A10-SEND-002';
  expect(takenAsWell(row, stream('t'), 't', reply('t'))).toEqual({ blockedBy: row });
  expect(takenAsWell(row, stream('one'), 'one', reply('two'), 'two')).toEqual({ blockedBy: row });
  expect(takenAsWell(row, stream('t'), 't', reply('t', true))).toEqual({});
  expect(takenAsWell(row, stream('t', {}), 't', reply('t'))).toEqual({});
  expect(takenAsWell(row, stream('new'), 't', reply('newer'))).toEqual({});
});
