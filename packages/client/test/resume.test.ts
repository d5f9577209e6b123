import { A2AClient, type StreamResponse } from '@agentproto/client/a2a';
import { describe, expect, test } from 'vitest';
import {
  artifactOf,
  beginSse,
  cardFor,
  clientOf,
  failureOf,
  rpc,
  type Script,
  scriptedServer,
  sendJson,
  statusOf,
  taskIn,
  writeEvent,
} from './scripted-server.ts';

const TASK = taskIn('TASK_STATE_WORKING');
const DONE = statusOf('TASK_STATE_COMPLETED');

/** Streams the events, then ends. */
const plays =
  (...events: object[]): Script =>
  async (response, request) => {
    beginSse(response);
    for (const event of events) await writeEvent(response, rpc(request, event));
    response.end();
  };

const kinds = (events: readonly StreamResponse[]) => events.map((event) => Object.keys(event)[0]);

describe('resume', () => {
  const retry = { baseMs: 1 };

  /** The n-th connection plays the n-th list and is then cut. */
  const plan =
    (...connections: (object[] | ((method: string) => object))[]): Script =>
    async (response, request, count) => {
      const next = connections[count - 1]!;
      const { method } = JSON.parse(request.body);
      if (typeof next === 'function')
        return sendJson(response, { jsonrpc: '2.0', id: JSON.parse(request.body).id, ...next(method) });
      beginSse(response);
      for (const event of next) await writeEvent(response, rpc(request, event));
      response.destroy();
    };
  const snapshot = (state: string, ...texts: string[]) =>
    taskIn(state, { artifacts: [{ artifactId: 'a1', parts: texts.map((text) => ({ text })) }] });

  test('nothing is missing and nothing comes twice', async () => {
    await using server = await scriptedServer(
      plan(
        [TASK, artifactOf('one ')],
        [snapshot('TASK_STATE_WORKING', 'one ', 'two '), artifactOf('three ', { append: true })],
        [snapshot('TASK_STATE_WORKING', 'one two three four')],
        [snapshot('TASK_STATE_WORKING', 'one two three four'), DONE],
      ),
    );
    const client = await clientOf(server, 'JSONRPC', { retry });
    const stream = client.stream({ text: 'x' }, { resume: { attempts: 1 } });
    let text = '';
    const seen: StreamResponse[] = [];
    for await (const event of stream) {
      seen.push(event);
      for (const part of event.artifactUpdate?.artifact.parts ?? []) text += part.text;
    }
    expect(text).toBe('one two three four');
    expect(kinds(seen)).toEqual([
      'task',
      'artifactUpdate',
      'artifactUpdate',
      'artifactUpdate',
      'artifactUpdate',
      'statusUpdate',
    ]);
    expect(server.requests.map(({ body }) => JSON.parse(body).method)).toEqual([
      'SendStreamingMessage',
      'SubscribeToTask',
      'SubscribeToTask',
      'SubscribeToTask',
    ]);
    const { task } = await stream.final();
    expect(task?.artifacts?.[0]?.parts.map((part) => part.text).join('')).toBe('one two three four');
  });

  test('a snapshot that does not continue what was seen replaces it', async () => {
    const other = taskIn('TASK_STATE_WORKING', { artifacts: [{ artifactId: 'a1', parts: [{ text: 'rewritten' }] }] });
    await using server = await scriptedServer(plan([TASK, artifactOf('one ')], [other, DONE]));
    const stream = (await clientOf(server, 'JSONRPC', { retry })).stream({ text: 'x' }, { resume: { attempts: 1 } });
    expect(kinds(await Array.fromAsync(stream))).toEqual(['task', 'artifactUpdate', 'task', 'statusUpdate']);
    expect((await stream.final()).task?.artifacts?.[0]?.parts).toEqual([{ text: 'rewritten' }]);
  });

  test('a task that ended meanwhile cannot be subscribed to; it is read', async () => {
    await using server = await scriptedServer(
      plan(
        [TASK, artifactOf('one ')],
        () => ({ error: { code: -32004, message: 'terminal' } }),
        () => ({ result: snapshot('TASK_STATE_COMPLETED', 'one ', 'two').task }),
      ),
    );
    const stream = (await clientOf(server, 'JSONRPC', { retry })).stream({ text: 'x' }, { resume: { attempts: 1 } });
    const seen = await Array.fromAsync(stream);
    expect(seen.slice(2)).toEqual([
      {
        artifactUpdate: {
          taskId: 't1',
          contextId: 'c1',
          append: true,
          artifact: { artifactId: 'a1', parts: [{ text: 'two' }] },
        },
      },
      DONE,
    ]);
    expect(JSON.parse(server.requests[2]!.body).method).toBe('GetTask');
  });

  test('attempts without a new event are counted; then the truncation is what is thrown', async () => {
    await using server = await scriptedServer(plan([TASK], [TASK], [TASK], [TASK], [TASK]));
    const stream = (await clientOf(server, 'JSONRPC', { retry })).stream({ text: 'x' }, { resume: { attempts: 2 } });
    expect(await failureOf(stream.final())).toMatchObject({ code: 'STREAM_TRUNCATED', partial: { id: 't1' } });
    expect(server.requests).toHaveLength(3);
  });

  test('a refusal to subscribe ends it, with the refusal as the cause', async () => {
    await using server = await scriptedServer(plan([TASK], () => ({ error: { code: -32001, message: 'gone' } })));
    const stream = (await clientOf(server, 'JSONRPC', { retry })).stream({ text: 'x' }, { resume: { attempts: 5 } });
    const failure = await failureOf(stream.final());
    expect(failure).toMatchObject({ code: 'STREAM_TRUNCATED' });
    expect((failure as Error).cause).toMatchObject({ name: 'TaskNotFound' });
    expect(server.requests).toHaveLength(2);
  });

  test('without a task id there is nothing to resume, and a message is not sent again', async () => {
    await using server = await scriptedServer(plan([]));
    expect(
      await failureOf(
        (await clientOf(server, 'JSONRPC', { retry })).stream({ text: 'x' }, { resume: { attempts: 5 } }).final(),
      ),
    ).toMatchObject({ code: 'STREAM_TRUNCATED', events: 0 });
    expect(server.requests).toHaveLength(1);
  });
});

