import { isA2AError } from '@agentproto/client/a2a';
import { isAgentProtoError, StreamTruncatedError } from '@agentproto/client/errors';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  artifactOf,
  beginSse,
  clientOf,
  failureOf,
  rpc,
  scriptedServer,
  sendJson,
  statusOf,
  taskIn,
  writeEvent,
} from './scripted-server.ts';

const TASK = taskIn('TASK_STATE_WORKING');
const fast = { baseMs: 1 };

describe('a stream that does not end as it should', () => {
  test('clean end of the body without a terminal state: truncated, with all that was received', async () => {
    await using server = await scriptedServer(async (response, request) => {
      beginSse(response);
      for (const event of [TASK, artifactOf('one '), artifactOf('two', { append: true })])
        await writeEvent(response, rpc(request, event));
      response.end();
    });
    const client = await clientOf(server);
    const seen: unknown[] = [];
    const error = await failureOf(
      (async () => {
        for await (const event of client.stream({ text: 'x' })) seen.push(event);
      })(),
    );
    expect(seen).toHaveLength(3);
    expect(error).toBeInstanceOf(StreamTruncatedError);
    expect(error).toMatchObject({ code: 'STREAM_TRUNCATED', retryable: true, events: 3 });
    expect((error as Error).cause).toBeUndefined();
    expect(error).toMatchObject({
      partial: { id: 't1', artifacts: [{ artifactId: 'a1', parts: [{ text: 'one two' }] }] },
    });
  });

  test('socket destroyed: truncated, with the broken connection as the cause', async () => {
    await using server = await scriptedServer(async (response, request) => {
      beginSse(response);
      response.write('id: 7\n');
      await writeEvent(response, rpc(request, TASK));
      response.destroy();
    });
    const client = await clientOf(server);
    const stream = client.stream({ text: 'x' });
    const error = await failureOf(stream.final());
    expect(error).toMatchObject({ code: 'STREAM_TRUNCATED', events: 1, lastEventId: '7', partial: { id: 't1' } });
    expect((error as Error).cause).toMatchObject({ code: 'CONNECTION_FAILED' });
    expect(stream.lastEventId).toBe('7');
    expect(stream.partial()?.task?.id).toBe('t1');
  });

  test('half a line of JSON, then the end: truncated, the half event does not count', async () => {
    await using server = await scriptedServer(async (response, request) => {
      beginSse(response);
      await writeEvent(response, rpc(request, TASK));
      response.end(`data: ${JSON.stringify(rpc(request, statusOf('TASK_STATE_COMPLETED'))).slice(0, -5)}`);
    });
    const client = await clientOf(server);
    expect(await failureOf(client.stream({ text: 'x' }).final())).toMatchObject({
      code: 'STREAM_TRUNCATED',
      events: 1,
    });
  });

  test('a last event without its blank line is complete: taken, and reported', async () => {
    await using server = await scriptedServer(async (response, request) => {
      beginSse(response);
      await writeEvent(response, rpc(request, TASK));
      response.end(`data: ${JSON.stringify(rpc(request, statusOf('TASK_STATE_COMPLETED')))}`);
    });
    const deviations: string[] = [];
    const client = await clientOf(server, 'JSONRPC', { onDeviation: ({ kind }) => deviations.push(kind) });
    expect((await client.stream({ text: 'x' }).final()).task?.status.state).toBe('TASK_STATE_COMPLETED');
    expect(deviations).toEqual(['unfinished-event']);
  });

  test('a record separator before the JSON of each event, as VoltAgent writes it: taken, and reported once', async () => {
    await using server = await scriptedServer((response, request) => {
      beginSse(response);
      for (const event of [TASK, statusOf('TASK_STATE_COMPLETED')])
        response.write(`data: \u001e${JSON.stringify(rpc(request, event))}\n\n`);
      response.end();
    });
    const deviations: string[] = [];
    const client = await clientOf(server, 'JSONRPC', { onDeviation: ({ kind }) => deviations.push(kind) });
    expect((await client.stream({ text: 'x' }).final()).task?.status.state).toBe('TASK_STATE_COMPLETED');
    expect(deviations).toEqual(['event-prefix']);
  });

  test('a complete event with broken JSON: malformed, says which event', async () => {
    await using server = await scriptedServer(async (response, request) => {
      beginSse(response);
      await writeEvent(response, rpc(request, TASK));
      response.end('data: {"jsonrpc": nonsense}\n\n');
    });
    const client = await clientOf(server);
    const seen: unknown[] = [];
    const error = await failureOf(
      (async () => {
        for await (const event of client.stream({ text: 'x' })) seen.push(event);
      })(),
    );
    expect(seen).toHaveLength(1);
    expect(error).toMatchObject({
      code: 'MALFORMED_RESPONSE',
      retryable: false,
      expected: 'JSON',
      received: '{"jsonrpc": nonsense}',
    });
    expect((error as Error).message).toContain('event 2');
  });

  test('no event at all: first-event timeout; quiet afterwards: idle timeout', async () => {
    await using server = await scriptedServer(async (response, request, count) => {
      beginSse(response);
      if (count === 2) await writeEvent(response, rpc(request, TASK));
    });
    const client = await clientOf(server);
    const never = client.stream({ text: 'x' }, { timeouts: { firstEventMs: 40 } });
    expect(await failureOf(never.final())).toMatchObject({
      code: 'FIRST_EVENT_TIMEOUT',
      limitMs: 40,
      retryable: true,
    });
    const stream = client.stream({ text: 'x' }, { timeouts: { idleMs: 50 } });
    expect(await failureOf(stream.final())).toMatchObject({ code: 'IDLE_TIMEOUT', limitMs: 50 });
    expect(stream.partial()?.task?.id).toBe('t1');
    await server.closed(2);
  });

  test('an event that is no event of A2A, and one of two kinds', async () => {
    await using server = await scriptedServer(async (response, request, count) => {
      beginSse(response);
      const bad = [
        { ...TASK, ...statusOf('TASK_STATE_WORKING') },
        { task: { id: 't1' } },
        { artifactUpdate: { taskId: 't1', artifact: { parts: [] } } },
      ];
      await writeEvent(response, rpc(request, bad[count - 1]));
      response.end();
    });
    const client = await clientOf(server);
    for (const expected of [
      'exactly one of task, message, statusUpdate, artifactUpdate',
      'a task status',
      'a non-empty string',
    ]) {
      expect(await failureOf(client.stream({ text: 'x' }).final())).toMatchObject({
        code: 'MALFORMED_RESPONSE',
        expected,
      });
    }
  });

  test('an event over the limit', async () => {
    await using server = await scriptedServer(async (response, request) => {
      beginSse(response);
      await writeEvent(response, rpc(request, artifactOf('x'.repeat(5_000))));
    });
    const client = await clientOf(server, 'JSONRPC', { limits: { eventBytes: 1_000 } });
    const error = await failureOf(client.stream({ text: 'x' }).final());
    expect(error).toMatchObject({ code: 'MALFORMED_RESPONSE' });
    expect((error as Error).message).toContain('1000 bytes');
    await server.closed(1);
  });
});

