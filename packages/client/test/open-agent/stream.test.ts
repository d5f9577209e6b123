import { type Deviation, openAgentClient, responseOf, type RunRequest } from '@agentproto/client/open-agent';
import { expect, test } from 'vitest';
import { failureOf, sendJson } from '../scripted-server.ts';
import { completed, said, scripted, started, toolRequest, write, writeAll } from './scripted.ts';

test('a run is followed, and put together', async () => {
  const call = { tool_call_id: 'c1', tool_name: 'clock', tool_args: {} };
  await using given = await scripted((response) =>
    writeAll(response, [
      started,
      said('It is '),
      { ...said(''), event: 'ToolCallStarted', tools: [call] },
      { ...said(''), event: 'ToolCallCompleted', tools: [{ ...call, content: 'noon' }] },
      said('noon'),
      { cost: { input_tokens: 3, output_tokens: 2, microdollars: 7 } },
      completed('It is noon', { runtime: 0.5, metrics: { input_tokens: 3 } }),
    ]),
  );
  const stream = given.client.agents.stream('a/1', 'What time is it?');
  const names: string[] = [];
  for await (const event of stream) names.push(event.event);
  expect(names).toEqual([
    'RunStarted',
    'RunResponse',
    'ToolCallStarted',
    'ToolCallCompleted',
    'RunResponse',
    'CostSummary',
    'RunCompleted',
  ]);
  expect(await stream.final()).toEqual({
    status: 'succeeded',
    content: 'It is noon',
    messages: [],
    toolRequests: [],
    toolCalls: [{ ...call, content: 'noon' }],
    contributions: [],
    run_id: 'run_1',
    session_id: 's_1',
    agent_id: 'a1',
    model: 'm',
    cost: { input_tokens: 3, output_tokens: 2, microdollars: 7 },
    metrics: { input_tokens: 3 },
    runtime: 0.5,
  });
  expect(responseOf(stream)?.status).toBe(200);
  const [{ path, headers, body }] = given.requests as [(typeof given.requests)[0]];
  expect([path, headers.accept]).toEqual(['/v1/agents/a%2F1/run', 'text/event-stream']);
  expect(JSON.parse(body)).toEqual({
    environment: { working_directory: '/', platform: 'unknown' },
    messages: [{ role: 'user', content: 'What time is it?' }],
  });
});

test.each([
  ['event', (name: string) => `data: ${JSON.stringify({ event: name, content: 'x' })}`, []],
  ['type', (name: string) => `data: ${JSON.stringify({ type: name, content: 'x' })}`, []],
  ['the event line', (name: string) => `event: ${name}\ndata: {"content":"x"}`, ['OAA-SSE-002']],
  ['event before type', (name: string) => `data: ${JSON.stringify({ event: name, type: 'x', content: 'x' })}`, []],
  ['type before the event line', (name: string) => `event: x\ndata: {"type":"${name}","content":"x"}`, []],
])('the name of an event stands in %s', async (_, line, rows) => {
  const told: Deviation[] = [];
  await using given = await scripted(
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(['RunStarted', 'RunResponse', 'RunCompleted'].map((name) => `${line(name)}\n\n`).join(''));
    },
    { onDeviation: (deviation) => told.push(deviation) },
  );
  const names: string[] = [];
  for await (const { event } of given.client.agents.stream('a', 'hi')) names.push(event);
  expect(names).toEqual(['RunStarted', 'RunResponse', 'RunCompleted']);
  expect(told.map(({ row }) => row)).toEqual(rows);
});

test('a stream that ends without RunCompleted is an error with what there is', async () => {
  await using given = await scripted(async (response, _, count) => {
    await write(response, [started, said('half '), said('of it')]);
    if (count === 1) response.end();
    else response.destroy();
  });
  for (const broken of [false, true]) {
    const error = await failureOf(given.client.agents.stream('a', 'hi').final());
    expect(error).toMatchObject({
      code: 'STREAM_TRUNCATED',
      events: 3,
      partial: { status: 'running', content: 'half of it', run_id: 'run_1' },
    });
    expect((error as Error).cause !== undefined).toBe(broken);
  }
});