describe('subscribe', () => {
  test('sends Last-Event-ID where the caller has one', async () => {
    await using server = await scriptedServer(plays(TASK, DONE));
    await (await clientOf(server)).subscribe('t1', { lastEventId: '42' }).final();
    expect(server.requests[0]!.headers['last-event-id']).toBe('42');
  });

  test.each([404, 405])('over HTTP+JSON: POST, and GET where POST is answered by %i', async (status) => {
    await using server = await scriptedServer(async (response, { method }) => {
      if (method === 'POST') return void response.writeHead(status).end('Cannot POST');
      beginSse(response);
      for (const event of [TASK, DONE]) await writeEvent(response, event);
      response.end();
    });
    expect((await (await clientOf(server, 'HTTP+JSON')).subscribe('t1').final()).task?.id).toBe('t1');
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /tasks/t1:subscribe',
      'GET /tasks/t1:subscribe',
    ]);
  });

  test('an unknown task is an answer, not a missing route', async () => {
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'TASK_NOT_FOUND', domain: 'a2a-protocol.org' },
    ];
    await using server = await scriptedServer((response) =>
      sendJson(response, { error: { code: 404, status: 'NOT_FOUND', message: 'No such task', details } }, 404),
    );
    expect(await failureOf((await clientOf(server, 'HTTP+JSON')).subscribe('t1').final())).toMatchObject({
      name: 'TaskNotFound',
    });
    expect(server.requests).toHaveLength(1);
  });

  test('a task that waits for its caller waits, when the server closes after it', async () => {
    await using server = await scriptedServer(plays(taskIn('TASK_STATE_AUTH_REQUIRED')));
    const { task } = await (await clientOf(server)).subscribe('t1').final();
    expect(task?.status.state).toBe('TASK_STATE_AUTH_REQUIRED');
  });

  test('an agent that does not stream is asked for the task; and stream falls back to one event', async () => {
    await using server = await scriptedServer((response, request, count) => {
      const { task } = taskIn('TASK_STATE_COMPLETED');
      sendJson(response, rpc(request, count === 1 ? task : { task }));
    });
    const client = await A2AClient.connect(server.url, { card: { ...cardFor(server.url), capabilities: {} } });
    expect(kinds(await Array.fromAsync(client.subscribe('t1')))).toEqual(['task']);
    expect(kinds(await Array.fromAsync(client.stream({ text: 'x' })))).toEqual(['task']);
    expect(server.requests.map(({ body }) => JSON.parse(body).method)).toEqual(['GetTask', 'SendMessage']);
  });
});
