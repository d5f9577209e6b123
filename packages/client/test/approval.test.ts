import { A2AClient, approve, type BindingName, reject, toolCallsOf, toolOutput } from '@agentproto/client/a2a';
import { createReferenceServer, type ReferenceServer } from '@agentproto/reference-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let server: ReferenceServer;
beforeAll(async () => {
  server = await createReferenceServer({ listen: false });
});
afterAll(() => server.close());

const calls = (by: string, ...list: object[]) => ({ tool: { by, calls: list } });
const script = (steps: object[], ...turns: object[]) => ({
  parts: [
    {
      data: { steps, turns: turns.map((turn) => ({ steps: [turn].flat() })) },
      mediaType: 'application/vnd.agentproto.script+json',
    },
  ],
});

describe.each<BindingName>(['JSONRPC', 'HTTP+JSON'])('tools over %s', (binding) => {
  let client: A2AClient;
  beforeAll(async () => {
    client = await A2AClient.connect(server.url, { binding, fetch: server.fetch });
  });
  afterAll(() => client.close());

  test('approved, rejected and run by the caller, until nothing waits', async () => {
    const tools = script(
      [
        calls(
          'approval',
          { id: 'a', name: 'delete', args: { pod: 'web-1' }, output: 'gone' },
          { id: 'b', name: 'drain' },
        ),
      ],
      calls('client', { id: 'c', name: 'weather', args: { city: 'Rome' } }),
      { text: 'Done' },
    );
    let answer = await client.send(tools);
    const seen: string[][] = [];
    for (let waiting = toolCallsOf(answer); answer.task && waiting.length > 0; waiting = toolCallsOf(answer)) {
      seen.push(waiting.map(({ name, by }) => `${name} by ${by}`));
      const parts = waiting.map((call) =>
        call.by === 'client' ? toolOutput(call, 'sunny') : call.name === 'delete' ? approve(call) : reject(call, 'no'),
      );
      answer = await client.send({ parts, taskId: answer.task.id });
    }
    expect(seen).toEqual([['delete by approval', 'drain by approval'], ['weather by client']]);
    expect(answer.task?.status.state).toBe('TASK_STATE_COMPLETED');
  });

  test('a call that was not answered is asked for again', async () => {
    const { task } = await client.send(
      script([calls('approval', { id: 'a', name: 'x' }, { id: 'b', name: 'y' })], { text: 'Done' }),
    );
    const again = await client.send({ parts: [approve({ id: 'a' })], taskId: task!.id });
    expect(again.task?.status.state).toBe('TASK_STATE_INPUT_REQUIRED');
    expect(toolCallsOf(again).map(({ id }) => id)).toContain('b');
  });

  test('in a stream', async () => {
    const stream = client.stream(script([calls('approval', { id: 'a', name: 'x' })], { text: 'Done' }));
    const asked = await stream.final();
    expect(toolCallsOf(asked)).toMatchObject([{ id: 'a', name: 'x' }]);
    const { task } = await client.stream({ parts: [reject({ id: 'a' }, 'no')], taskId: asked.task!.id }).final();
    expect(task?.status.state).toBe('TASK_STATE_COMPLETED');
  });
});