test('a run halts for a tool: closing is then an end, breaking is not', async () => {
  await using given = await scripted(async (response, _, count) => {
    await write(response, [started, said('Let me see.'), toolRequest('clock', { zone: 'UTC' }, { from: 'Ada' })]);
    if (count === 1) response.end();
    else if (count === 2) response.destroy();
    else await writeAll(response, [completed(count === 3 ? '' : 'It is noon')]);
  });
  const { agents } = given.client;
  const request = { tool: 'clock', input: { zone: 'UTC' }, from: 'Ada' };
  expect(await agents.stream('a', 'hi').final()).toMatchObject({
    status: 'halted',
    content: 'Let me see.',
    toolRequests: [request],
  });
  expect(await failureOf(agents.stream('a', 'hi').final())).toMatchObject({ code: 'STREAM_TRUNCATED' });
  expect(await agents.stream('a', 'hi').final()).toMatchObject({ status: 'halted', toolRequests: [request] });
  // A server that has not waited.
  expect(await agents.stream('a', 'hi').final()).toMatchObject({ status: 'succeeded', content: 'It is noon' });
});

test('a run that failed or was canceled is an answer, unless it is not wanted', async () => {
  await using given = await scripted((response, _, count) =>
    writeAll(response, [started, completed('no luck', { status: count % 2 ? 'failed' : 'canceled' })]),
  );
  const { agents } = given.client;
  expect(await agents.stream('a', 'hi').final()).toMatchObject({ status: 'failed', content: 'no luck' });
  const error = await failureOf(agents.stream('a', 'hi', { expectCompleted: true }).final());
  expect(error).toMatchObject({ code: 'RUN_NOT_COMPLETED', run: { status: 'canceled', run_id: 'run_1' } });
});

test.each([
  ['an event of errors', { event: 'RunError', content: 'the model broke' }, 'the model broke'],
  ["OpenAI's envelope", { error: { message: 'the model broke', type: 'server_error' } }, 'the model broke'],
])('a server that breaks off with %s', async (_, event, reason) => {
  await using given = await scripted((response) => writeAll(response, [started, said('half'), event]));
  expect(await failureOf(given.client.agents.stream('a', 'hi').final())).toMatchObject({
    code: 'OPEN_AGENT_ERROR',
    status: undefined,
    reason,
    partial: { content: 'half' },
  });
});

test('what a team says is told apart by who says it; pieces or the whole again', async () => {
  await using given = await scripted(
    (response) =>
      writeAll(response, [
        { type: 'RunStarted' },
        { type: 'RunResponse', from: 'Researcher', content: 'Pods ' },
        { type: 'RunResponse', from: 'Researcher', content: 'restart.' },
        { type: 'RunResponse', from: 'Coder', content: 'Fi' },
        { type: 'RunResponse', from: 'Coder', content: 'Fix' },
        { type: 'RunResponse', from: 'Coder', content: 'Fix it' },
        { type: 'RunResponse', from: 'Researcher', content: 'Done.' },
        { type: 'RunCompleted', message: { role: 'assistant', content: 'Both agree.' } },
      ]),
    { revision: 'readme' },
  );
  const run = await given.client.teams.stream('t', 'Why?').final();
  expect(given.requests[0]!.path).toBe('/v1/teams/t/chat');
  expect(run).toMatchObject({ status: 'succeeded', content: 'Both agree.' });
  expect(run.contributions).toEqual([
    { from: 'Researcher', content: 'Pods restart.' },
    { from: 'Coder', content: 'Fix it' },
    { from: 'Researcher', content: 'Done.' },
  ]);
});

test('a server that does not stream has answered all the same', async () => {
  const told: Deviation[] = [];
  const answers = [
    {
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: [{ type: 'text', text: 'ho' }] },
      ],
    },
    { message: { role: 'assistant', content: 'ho' }, finish_reason: 'stop', usage: { total_tokens: 2 } },
    { hello: 1 },
  ];
  await using given = await scripted((response, _, count) => sendJson(response, answers[count - 1]), {
    onDeviation: (deviation) => told.push(deviation),
  });
  const { agents } = given.client;
  expect(await agents.stream('a', 'hi').final()).toMatchObject({ status: 'succeeded', content: 'ho' });
  expect(await agents.stream('a', 'hi').final()).toMatchObject({ content: 'ho', usage: { total_tokens: 2 } });
  expect(await failureOf(agents.stream('a', 'hi').final())).toMatchObject({ code: 'MALFORMED_RESPONSE' });
  expect(told.map(({ row }) => row)).toEqual(['OAA-SSE-001']);
});