describe('an answer that is no answer', () => {
  test('429 with Retry-After is a refusal: reads and sends wait for it, and come again', async () => {
    const times: number[] = [];
    await using server = await scriptedServer((response, request, count) => {
      times.push(performance.now());
      if (count % 2 === 1) response.writeHead(429, { 'retry-after': '1' }).end('slow down');
      else sendJson(response, rpc(request, request.body.includes('GetTask') ? TASK.task : TASK));
    });
    const client = await clientOf(server, 'JSONRPC', { retry: fast });
    expect((await client.get('t1')).id).toBe('t1');
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(990);
    expect((await client.send('x', { configuration: { returnImmediately: true } })).task?.id).toBe('t1');
    expect(times[3]! - times[2]!).toBeGreaterThanOrEqual(990);
    const [one, two] = server.requests.slice(2).map(({ body }) => JSON.parse(body).params.message.messageId);
    expect(two).toBe(one);
    expect(await failureOf(client.send('x', { retry: false }))).toMatchObject({
      code: 'HTTP_STATUS',
      status: 429,
      retryAfterMs: 1_000,
      retryable: true,
      bodyExcerpt: 'slow down',
    });
    expect(server.requests).toHaveLength(5);
  });

  test('Retry-After above the cap fails at once, with the value on the error', async () => {
    await using server = await scriptedServer(
      (response) => void response.writeHead(429, { 'retry-after': '120' }).end(),
    );
    const client = await clientOf(server);
    expect(await failureOf(client.get('t1'))).toMatchObject({ status: 429, retryAfterMs: 120_000 });
    expect(server.requests).toHaveLength(1);
  });

  test('503 with a page of HTML: tried again where it is safe, then an HTTP error', async () => {
    await using server = await scriptedServer(
      (response) => void response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>Sorry</h1>'),
    );
    const client = await clientOf(server, 'JSONRPC', { retry: fast });
    expect(await failureOf(client.get('t1'))).toMatchObject({
      code: 'HTTP_STATUS',
      status: 503,
      bodyExcerpt: '<h1>Sorry</h1>',
    });
    expect(server.requests).toHaveLength(3);
    expect(await failureOf(client.stream({ text: 'x' }).final())).toMatchObject({ code: 'HTTP_STATUS', status: 503 });
    expect(server.requests).toHaveLength(4);
  });

  test('a connection that is reset once: tried again where it is safe; a send only when it is opted in, with the same messageId', async () => {
    await using server = await scriptedServer((response, request, count) => {
      if ([1, 3, 4].includes(count)) response.destroy();
      else sendJson(response, rpc(request, request.body.includes('GetTask') ? TASK.task : TASK));
    });
    const client = await clientOf(server, 'JSONRPC', { retry: fast });
    expect((await client.get('t1')).id).toBe('t1');

    expect(await failureOf(client.send({ text: 'x' }))).toMatchObject({
      code: 'CONNECTION_FAILED',
      retryable: true,
      nothingSent: false,
    });
    expect(server.requests).toHaveLength(3);
    await client.send({ text: 'x' }, { retry: { resend: true } });
    const [one, two] = server.requests.slice(3).map(({ body }) => JSON.parse(body).params.message.messageId);
    expect(one).toMatch(/^[0-9a-f-]{36}$/);
    expect(two).toBe(one);
  });

  test('nobody listens: nothing was sent, so even a send is tried again', async () => {
    await using server = await scriptedServer(() => {});
    const client = await clientOf(server, 'JSONRPC', { retry: { ...fast, attempts: 2 } });
    await server[Symbol.asyncDispose]();
    const attempts: number[] = [];
    const error = await failureOf(
      client.send({ text: 'x' }, { retry: { onFailedAttempt: ({ attempt }) => attempts.push(attempt) } }),
    );
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', nothingSent: true });
    expect((error as Error).message).toContain('ECONNREFUSED');
    expect(attempts).toEqual([1, 2]);
  });

  test('an error status whose body breaks off is still that error', async () => {
    await using server = await scriptedServer((response) => {
      response.writeHead(500, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    expect(await failureOf((await clientOf(server)).get('t1'))).toMatchObject({ code: 'HTTP_STATUS', status: 500 });
  });

  test('200 with JSON that was cut, empty bodies, HTML', async () => {
    const answers = ['{"jsonrpc":"2.0","id":1,"resu', '', '<html></html>', '[]', 'null', '{"jsonrpc":"2.0","id":4}'];
    await using server = await scriptedServer(
      (response, _, count) =>
        void response.writeHead(200, { 'content-type': 'application/json' }).end(answers[count - 1]),
    );
    const client = await clientOf(server);
    for (const answer of answers) {
      expect(await failureOf(client.get('t1')), answer).toMatchObject({ code: 'MALFORMED_RESPONSE', received: answer });
    }
    expect(server.requests).toHaveLength(answers.length);
  });

  test('200 and HTML to a stream', async () => {
    await using server = await scriptedServer(
      (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>'),
    );
    expect(await failureOf((await clientOf(server)).stream({ text: 'x' }).final())).toMatchObject({
      code: 'MALFORMED_RESPONSE',
      received: 'text/html',
    });
  });

  test('a body over the limit is not read to its end', async () => {
    await using server = await scriptedServer((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => response.write('x'.repeat(65_536), () => response.destroyed || more());
      more();
    });
    const client = await clientOf(server, 'JSONRPC', { limits: { bodyBytes: 100_000 } });
    expect(await failureOf(client.get('t1'))).toMatchObject({
      code: 'MALFORMED_RESPONSE',
      expected: 'a body of at most 100000 bytes',
    });
    await server.closed(1);
  });

  test('no answer: connect timeout, for a blocking send the total timeout', async () => {
    await using server = await scriptedServer(() => {});
    const client = await clientOf(server, 'JSONRPC', { timeouts: { connectMs: 30, totalMs: 80 }, retry: false });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    // Time passes once the server has the request.
    const failure = async (call: Promise<unknown>) => {
      const failed = failureOf(call);
      const sent = server.requests.length;
      while (server.requests.length === sent) await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(80);
      return failed;
    };
    expect(await failure(client.get('t1'))).toMatchObject({ code: 'CONNECT_TIMEOUT', limitMs: 30, retryable: true });
    expect(await failure(client.send({ text: 'x' }))).toMatchObject({
      code: 'TOTAL_TIMEOUT',
      limitMs: 80,
      retryable: false,
    });
    expect(await failure(client.send({ text: 'x' }, { configuration: { returnImmediately: true } }))).toMatchObject({
      code: 'CONNECT_TIMEOUT',
    });
    await server.closed(3);
  });

  test('a body that stops in the middle', async () => {
    await using server = await scriptedServer(
      (response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{'),
    );
    const client = await clientOf(server, 'JSONRPC', { timeouts: { idleMs: 30 }, retry: false });
    expect(await failureOf(client.get('t1'))).toMatchObject({ code: 'IDLE_TIMEOUT', limitMs: 30 });
  });

  test('the total limit covers retries and their waits', async () => {
    await using server = await scriptedServer(
      (response) => void response.writeHead(503, { 'retry-after': '30' }).end(),
    );
    const client = await clientOf(server, 'JSONRPC', { timeouts: { totalMs: 50 } });
    expect(await failureOf(client.get('t1'))).toMatchObject({ code: 'TOTAL_TIMEOUT' });
  });
});

describe('errors before a stream begins', () => {
  const error = {
    code: -32001,
    message: 'No such task',
    data: [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'TASK_NOT_FOUND', domain: 'a2a-protocol.org' },
    ],
  };

  test('as JSON and as one event, over JSON-RPC', async () => {
    await using server = await scriptedServer(async (response, request, count) => {
      const body = { jsonrpc: '2.0', id: JSON.parse(request.body).id, error };
      if (count === 1) return sendJson(response, body);
      beginSse(response);
      await writeEvent(response, body);
      response.end();
    });
    const client = await clientOf(server);
    for (let round = 0; round < 2; round++) {
      const failure = await failureOf(client.stream({ text: 'x' }).final());
      expect(isA2AError(failure, 'TaskNotFound')).toBe(true);
      expect(failure).toMatchObject({ rpcCode: -32001, reason: 'TASK_NOT_FOUND', httpStatus: 200 });
    }
  });

  test('as JSON and as one event, over HTTP+JSON', async () => {
    const body = { error: { code: 404, status: 'NOT_FOUND', message: 'No such task', details: error.data } };
    await using server = await scriptedServer(async (response, _, count) => {
      if (count === 1) return sendJson(response, body, 404);
      beginSse(response);
      await writeEvent(response, body);
      response.end();
    });
    const client = await clientOf(server, 'HTTP+JSON');
    for (let round = 0; round < 2; round++) {
      expect(await failureOf(client.stream({ text: 'x' }).final())).toMatchObject({
        name: 'TaskNotFound',
        rpcCode: -32001,
        httpStatus: 404,
      });
    }
  });

  test('a single JSON result is an event', async () => {
    await using server = await scriptedServer((response, request, count) =>
      sendJson(response, rpc(request, taskIn(count === 1 ? 'TASK_STATE_COMPLETED' : 'TASK_STATE_WORKING'))),
    );
    const client = await clientOf(server);
    expect((await client.stream({ text: 'x' }).final()).task?.status.state).toBe('TASK_STATE_COMPLETED');
    expect(isAgentProtoError(await failureOf(client.stream({ text: 'x' }).final()), 'STREAM_TRUNCATED')).toBe(true);
  });
});
