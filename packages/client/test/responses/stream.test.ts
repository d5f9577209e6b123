import {
  type AnyStreamEvent,
  type Deviation,
  isResponsesError,
  ResponseNotCompletedError,
  responseOf,
  type ResponseResource,
} from '@agentproto/client/responses';
import { isAgentProtoError, type StreamTruncatedError } from '@agentproto/client/errors';
import { describe, expect, test } from 'vitest';
import { failureOf, sendJson } from '../scripted-server.ts';
import { endOf, messageEvents, messageOf, numbered, responseIn, scripted, write } from './scripted.ts';

test('gives every event as it came, and puts the response together', async () => {
  const events = numbered([...messageEvents('Hel', 'lo'), endOf('completed', { output: [messageOf('Hello')] })]);
  await using given = await scripted(async (response) => {
    await write(response, events);
    response.end('data: [DONE]\n\n');
  });
  const stream = given.client.stream('hi');
  const seen: AnyStreamEvent[] = [];
  const texts: string[] = [];
  for await (const event of stream) {
    seen.push(event);
    texts.push(stream.outputText);
  }
  expect(seen).toEqual(events);
  expect(texts.slice(3, 7)).toEqual(['', 'Hel', 'Hello', 'Hello']);
  const response = await stream.final();
  expect(response).toEqual(responseIn('completed', { output: [messageOf('Hello')] }));
  expect(JSON.parse(given.requests[0]!.body)).toEqual({ model: 'm', input: 'hi', stream: true });
  expect(given.requests[0]!.path).toBe('/v1/responses');
  expect(given.requests[0]!.headers).toMatchObject({ 'content-type': 'application/json' });
});

test.each(['failed', 'incomplete'])('%s is an end, and an error only for who expects completion', async (status) => {
  await using given = await scripted(async (response) => {
    await write(response, [...messageEvents('a'), endOf(status, { output: [messageOf('a')] })]);
    response.end();
  });
  expect((await given.client.stream('hi').final()).status).toBe(status);
  const error = await failureOf(given.client.stream('hi', { expectCompleted: true }).final());
  expect(error).toBeInstanceOf(ResponseNotCompletedError);
});

test('ends at the end of the response, though the server neither says [DONE] nor closes', async () => {
  const told: Deviation[] = [];
  await using given = await scripted((response) => write(response, [...messageEvents('a'), endOf('completed')]), {
    onDeviation: (deviation) => told.push(deviation),
  });
  const begun = performance.now();
  const response = await given.client.stream('hi').final();
  await given.server.closed(1);
  expect(performance.now() - begun).toBeLessThan(5_000);
  // Filled from what was streamed.
  expect(response.output).toEqual([messageOf('a')]);
  expect(told.map(({ kind }) => kind)).toEqual(['empty-output', 'stream-left-open']);
});

test('an end of file before the end is no success, and nothing of what came is lost', async () => {
  await using given = await scripted(async (response) => {
    await write(response, messageEvents('Hel', 'lo').slice(0, 5));
    response.end('data: [DONE]\n\n');
  });
  const error = await failureOf(given.client.stream('hi').final());
  expect(isAgentProtoError(error, 'STREAM_TRUNCATED')).toBe(true);
  const { partial, events } = error as StreamTruncatedError<ResponseResource>;
  expect(events).toBe(5);
  expect(partial).toMatchObject({
    id: 'resp_1',
    status: 'in_progress',
    output: [{ id: 'msg_1', content: [{ type: 'output_text', text: 'Hel' }] }],
  });
});

test('a broken connection is truncation too, with its cause', async () => {
  await using given = await scripted(async (response) => {
    await write(response, messageEvents('a').slice(0, 5));
    response.destroy();
  });
  const error = (await failureOf(given.client.stream('hi').final())) as Error;
  expect(error).toMatchObject({ code: 'STREAM_TRUNCATED', cause: { code: 'CONNECTION_FAILED' } });
});

test.each([
  [
    'nested',
    { type: 'error', error: { type: 'too_many_requests', code: 'rate_limit_exceeded', message: 'slow down' } },
  ],
  ['flat', { type: 'error', code: 'rate_limit_exceeded', message: 'slow down', param: null }],
  ['without a type', { error: { code: 'rate_limit_exceeded', message: 'slow down' } }],
])('an error event, %s, is a typed error with what came before', async (_, event) => {
  await using given = await scripted(async (response) => {
    await write(response, [...messageEvents('Hel').slice(0, 5), event], false);
    response.end();
  });
  const error = await failureOf(given.client.stream('hi').final());
  expect(isResponsesError(error, 'rate_limit_exceeded')).toBe(true);
  expect(error).toMatchObject({ reason: 'slow down', retryable: true, partial: { output: [{ id: 'msg_1' }] } });
});

test('after an error event, the end of the response has the last word', async () => {
  await using given = await scripted(async (response) => {
    const error = { code: 'server_error', message: 'oh' };
    await write(response, [...messageEvents('a'), { type: 'error', error }, endOf('failed', { error })]);
    response.end();
  });
  expect(await given.client.stream('hi').final()).toMatchObject({ status: 'failed', error: { message: 'oh' } });
});

test('an answer with an error status is a typed error, before any event', async () => {
  await using given = await scripted((response) =>
    sendJson(response, { error: { type: 'not_found', code: null, param: 'model', message: 'no such model' } }, 404),
  );
  const error = await failureOf(given.client.stream('hi').final());
  expect(error).toMatchObject({ code: 'RESPONSES_ERROR', status: 404, type: 'not_found', param: 'model' });
});

