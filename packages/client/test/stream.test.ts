import { getEventListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { StreamResponse } from '@agentproto/client/a2a';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  artifactOf,
  beginSse,
  clientOf,
  failureOf,
  rpc,
  type Script,
  scriptedServer,
  type SeenRequest,
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

describe('how bytes become events', () => {
  const text = (request: { body: string }) =>
    [TASK, artifactOf('Grüße 世界 🎉'), DONE].map((event) => JSON.stringify(rpc(request as never, event)));

  test.each<[string, (lines: string[]) => string]>([
    ['CRLF', (lines) => lines.map((line) => `data: ${line}\r\n\r\n`).join('')],
    ['CR alone', (lines) => lines.map((line) => `data: ${line}\r\r`).join('')],
    [
      'comments, ids, names and retry in between',
      (lines) =>
        lines
          .map((line, index) => `: keep-alive\n\nid: ${index}\nevent: message\nretry: 10\ndata:${line}\n: more\n\n`)
          .join(''),
    ],
    ['several data lines', (lines) => lines.map((line) => `data: {\ndata: ${line.slice(1)}\n\n`).join('')],
    ['a byte order mark', (lines) => `\ufeff${lines.map((line) => `data: ${line}\n\n`).join('')}`],
  ])('%s, one byte a write and in one write', async (_, format) => {
    await using server = await scriptedServer(async (response, request, count) => {
      beginSse(response);
      const bytes = Buffer.from(format(text(request)));
      if (count === 1) response.write(bytes);
      else for (const byte of bytes) await new Promise((resolve) => response.write(Uint8Array.of(byte), resolve));
      response.end();
    });
    const client = await clientOf(server);
    for (let round = 0; round < 2; round++) {
      const { task } = await client.stream({ text: 'x' }).final();
      expect(task).toEqual({
        id: 't1',
        contextId: 'c1',
        status: { state: 'TASK_STATE_COMPLETED' },
        artifacts: [{ artifactId: 'a1', parts: [{ text: 'Grüße 世界 🎉' }] }],
      });
    }
  });

  test('keep-alive comments keep a quiet stream', async () => {
    const begun = Promise.withResolvers<{ response: ServerResponse; request: SeenRequest }>();
    await using server = await scriptedServer(async (response, request) => {
      beginSse(response);
      await writeEvent(response, rpc(request, TASK));
      begun.resolve({ response, request });
    });
    // What the client has read of a chunk is seen by the chunks that it asks its platform for.
    let chunks = 0;
    const counting: typeof fetch = async (...args) => {
      const answer = await fetch(...args);
      const body = answer.body!.pipeThrough(
        new TransformStream({ transform: (chunk, to) => (chunks++, to.enqueue(chunk)) }, {}, { highWaterMark: 0 }),
      );
      return new Response(body, answer);
    };
    const client = await clientOf(server, 'JSONRPC', { fetch: counting, timeouts: { idleMs: 400 } });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const final = client.stream({ text: 'x' }).final();
    const { response, request } = await begun.promise;
    for (let beat = 0; beat < 10; beat++) {
      while (chunks <= beat) await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(80);
      response.write(': still here\n\n');
    }
    await writeEvent(response, rpc(request, DONE));
    response.end();
    expect((await final).task?.status.state).toBe('TASK_STATE_COMPLETED');
  });

  test('the time that a consumer takes is not idle time', async () => {
    await using server = await scriptedServer(plays(TASK, DONE));
    const client = await clientOf(server, 'JSONRPC', { timeouts: { idleMs: 150 } });
    const seen: StreamResponse[] = [];
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    for await (const event of client.stream({ text: 'x' })) {
      seen.push(event);
      await vi.advanceTimersByTimeAsync(300);
    }
    expect(kinds(seen)).toEqual(['task', 'statusUpdate']);
  });
});

describe('how a stream ends', () => {
  test('with the connection, when the task waits for its caller', async () => {
    await using server = await scriptedServer(plays(TASK, statusOf('TASK_STATE_AUTH_REQUIRED')));
    expect((await (await clientOf(server)).stream({ text: 'x' }).final()).task?.status.state).toBe(
      'TASK_STATE_AUTH_REQUIRED',
    );
  });

  test('final does not wait for a server that keeps the stream open at INPUT_REQUIRED', async () => {
    await using server = await scriptedServer(async (response, request) => {
      beginSse(response);
      for (const event of [TASK, statusOf('TASK_STATE_INPUT_REQUIRED')])
        await writeEvent(response, rpc(request, event));
    });
    expect((await (await clientOf(server)).stream({ text: 'x' }).final()).task?.status.state).toBe(
      'TASK_STATE_INPUT_REQUIRED',
    );
    await server.closed(1);
  });

  test('a follow-up may begin with the task as it was before; that is no end', async () => {
    const asking = taskIn('TASK_STATE_INPUT_REQUIRED');
    await using server = await scriptedServer(async (response, request, count) => {
      await plays(...(count === 1 ? [asking, statusOf('TASK_STATE_WORKING'), DONE] : [asking]))(
        response,
        request,
        count,
      );
    });
    const client = await clientOf(server);
    const { task } = await client.stream({ text: 'x', taskId: 't1' }).final();
    expect(task?.status.state).toBe('TASK_STATE_COMPLETED');
    expect(await failureOf(client.stream({ text: 'x', taskId: 't1' }).final())).toMatchObject({
      code: 'STREAM_TRUNCATED',
    });
    expect((await client.stream({ text: 'x' }).final()).task?.status.state).toBe('TASK_STATE_INPUT_REQUIRED');
  });

  test('at the terminal state, also when the server does not close; a last snapshot is part of it, more is not', async () => {
    await using server = await scriptedServer(async (response, request) => {
      beginSse(response);
      for (const event of [
        TASK,
        DONE,
        taskIn('TASK_STATE_COMPLETED', { metadata: { last: true } }),
        statusOf('TASK_STATE_WORKING'),
        { message: { messageId: 'm', role: 'ROLE_AGENT', parts: [] } },
      ]) {
        await writeEvent(response, rpc(request, event));
      }
    });
    const deviations: string[] = [];
    const client = await clientOf(server, 'JSONRPC', { onDeviation: ({ kind }) => deviations.push(kind) });
    const stream = client.stream({ text: 'x' });
    const seen: StreamResponse[] = [];
    for await (const event of stream) seen.push(event);
    expect(kinds(seen)).toEqual(['task', 'statusUpdate', 'task']);
    expect((await stream.final()).task?.metadata).toEqual({ last: true });
    expect(deviations).toEqual(['event-after-end', 'stream-left-open']);
    await server.closed(1);
  });

  test('a broken connection after the end is no failure', async () => {
    await using server = await scriptedServer(async (response, request) => {
      beginSse(response);
      for (const event of [TASK, DONE]) await writeEvent(response, rpc(request, event));
      response.destroy();
    });
    expect((await (await clientOf(server)).stream({ text: 'x' }).final()).task?.status.state).toBe(
      'TASK_STATE_COMPLETED',
    );
  });

  test('nothing is sent before the first read, and nothing can be read twice', async () => {
    await using server = await scriptedServer(plays(TASK, DONE));
    const stream = (await clientOf(server)).stream({ text: 'x' });
    expect(server.requests).toHaveLength(0);
    expect(stream.partial()).toBeUndefined();
    expect(kinds(await Array.fromAsync(stream))).toEqual(['task', 'statusUpdate']);
    expect(await failureOf(Array.fromAsync(stream))).toMatchObject({ code: 'INVALID_INPUT' });
    expect((await stream.final()).task?.id).toBe('t1');
    expect(server.requests).toHaveLength(1);
  });
});

describe('how a caller leaves', () => {
  const forever: Script = async (response, request) => {
    beginSse(response);
    await writeEvent(response, rpc(request, TASK));
  };

  test('break closes the connection, and sends nothing', async () => {
    await using server = await scriptedServer(forever);
    const stream = (await clientOf(server)).stream({ text: 'x' });
    for await (const event of stream) if (event.task) break;
    await server.closed(1);
    expect(server.requests).toHaveLength(1);
    expect(stream.partial()?.task?.id).toBe('t1');
    expect(await failureOf(stream.final())).toMatchObject({ code: 'ABORTED' });
  });

  test('abort throws, with its reason, wherever the call is', async () => {
    await using server = await scriptedServer(async (response, request, count) => {
      if (count > 1) return;
      await forever(response, request, count);
    });
    const client = await clientOf(server);
    const reason = new Error('changed my mind');

    const streaming = new AbortController();
    const failure = await failureOf(
      (async () => {
        for await (const event of client.stream({ text: 'x' }, { signal: streaming.signal }))
          if (event.task) streaming.abort(reason);
      })(),
    );
    expect(failure).toMatchObject({ name: 'AbortError', code: 'ABORTED', retryable: false });
    expect((failure as { reason: unknown }).reason).toBe(reason);
    expect((failure as Error).cause).toBe(reason);

    const waiting = new AbortController();
    const pending = failureOf(client.get('t1', { signal: waiting.signal }));
    waiting.abort(reason);
    expect(await pending).toMatchObject({ code: 'ABORTED', reason });
    expect(await failureOf(client.get('t1', { signal: AbortSignal.abort(reason) }))).toMatchObject({
      code: 'ABORTED',
      reason,
    });
    expect(await failureOf(client.stream({ text: 'x' }, { signal: AbortSignal.abort(reason) }).final())).toMatchObject({
      code: 'ABORTED',
      reason,
    });
    await server.closed(2);
  });

  test('abort throws before what has already come is read', async () => {
    const many = Array.from({ length: 50 }, (_, index) => artifactOf(String(index), { append: index > 0 }));
    await using server = await scriptedServer((response, request) => {
      beginSse(response);
      response.end([TASK, ...many, DONE].map((event) => `data: ${JSON.stringify(rpc(request, event))}\n\n`).join(''));
    });
    const controller = new AbortController();
    const seen: StreamResponse[] = [];
    const failure = await failureOf(
      (async () => {
        for await (const event of (await clientOf(server)).stream({ text: 'x' }, { signal: controller.signal })) {
          if (seen.push(event) === 2) controller.abort();
        }
      })(),
    );
    expect(failure).toMatchObject({ code: 'ABORTED' });
    expect(seen).toHaveLength(2);
  });

  test('abort in the wait before a retry', async () => {
    await using server = await scriptedServer(
      (response) => void response.writeHead(503, { 'retry-after': '30' }).end(),
    );
    const controller = new AbortController();
    const client = await clientOf(server, 'JSONRPC', { retry: { onFailedAttempt: () => controller.abort('enough') } });
    expect(await failureOf(client.get('t1', { signal: controller.signal }))).toMatchObject({
      code: 'ABORTED',
      reason: 'enough',
    });
  });

  test('await using leaves a stream; a pending read is aborted', async () => {
    await using server = await scriptedServer(forever);
    const client = await clientOf(server);
    let pending: Promise<unknown>;
    {
      await using stream = client.stream({ text: 'x' });
      const events = stream[Symbol.asyncIterator]();
      expect(await events.next()).toMatchObject({ value: { task: { id: 't1' } } });
      pending = failureOf(events.next());
    }
    expect(await pending).toMatchObject({ code: 'ABORTED' });
    await server.closed(1);
  });

  test('closing the client aborts what is under way', async () => {
    await using server = await scriptedServer(forever);
    const client = await clientOf(server);
    const failure = failureOf(
      (async () => {
        for await (const event of client.stream({ text: 'x' })) if (event.task) void client[Symbol.asyncDispose]();
      })(),
    );
    expect(await failure).toMatchObject({ code: 'ABORTED' });
    expect(await failureOf(client.get('t1'))).toMatchObject({ code: 'ABORTED' });
  });
});

test('events of a kind that is not known, and events without data, are passed over and reported', async () => {
  await using server = await scriptedServer(async (response, request) => {
    beginSse(response);
    await writeEvent(response, rpc(request, TASK));
    await writeEvent(response, rpc(request, { progressUpdate: { percent: 10 } }));
    response.write('event: ping\ndata:\n\n');
    await writeEvent(
      response,
      rpc(request, { artifactUpdate: { taskId: 't1', contextId: 'c1', artifact: { artifactId: 'a1' } } }),
    );
    await writeEvent(response, rpc(request, DONE));
    response.end();
  });
  const deviations: string[] = [];
  const client = await clientOf(server, 'JSONRPC', { onDeviation: ({ kind }) => deviations.push(kind) });
  const stream = client.stream({ text: 'x' });
  expect(kinds(await Array.fromAsync(stream))).toEqual(['task', 'artifactUpdate', 'statusUpdate']);
  expect(deviations).toEqual(['unknown-event']);
  expect((await stream.final()).task?.artifacts).toEqual([{ artifactId: 'a1', parts: [] }]);
});

test('updates without their task, an append without its artifact, a message among updates: taken, and reported', async () => {
  const message = { message: { messageId: 'm', role: 'ROLE_AGENT', parts: [{ text: 'by the way' }] } };
  await using server = await scriptedServer(
    plays(statusOf('TASK_STATE_WORKING'), artifactOf('x', { append: true }), message, DONE),
  );
  const deviations: string[] = [];
  const client = await clientOf(server, 'JSONRPC', { onDeviation: ({ kind }) => deviations.push(kind) });
  const stream = client.stream({ text: 'x' });
  expect(await Array.fromAsync(stream)).toHaveLength(4);
  expect(deviations).toEqual(['first-event', 'append-without-artifact', 'message-in-task-stream']);
  expect((await stream.final()).task).toMatchObject({ id: 't1', artifacts: [{ parts: [{ text: 'x' }] }] });
});

test('many calls over one client and one signal leave nothing behind', async () => {
  await using server = await scriptedServer((response, request) => sendJson(response, rpc(request, TASK.task)));
  const client = await clientOf(server);
  const warnings: Error[] = [];
  const warned = (warning: Error) => void warnings.push(warning);
  process.on('warning', warned);
  const { signal } = new AbortController();
  await Promise.all(Array.from({ length: 40 }, () => client.get('t1', { signal })));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', warned);
  expect(warnings).toEqual([]);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('a long stream is folded in time proportional to its length', async () => {
  const pieces = 20_000;
  await using server = await scriptedServer((response, request) => {
    beginSse(response);
    const piece = `data: ${JSON.stringify(rpc(request, artifactOf('x', { append: true })))}\n\n`;
    response.write(
      `data: ${JSON.stringify(rpc(request, TASK))}\n\ndata: ${JSON.stringify(rpc(request, artifactOf('x')))}\n\n`,
    );
    response.end(piece.repeat(pieces - 1) + `data: ${JSON.stringify(rpc(request, DONE))}\n\n`);
  });
  const { task } = await (await clientOf(server)).stream({ text: 'x' }).final();
  expect(task?.artifacts?.[0]?.parts).toEqual([{ text: 'x'.repeat(pieces) }]);
});
