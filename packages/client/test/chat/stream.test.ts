import { getEventListeners } from 'node:events';
import { chatClient, type Deviation, type StreamEvent } from '@agentproto/client/chat';
import { StreamTruncatedError } from '@agentproto/client/errors';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Script, scriptedServer, sendJson } from '../scripted-server.ts';
import { beginNdjson, call, DONE, delta, failureOf, plays, writeLine } from './scripted-agent.ts';

describe('what a stream comes to', () => {
  test('everything in its place; the messages hold what was sent', async () => {
    await using server = await scriptedServer(
      plays(
        { type: 'executed_tool_calls', executed_tool_calls: [{ ...call('t0'), output: 'gone' }] },
        { type: 'executed_commands', executed_cmds: [{ command: 'ls', output: 'a b' }] },
        { type: 'executed_approvals', executed_approvals: [{ ...call('a0'), type: 'deploy', output: 'ok' }] },
        { type: 'intermittent_update', text: 'Thinking...', content: {} },
        delta('I need '),
        delta('approval'),
        {
          type: 'approvals',
          approvals: [
            { ...call('t1'), type: 'tool_call' },
            { ...call('a1'), type: 'deploy' },
          ],
        },
        { type: 'tool_calls', tool_calls: [call('t1', { tool_description: 'Delete a pod', execute: false })] },
        { type: 'commands', commands: [{ command: 'rm x' }] },
        // The same call again, as servers send it that tell of what is left at the end.
        {
          type: 'tool_calls',
          tool_calls: [call('t1', { tool_description: '', input_description: { name: 'pod' } }), call('t2')],
        },
        { type: 'done', stop_reason: 'tool_use', meta_data: { request_context: { thread_id: 'a' }, more: 1 } },
      ),
    );
    const stream = chatClient(server.url).stream({ messages: [{ role: 'user', content: 'go' }], thread_id: 'a' });
    const events: StreamEvent[] = [];
    for await (const event of stream) events.push(event);
    expect(events).toHaveLength(11);
    const reply = await stream.final();
    expect(stream.reply).toBe(reply);
    expect(reply).toMatchObject({
      content: 'I need approval',
      toolCalls: [
        call('t1', { tool_description: 'Delete a pod', input_description: { name: 'pod' }, execute: false }),
        call('t2'),
      ],
      approvals: [{ id: 'a1' }],
      commands: [{ command: 'rm x' }],
      executedToolCalls: [{ id: 't0', output: 'gone' }],
      executedCommands: [{ command: 'ls', output: 'a b' }],
      executedApprovals: [{ id: 'a0', output: 'ok' }],
      stopReason: 'tool_use',
      metaData: { more: 1 },
      requestContext: { thread_id: 'a' },
      message: { role: 'assistant', content: 'I need approval', data: { tool_calls: [{ id: 't1' }, { id: 't2' }] } },
    });
    expect(reply.toolCalls).toHaveLength(2);
    expect(reply.approvals).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/api/chat-stream' });
    expect(server.requests[0]!.headers).toMatchObject({
      accept: 'application/x-ndjson, application/json',
      'content-type': 'application/json',
    });
    expect(JSON.parse(server.requests[0]!.body)).toEqual({
      messages: [{ role: 'user', content: 'go' }],
      thread_id: 'a',
    });
  });

  test('nothing is sent before the first read; it can be read once', async () => {
    await using server = await scriptedServer(plays(delta('hi'), DONE));
    const stream = chatClient(server.url).stream('x');
    expect(server.requests).toHaveLength(0);
    expect(stream.partial().content).toBe('');
    expect((await stream.final()).content).toBe('hi');
    expect(await failureOf(Array.fromAsync(stream))).toMatchObject({ code: 'INVALID_INPUT' });
    expect((await stream.final()).content).toBe('hi');
    expect(server.requests).toHaveLength(1);
  });
});

describe('a stream that does not end as it should', () => {
  test('a connection that is cut: truncated, with all that came, and with the reason', async () => {
    await using server = await scriptedServer(async (response) => {
      beginNdjson(response);
      for (const event of [delta('one '), delta('two')]) await writeLine(response, event);
      response.destroy();
    });
    const stream = chatClient(server.url).stream('x');
    const error = await failureOf(stream.final());
    expect(error).toBeInstanceOf(StreamTruncatedError);
    expect(error).toMatchObject({ events: 2, partial: { content: 'one two' }, cause: { code: 'CONNECTION_FAILED' } });
    expect(server.requests).toHaveLength(1);
  });

  test('left open after its end: the client leaves', async () => {
    await using server = await scriptedServer(async (response) => {
      beginNdjson(response);
      for (const event of [delta('hi'), DONE]) await writeLine(response, event);
    });
    const kinds: string[] = [];
    const agent = chatClient(server.url, { onDeviation: ({ kind }) => kinds.push(kind) });
    expect((await agent.stream('x').final()).content).toBe('hi');
    await server.closed(1);
    expect(kinds).toEqual(['stream-left-open']);
  });

  test.each(['application/json', 'application/jsonl; charset=utf-8', 'text/plain', ''])(
    'as %j: read all the same, and reported',
    async (type) => {
      await using server = await scriptedServer((response) => {
        if (type) response.setHeader('content-type', type);
        response.end(`${JSON.stringify(DONE)}\n`);
      });
      const seen: Deviation[] = [];
      const agent = chatClient(server.url, { onDeviation: (deviation) => seen.push(deviation) });
      await agent.stream('x').final();
      expect(seen).toMatchObject([{ kind: 'content-type', operation: 'chat-stream' }]);
    },
  );

  test.each(['text/html', 'text/event-stream'])('as %s: refused before it is read', async (type) => {
    await using server = await scriptedServer((response) => {
      response.writeHead(200, { 'content-type': type });
      response.write(`${JSON.stringify(DONE)}\n`);
    });
    expect(await failureOf(chatClient(server.url).stream('x').final())).toMatchObject({
      code: 'MALFORMED_RESPONSE',
      expected: 'application/x-ndjson',
      received: type,
    });
    await server.closed(1);
  });
});