test('abort looks like abort, in the middle too', async () => {
  await using given = await scripted((response) => write(response, messageEvents('a').slice(0, 5)));
  const abort = new AbortController();
  const stream = given.client.stream('hi', { signal: abort.signal });
  const read = (async () => {
    for await (const event of stream) if (event.type === 'response.output_text.delta') abort.abort('enough');
  })();
  expect(await failureOf(read)).toMatchObject({ code: 'ABORTED', name: 'AbortError', reason: 'enough' });
  expect(await failureOf(stream.final())).toMatchObject({ code: 'ABORTED' });
  expect(stream.outputText).toBe('a');
});

test('a stream that falls silent ends by its idle timeout', async () => {
  await using given = await scripted((response) => write(response, messageEvents('a').slice(0, 5)), {
    timeouts: { idleMs: 100 },
  });
  const stream = given.client.stream('hi');
  expect(await failureOf(stream.final())).toMatchObject({ code: 'IDLE_TIMEOUT', limitMs: 100 });
  expect(stream.response).toMatchObject({ id: 'resp_1' });
});

test('leaving the loop disconnects', async () => {
  await using given = await scripted((response) => write(response, messageEvents('a').slice(0, 5)));
  const stream = given.client.stream('hi');
  for await (const event of stream) if (event.type === 'response.in_progress') break;
  await given.server.closed(1);
  expect(await failureOf(stream.final())).toMatchObject({ code: 'ABORTED' });
});

test('unknown events and items pass through untouched', async () => {
  const trace = { type: 'acme:trace', at: { deep: [1] }, sequence_number: 9 };
  const item = { type: 'acme:search', id: 's1', status: 'completed', hits: [{ n: 1 }] };
  const events = [
    ...messageEvents('a'),
    trace,
    { type: 'keepalive', sequence_number: 10 },
    { type: 'response.output_item.added', output_index: 1, item },
    { type: 'response.output_item.done', output_index: 1, item },
    endOf('completed'),
  ];
  await using given = await scripted(async (response) => {
    await write(response, events);
    response.end(': bye\n\ndata: {"type":"keepalive"}\n\n');
  });
  const stream = given.client.stream('hi');
  const seen: AnyStreamEvent[] = [];
  for await (const event of stream) seen.push(event);
  expect(seen).toEqual(events);
  expect((await stream.final()).output).toEqual([messageOf('a'), item]);
});

test('an answer in one piece is the event that ends it', async () => {
  await using given = await scripted((response) =>
    sendJson(response, responseIn('completed', { output: [messageOf('a')] })),
  );
  const stream = given.client.stream('hi');
  const seen: string[] = [];
  for await (const event of stream) seen.push(event.type);
  expect(seen).toEqual(['response.completed']);
  expect(stream.outputText).toBe('a');
});

test('with strict, what the client would pass over is an error', async () => {
  await using given = await scripted(
    async (response) => {
      await write(response, [...messageEvents('a'), endOf('completed')]);
      response.end();
    },
    { strict: true },
  );
  expect(await failureOf(given.client.stream('hi').final())).toMatchObject({
    code: 'DEVIATION',
    row: 'RESP-STREAM-012',
  });
});

describe('calls', () => {
  const call = (id: string, at: number) => {
    const item = { type: 'function_call', id, call_id: `c_${id}`, name: 'f', arguments: '{}', status: 'completed' };
    const done = { type: 'response.output_item.done', output_index: at, item };
    return { item, events: [{ ...done, type: 'response.output_item.added', item: { ...item, arguments: '' } }, done] };
  };
  const [one, two] = [call('fc_1', 0), call('fc_2', 1)];
  const created = { type: 'response.created', response: responseIn('in_progress') };

  test('are told as soon as they are whole, each once', async () => {
    await using given = await scripted(async (response) => {
      await write(
        response,
        numbered([created, ...one.events, ...two.events, endOf('completed', { output: [one.item, two.item] })]),
      );
      response.end();
    });
    const told: string[] = [];
    const stream = given.client.stream('hi').on('tool_call', ({ call_id }) => told.push(call_id));
    for await (const { type } of stream) if (type === 'response.output_item.added') told.push('added');
    expect(told).toEqual(['added', 'c_fc_1', 'added', 'c_fc_2']);
  });

  test('are told at the end, where no event did', async () => {
    await using given = await scripted(async (response) => {
      await write(response, numbered([created, endOf('completed', { output: [one.item] })]));
      response.end();
    });
    const told: string[] = [];
    await given.client
      .stream('hi')
      .on('tool_call', ({ name }) => told.push(name))
      .final();
    expect(told).toEqual(['f']);
  });

  test.each([
    ['in the middle', [created, ...one.events]],
    ['at the end', [created, endOf('completed', { output: [one.item] })]],
  ])('what a listener throws ends the reading, %s', async (_where, events) => {
    await using given = await scripted((response) => write(response, numbered(events)));
    const stream = given.client.stream('hi').on('tool_call', () => {
      throw new RangeError('no such function');
    });
    await expect(stream.final()).rejects.toThrow('no such function');
    await given.server.closed(1);
  });
});

test('a stream and an error have the answer that they came in', async () => {
  await using given = await scripted(async (response, _, count) => {
    response.setHeader('x-request-id', `req_${count}`);
    response.setHeader('x-ratelimit-remaining-requests', '7');
    if (count === 2) return sendJson(response, { detail: 'no' }, 422);
    await write(response, [...messageEvents('a'), endOf('completed')]);
    response.end();
  });
  const stream = given.client.stream('hi');
  await stream.final();
  expect(responseOf(stream)).toMatchObject({ operation: 'createResponse', status: 200, requestId: 'req_1' });
  expect(responseOf(stream)?.headers.get('x-ratelimit-remaining-requests')).toBe('7');
  const error = await failureOf(given.client.create('hi'));
  expect(responseOf(error as Error)).toMatchObject({ status: 422, requestId: 'req_2' });
});
