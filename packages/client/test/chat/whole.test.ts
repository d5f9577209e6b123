import { approve, attach, chatClient, type Command, Conversation, type JobEvent } from '@agentproto/client/chat';
import { createReferenceServer } from '@agentproto/reference-server';
import { describe, expect, test } from 'vitest';
import { scriptedServer } from '../scripted-server.ts';
import { DONE, delta, failureOf, plays, saidIn, scriptedSockets } from './scripted-agent.ts';

const script = (steps: object[]) => `@script ${JSON.stringify({ steps })}`;

describe('the old paths', () => {
  test('are used where that is asked for, for answers and streams', async () => {
    await using server = await createReferenceServer({ protocols: ['chat@docs'] });
    await using agent = chatClient(server.url, { legacy: true });
    expect((await agent.chat('Hello')).content).toBe('Hello');
    expect((await agent.stream('Hello').final()).content).toBe('Hello');
    expect(server.requests.map(({ path }) => path)).toEqual(['/api/sendMessage', '/api/sendMessageStream']);
    expect(await failureOf(agent.connect())).toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('a turn that is too large', () => {
  test('is refused before it is sent, over HTTP where a limit is said', async () => {
    await using server = await scriptedServer(plays(delta('x'), DONE));
    await using agent = chatClient(server.url, { turnBytes: 100 });
    await agent.stream('y'.repeat(20)).final();
    for (const text of ['y'.repeat(100), 'é'.repeat(40)])
      expect(() => agent.stream(text)).toThrow(/input: expected at most 100 bytes as JSON, got 1\d\d \(turnBytes\)/);
    expect(await failureOf(agent.chat('y'.repeat(100)))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(server.requests).toHaveLength(1);
  });

  test('over a WebSocket beyond 16 MiB, and the session goes on', async () => {
    await using server = await scriptedSockets(({ say }, turn) => say(delta(saidIn(turn)!), DONE));
    await using session = await chatClient(server.url).connect();
    expect(await failureOf(session.turn('y'.repeat(2 ** 24)).final())).toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('at most 16777216 bytes'),
    });
    expect((await session.turn('x').final()).content).toBe('x');
    expect(server.turns.flat().map(saidIn)).toEqual(['x']);
  });
});

test('health', async () => {
  await using server = await createReferenceServer({ protocols: ['chat@docs'] });
  await using agent = chatClient(server.url);
  expect(await agent.health()).toEqual({ status: 'ok' });
  await using other = await scriptedServer((response, _request, count) => {
    if (count === 1) response.writeHead(500, { 'content-type': 'application/json' }).end('{"detail":"down"}');
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{"up":true}');
  });
  const broken = chatClient(other.url, { retry: false });
  expect(await failureOf(broken.health())).toMatchObject({ code: 'HTTP_STATUS', status: 500, detail: 'down' });
  expect(await failureOf(broken.health())).toMatchObject({ code: 'MALFORMED_RESPONSE' });
});

test('files and commands go with a message', async () => {
  await using server = await createReferenceServer({ protocols: ['chat@docs'] });
  await using agent = chatClient(server.url);
  const talk = new Conversation((messages) => agent.stream(messages));
  const files = [{ file_path: 'a.tf', file_content: 'resource {}' }];
  await talk.say(attach('Look at this', files)).final();
  expect(talk.messages[0]).toMatchObject({ content: 'Look at this', data: { user_file_uploads: files } });
  expect(() => attach('x', [{ file_path: 'a' } as never])).toThrow('files[0]: expected file_path and file_content');

  const command: Command = { command: 'kubectl get pods', files };
  const { executedCommands } = await talk.decide([approve(command)]).final();
  expect(executedCommands).toEqual([{ command: 'kubectl get pods', output: 'Commands are never run here.' }]);
});

describe('a job', () => {
  const seen = async (events: AsyncIterable<JobEvent>) => {
    const all: string[] = [];
    for await (const { seq, event_type: type, message } of events) all.push(`${seq} ${type} ${message ?? ''}`.trim());
    return all;
  };

  test('is followed to its end, or from an event on', async () => {
    await using server = await createReferenceServer({ protocols: ['chat@docs'], chat: { queue: true } });
    await using agent = chatClient(server.url);
    const id = await agent.enqueue(script([{ text: 'a' }, { sleep: 20 }, { text: 'b' }]));
    expect(await seen(agent.job(id))).toEqual(['0 status', '1 log a', '2 log b', '3 done']);
    expect(await seen(agent.job(id, { after: 1 }))).toEqual(['2 log b', '3 done']);
    expect(await failureOf(seen(agent.job('nope')))).toMatchObject({ status: 404, detail: 'Job not found' });
    expect(await failureOf(seen(agent.job(id, { after: -1 })))).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('there is none where there is no queue', async () => {
    await using server = await createReferenceServer({ protocols: ['chat@docs'] });
    expect(await failureOf(chatClient(server.url).enqueue('x'))).toMatchObject({
      code: 'MALFORMED_RESPONSE',
      message: expect.stringContaining('is a queue set up there?'),
    });
  });

  test('a stream that breaks is gone on with; what comes twice is given once', async () => {
    const event = (seq: number, event_type: string) =>
      `id: ${seq}\ndata: ${JSON.stringify({ job_id: 'j', seq, event_type })}\n\n`;
    await using server = await scriptedServer((response, _request, count) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (count === 1) response.write(event(0, 'status') + event(1, 'log'), () => response.destroy());
      // As DCAF's code has it, the one that was seen comes again.
      else if (count === 2) response.end(event(1, 'log') + event(2, 'log'));
      else response.end(event(3, 'done'));
    });
    const agent = chatClient(server.url, { retry: { baseMs: 1 } });
    expect(await seen(agent.job('j'))).toEqual(['0 status', '1 log', '2 log', '3 done']);
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/api/jobs/j/events/stream',
      '/api/jobs/j/events/stream?after=1',
      '/api/jobs/j/events/stream?after=2',
    ]);
    const never = await scriptedServer((response) => void response.writeHead(200).end());
    expect(await failureOf(seen(chatClient(never.url, { retry: { baseMs: 1 } }).job('j')))).toMatchObject({
      code: 'STREAM_TRUNCATED',
    });
    expect(never.requests).toHaveLength(3);
    await never[Symbol.asyncDispose]();
  });
});