describe('leaving', () => {
  const endless = () =>
    scriptedServer(async (response) => {
      beginNdjson(response);
      for (const event of [delta('one'), delta('two')]) await writeLine(response, event);
    });

  test('break disconnects, and with that cancels', async () => {
    await using server = await endless();
    const stream = chatClient(server.url).stream('x');
    for await (const _ of stream) break;
    await server.closed(1);
    expect(stream.partial().content).toBe('one');
    expect(await failureOf(stream.final())).toMatchObject({ code: 'ABORTED' });
  });

  test('break at the end is no leaving', async () => {
    await using server = await scriptedServer(plays(delta('hi'), DONE));
    const stream = chatClient(server.url).stream('x');
    for await (const event of stream) if (event.type === 'done') break;
    expect((await stream.final()).content).toBe('hi');
  });

  test('abort always throws, with the reason, and disconnects; the signal is let go', async () => {
    await using server = await endless();
    const controller = new AbortController();
    const stream = chatClient(server.url).stream('x', { signal: controller.signal });
    const error = await failureOf(
      (async () => {
        for await (const _ of stream) controller.abort('enough');
      })(),
    );
    expect(error).toMatchObject({ code: 'ABORTED', name: 'AbortError', reason: 'enough' });
    await server.closed(1);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  test('aborted before: nothing is sent', async () => {
    await using server = await endless();
    const options = { signal: AbortSignal.abort() };
    expect(await failureOf(chatClient(server.url).stream('x', options).final())).toMatchObject({ code: 'ABORTED' });
    expect(await failureOf(chatClient(server.url).chat('x', options))).toMatchObject({ code: 'ABORTED' });
    expect(server.requests).toHaveLength(0);
  });

  test('a client that is closed ends its streams', async () => {
    await using server = await endless();
    const agent = chatClient(server.url);
    const stream = agent.stream('x');
    const events = stream[Symbol.asyncIterator]();
    for (let read = 0; read < 2; read++) await events.next();
    const pending = failureOf(Promise.resolve(events.next()));
    await agent[Symbol.asyncDispose]();
    expect(await pending).toMatchObject({ code: 'ABORTED' });
  });

  test('a stream that is disposed fails the read that is pending', async () => {
    await using server = await endless();
    const stream = chatClient(server.url).stream('x');
    const final = failureOf(stream.final());
    await stream[Symbol.asyncDispose]();
    expect(await final).toMatchObject({ code: 'ABORTED' });
  });
});

describe('time', () => {
  test.each<[string, string, Script]>([
    ['connectMs', 'CONNECT_TIMEOUT', () => {}],
    ['firstEventMs', 'FIRST_EVENT_TIMEOUT', beginNdjson],
    ['idleMs', 'IDLE_TIMEOUT', (response) => (beginNdjson(response), writeLine(response, delta('hi')))],
    ['totalMs', 'TOTAL_TIMEOUT', beginNdjson],
  ])('%s', async (name, code, script) => {
    await using server = await scriptedServer(script);
    const agent = chatClient(server.url, { retry: false, timeouts: { [name]: 50 } });
    expect(await failureOf(agent.stream('x').final())).toMatchObject({ code, limitMs: 50 });
  });

  test('the time that a consumer takes is not idle time', async () => {
    await using server = await scriptedServer(plays(delta('a'), delta('b'), DONE));
    let count = 0;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    for await (const _ of chatClient(server.url, { timeouts: { idleMs: 100 } }).stream('x')) {
      count++;
      await vi.advanceTimersByTimeAsync(150);
    }
    expect(count).toBe(3);
  });

  test('/api/chat waits for the agent', async () => {
    await using server = await scriptedServer((response) => {
      setTimeout(() => sendJson(response, { role: 'assistant', content: 'late' }), 100);
    });
    const agent = chatClient(server.url, { timeouts: { connectMs: 20 } });
    expect((await agent.chat('x')).content).toBe('late');
    expect(await failureOf(agent.chat('x', { timeouts: { totalMs: 20 } }))).toMatchObject({ code: 'TOTAL_TIMEOUT' });
  });
});
