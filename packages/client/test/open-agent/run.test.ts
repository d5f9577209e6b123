import { functionTool, run, type RunRequest, type ToolRequest } from '@agentproto/client/open-agent';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { failureOf } from '../scripted-server.ts';
import { completed, said, scripted, started, toolRequest, writeAll } from './scripted.ts';

const clock = functionTool({
  name: 'clock',
  description: 'The time in a zone',
  parameters: z.object({ zone: z.string() }),
  run: ({ zone }) => `noon in ${zone}`,
});

test('two rounds of tools end in the answer', async () => {
  const requests = [
    toolRequest('clock', { zone: 'UTC' }),
    toolRequest('clock', '{"zone":"CET"}', { tool_call_id: 'c9', from: 'Ada' }),
  ];
  await using given = await scripted((response, _, count) => {
    const request = requests[count - 1];
    return writeAll(response, request ? [started, said('Hm.'), request] : [started, completed('All noon')]);
  });
  const results: unknown[] = [];
  const events: string[] = [];
  const result = await run(given.client.agents.of('a'), 'What time is it?', {
    tools: [clock],
    onEvent: ({ event }) => events.push(event),
    onToolResult: ({ tool }, { content }) => results.push([tool, content]),
  });
  expect(result).toMatchObject({ content: 'All noon', rounds: 3, pending: [], run: { status: 'succeeded' } });
  expect(results).toEqual([
    ['clock', 'noon in UTC'],
    ['clock', 'noon in CET'],
  ]);
  expect(events.filter((event) => event === 'ToolRequest')).toHaveLength(2);
  const last = JSON.parse(given.requests[2]!.body) as RunRequest;
  expect(last.messages).toEqual([{ role: 'user', content: 'What time is it?' }, ...result.messages.slice(0, -1)]);
  expect(last.messages.slice(1)).toEqual([
    {
      role: 'assistant',
      content: 'Hm.',
      tool_calls: [{ id: 'call_1_0', type: 'function', function: { name: 'clock', arguments: '{"zone":"UTC"}' } }],
    },
    { role: 'tool', tool_call_id: 'call_1_0', tool_name: 'clock', content: 'noon in UTC', tool_call_error: false },
    {
      role: 'assistant',
      content: 'Hm.',
      tool_calls: [{ id: 'c9', type: 'function', function: { name: 'clock', arguments: '{"zone":"CET"}' } }],
    },
    {
      role: 'tool',
      tool_call_id: 'c9',
      tool_name: 'clock',
      content: 'noon in CET',
      tool_call_error: false,
    },
  ]);
  expect(last.tools).toMatchObject([{ functions: [{ name: 'clock', parameters: { required: ['zone'] } }] }]);
});

test.each([
  ['a bare text for the one argument', 'UTC', 'noon in UTC', false],
  ['arguments that are wrong', { zone: 7 }, /zone: .*string/, true],
  ['no arguments', undefined, /not as asked for/, true],
])('%s', async (_, input, content, isError) => {
  await using given = await scripted((response, _request, count) =>
    writeAll(response, count === 1 ? [started, toolRequest('clock', input)] : [started, completed('ok')]),
  );
  const { messages } = await run(given.client.teams.of('t'), 'hi', { tools: [clock] });
  expect(messages[1]).toMatchObject({ role: 'tool', tool_call_error: isError });
  expect(messages[1]!.content).toMatch(content);
});

test('what a tool throws is told to the agent', async () => {
  await using given = await scripted((response, _, count) =>
    writeAll(response, count === 1 ? [started, toolRequest('bad', {})] : [started, completed('ok')]),
  );
  const bad = functionTool({
    name: 'bad',
    description: 'Throws',
    run: () => {
      throw new Error('no luck');
    },
  });
  const { messages } = await run(given.client.agents.of('a'), 'hi', { tools: [bad] });
  expect(messages[1]).toMatchObject({ content: '{"error":"no luck"}', tool_call_error: true });
});

test('leave is asked for, and what nobody can answer comes back', async () => {
  const wipe = functionTool({ name: 'wipe', description: 'Deletes', needsApproval: true, run: () => 'gone' });
  await using given = await scripted((response, { body }) => {
    const asked = (JSON.parse(body) as RunRequest).messages.some(({ role }) => role === 'tool');
    return writeAll(response, asked ? [started, completed('ok')] : [started, toolRequest('wipe', {})]);
  });
  const runner = given.client.agents.of('a');
  const waiting = await run(runner, 'hi', { tools: [wipe] });
  expect(waiting).toMatchObject({ pending: [{ tool: 'wipe' }], run: { status: 'halted' } });
  const foreign = await run(runner, 'hi', { tools: [clock] });
  expect(foreign.pending).toEqual([{ tool: 'wipe', input: {} }]);
  const asked: ToolRequest[] = [];
  const approved = await run(runner, 'hi', { tools: [wipe], approve: (request) => asked.push(request) > 0 });
  expect([approved.messages[1]!.content, asked.length]).toEqual(['gone', 1]);
  const refused = await run(runner, 'hi', { tools: [wipe], approve: () => ({ approve: false, reason: 'Friday' }) });
  expect(refused.messages[1]).toMatchObject({ tool_call_error: true, content: expect.stringContaining('Friday') });
});

test('an agent that never has enough; a run that failed; names that are the same', async () => {
  await using given = await scripted((response, _, count) =>
    writeAll(response, [started, count > 2 ? completed('x', { status: 'failed' }) : toolRequest('clock', 'UTC')]),
  );
  const runner = given.client.agents.of('a');
  const error = await failureOf(run(runner, 'hi', { tools: [clock], maxRounds: 2 }));
  expect(error).toMatchObject({ code: 'ROUNDS_EXCEEDED', run: { toolRequests: [{ tool: 'clock' }] } });
  expect(given.requests).toHaveLength(2);
  expect(await failureOf(run(runner, 'hi', { tools: [] }))).toMatchObject({ code: 'RUN_NOT_COMPLETED' });
  for (const options of [{ tools: [clock, clock] }, { tools: [], maxRounds: 0 }]) {
    expect(await failureOf(run(runner, 'hi', options))).toMatchObject({ code: 'INVALID_INPUT' });
  }
});

test('an abort while a tool works ends the run', async () => {
  await using given = await scripted((response) => writeAll(response, [started, toolRequest('slow', {})]));
  const abort = new AbortController();
  const slow = functionTool({
    name: 'slow',
    description: 'Waits for its abort',
    run: (_, { signal }) => {
      abort.abort('enough');
      signal.throwIfAborted();
    },
  });
  const running = run(given.client.agents.of('a'), 'hi', { tools: [slow], signal: abort.signal });
  expect(await failureOf(running)).toMatchObject({ code: 'ABORTED', reason: 'enough' });
});