test('what is unusual is told once, and is an error with strict', async () => {
  const told: Deviation[] = [];
  const script = [said('a'), '7', '{', said('b'), completed('ab'), said('late')];
  await using given = await scripted((response) => writeAll(response, script), {
    onDeviation: (deviation) => told.push(deviation),
  });
  const stream = given.client.agents.stream('a', 'hi');
  expect(await stream.final()).toMatchObject({ content: 'ab' });
  expect(told.map(({ kind }) => kind)).toEqual(['not-an-event', 'first-event', 'event-after-end']);
  const strict = openAgentClient(`${given.server.url}/v1`, { strict: true });
  expect(await failureOf(strict.agents.stream('a', 'hi').final())).toMatchObject({ code: 'DEVIATION' });
  await strict.close();
});

test('leaving a stream disconnects; an abort is an abort', async () => {
  await using given = await scripted((response) => write(response, [started, said('a')]));
  for await (const event of given.client.agents.stream('a', 'hi')) if (event.event === 'RunResponse') break;
  await given.server.closed(1);
  const abort = new AbortController();
  const stream = given.client.agents.stream('a', 'hi', { signal: abort.signal });
  const reading = failureOf(stream.final());
  abort.abort('enough');
  expect(await reading).toMatchObject({ code: 'ABORTED', reason: 'enough' });
  expect(() => stream[Symbol.asyncIterator]()).toThrow('read once');
});

test('a run is sent again only where nothing was begun', async () => {
  await using given = await scripted((response, _, count) => {
    if (count === 1) return void response.writeHead(429, { 'retry-after': '0' }).end();
    if (count === 3) return void response.writeHead(500).end();
    return writeAll(response, [started, completed('ok')]);
  });
  const { agents } = given.client;
  const again = { retry: { baseMs: 1 } };
  expect(await agents.stream('a', 'hi', again).final()).toMatchObject({ content: 'ok' });
  expect(await failureOf(agents.stream('a', 'hi', again).final())).toMatchObject({ status: 500 });
  expect(given.requests).toHaveLength(3);
});

test('tools are sent as each operation has them, and the rest of a request as it is', async () => {
  const fn = { name: 'clock', description: 'The time', parameters: { type: 'object' } };
  const kit = { name: 'kit', instructions: 'use', functions: [{ ...fn, name: 'other' }] };
  const request: RunRequest = { messages: [{ role: 'user', content: 'hi' }], tools: [fn, kit], hint: ['Ada'] };
  await using given = await scripted((response) => writeAll(response, [started, completed('ok')]));
  const readme = openAgentClient(given.server.url, { revision: 'readme' });
  const here = { working_directory: '/srv', platform: 'linux' };
  const client = openAgentClient(given.server.url, { environment: here });
  await client.agents.stream('a', request).final();
  await client.teams.stream('a', request).final();
  await readme.agents.stream('a', request).final();
  const bodies = given.requests.map(({ body }) => JSON.parse(body) as RunRequest);
  expect(bodies[0]).toEqual({
    ...request,
    environment: here,
    tools: [kit, { name: 'client', instructions: '', functions: [fn] }],
  });
  expect(bodies[1]).toEqual({ ...request, tools: [fn, ...kit.functions] });
  expect(bodies[2]).toEqual(bodies[1]);
  for (const bad of ['', [], {}, { messages: [] }, null]) {
    const attempt = async () => client.agents.stream('a', bad as never).final();
    if (bad !== '') expect(await failureOf(attempt())).toMatchObject({ code: 'INVALID_INPUT' });
  }
  await Promise.all([readme.close(), client.close()]);
});

test('a long answer in small pieces takes time in proportion', async () => {
  const pieces = 20_000;
  await using given = await scripted(async (response) => {
    await write(response, [started]);
    for (let at = 0; at < pieces; at += 1_000)
      await write(
        response,
        Array.from({ length: 1_000 }, () => said('ab')),
      );
    await writeAll(response, [completed('')]);
  });
  const run = await given.client.agents.stream('a', 'hi').final();
  expect(run.content).toHaveLength(2 * pieces);
});
