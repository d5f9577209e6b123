import {
  type Approvable,
  functionTool,
  outputFormat,
  OutputInvalidError,
  run,
  type StandardSchema,
} from '@agentproto/client/responses';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { failureOf, type SeenRequest, sendJson } from '../scripted-server.ts';
import { endOf, messageOf, responseIn, scripted, write } from './scripted.ts';

const callOf = (name: string, args: unknown, n = 1) => ({
  type: 'function_call',
  id: `fc_${n}`,
  call_id: `call_${n}`,
  name,
  arguments: typeof args === 'string' ? args : JSON.stringify(args),
  status: 'completed',
});
const approvalRequest = {
  type: 'mcp_approval_request',
  id: 'mcpr_1',
  server_label: 's',
  name: 'drop',
  arguments: '{}',
};
const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'opaque' };
const sent = (requests: SeenRequest[], at: number) => JSON.parse(requests[at]!.body) as Record<string, unknown>;

/** Answers with one output after the other. */
const turns = (...outputs: object[][]) =>
  scripted((response, _, count) =>
    sendJson(response, responseIn('completed', { id: `resp_${count}`, output: outputs[count - 1] })),
  );

const weather = functionTool({
  name: 'weather',
  description: 'The weather in a city',
  parameters: z.object({ city: z.string() }),
  run: ({ city }) => {
    expectTypeOf(city).toEqualTypeOf<string>();
    if (city === 'Atlantis') throw new Error('it has sunk');
    return { sky: `blue over ${city}` };
  },
});

test('runs the functions and goes on by previous_response_id, with what is new only', async () => {
  await using given = await turns([reasoning, callOf('weather', { city: 'Bern' })], [messageOf('Blue.')]);
  const result = await run(given.client, { input: 'sky?', tool_choice: 'required' }, { tools: [weather] });
  expect(result).toMatchObject({ outputText: 'Blue.', turns: 2, pending: [], response: { id: 'resp_2' } });
  const output = { type: 'function_call_output', call_id: 'call_1', output: '{"sky":"blue over Bern"}' };
  expect(result.items).toEqual([reasoning, callOf('weather', { city: 'Bern' }), output, messageOf('Blue.')]);
  expect(sent(given.requests, 0)).toMatchObject({
    tools: [{ type: 'function', name: 'weather', parameters: { type: 'object', required: ['city'] } }],
    tool_choice: 'required',
  });
  expect(sent(given.requests, 1)).toMatchObject({
    previous_response_id: 'resp_1',
    input: [output],
    // Else it would call for ever.
    tool_choice: 'auto',
  });
});

test('with store: false everything is sent again, as it came and in its order', async () => {
  await using given = await turns([reasoning, callOf('weather', { city: 'Bern' })], [messageOf('Blue.')]);
  await run(given.client, { input: 'sky?', store: false }, { tools: [weather] });
  const second = sent(given.requests, 1);
  expect(second).not.toHaveProperty('previous_response_id');
  expect(second['input']).toEqual([
    { type: 'message', role: 'user', content: 'sky?' },
    reasoning,
    callOf('weather', { city: 'Bern' }),
    { type: 'function_call_output', call_id: 'call_1', output: '{"sky":"blue over Bern"}' },
  ]);
});

test('in a conversation neither is sent', async () => {
  await using given = await turns([callOf('weather', { city: 'Bern' })], [messageOf('Blue.')]);
  await run(given.client, { input: 'sky?', conversation: 'conv_1' }, { tools: [weather] });
  expect(sent(given.requests, 1)).toMatchObject({ conversation: 'conv_1', input: [{ call_id: 'call_1' }] });
  expect(sent(given.requests, 1)).not.toHaveProperty('previous_response_id');
});

test('calls of one turn run at once, and their answers keep the order', async () => {
  await using given = await turns([callOf('slow', { n: 1 }, 1), callOf('slow', { n: 2 }, 2)], [messageOf('ok')]);
  const begun: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow = functionTool<{ n: number }>({
    name: 'slow',
    parameters: { type: 'object' },
    async run({ n }) {
      begun.push(n);
      // The first ends only once the second has begun.
      if (n === 1) await promise;
      else resolve();
      return n;
    },
  });
  await run(given.client, 'go', { tools: [slow] });
  expect(begun).toEqual([1, 2]);
  expect(sent(given.requests, 1)['input']).toMatchObject([
    { call_id: 'call_1', output: '1' },
    { call_id: 'call_2', output: '2' },
  ]);
});

test('sequential: one after the other', async () => {
  await using given = await turns([callOf('log', {}, 1), callOf('log', {}, 2)], [messageOf('ok')]);
  const seen: string[] = [];
  const log = functionTool({
    name: 'log',
    async run(_, { call }) {
      seen.push(`begin ${call.call_id}`);
      await Promise.resolve();
      seen.push(`end ${call.call_id}`);
    },
  });
  await run(given.client, 'go', { tools: [log], sequential: true });
  expect(seen).toEqual(['begin call_1', 'end call_1', 'begin call_2', 'end call_2']);
});

test.each([
  ['arguments that are no JSON', '{"city":', 'the arguments are not JSON'],
  ['arguments that the schema refuses', { city: 1 }, 'the arguments are not as asked for: city: '],
  ['what it throws', { city: 'Atlantis' }, 'it has sunk'],
])('the model is told of %s', async (_, args, why) => {
  await using given = await turns([callOf('weather', args)], [messageOf('ok')]);
  const errors: unknown[] = [];
  await run(given.client, 'go', { tools: [weather], onToolResult: (__, { error }) => errors.push(error) });
  const [{ output }] = sent(given.requests, 1)['input'] as [{ output: string }];
  expect((JSON.parse(output) as { error: string }).error).toContain(why);
  expect(errors[0]).toBeDefined();
});

describe('approval', () => {
  const drop = functionTool({ name: 'drop', needsApproval: true, run: () => 'dropped' });

  test('is asked for, of functions and of MCP servers', async () => {
    await using given = await turns([callOf('drop', {}), callOf('drop', {}, 2), approvalRequest], [messageOf('ok')]);
    const asked: string[] = [];
    const approve = (request: Approvable) => {
      asked.push(request.id!);
      return request.id === 'fc_2' ? { approve: false, reason: 'not on Fridays' } : true;
    };
    await run(given.client, 'go', { tools: [drop, weather], approve });
    expect(asked).toEqual(['fc_1', 'fc_2', 'mcpr_1']);
    expect(sent(given.requests, 1)['input']).toEqual([
      { type: 'function_call_output', call_id: 'call_1', output: 'dropped' },
      {
        type: 'function_call_output',
        call_id: 'call_2',
        output: '{"error":"the call was not approved: not on Fridays"}',
      },
      { type: 'mcp_approval_response', approval_request_id: 'mcpr_1', approve: true },
    ]);
  });

  test('without the hook nothing is run, and what waits is given back', async () => {
    await using given = await turns([callOf('drop', {}), approvalRequest]);
    const result = await run(given.client, 'go', { tools: [drop] });
    expect(result.pending).toEqual([callOf('drop', {}), approvalRequest]);
    expect(given.requests).toHaveLength(1);
  });
});

test('a call of a function that is not here is given back, and nothing is run', async () => {
  await using given = await turns([callOf('weather', { city: 'Bern' }), callOf('elsewhere', {}, 2)]);
  const seen: unknown[] = [];
  const result = await run(given.client, 'go', { tools: [weather], onToolResult: (call) => seen.push(call) });
  expect(result.pending).toEqual([callOf('elsewhere', {}, 2)]);
  expect(seen).toEqual([]);
});

test('ends after maxTurns', async () => {
  const call = [callOf('weather', { city: 'Bern' })];
  await using given = await turns(call, call, call);
  const error = await failureOf(run(given.client, 'go', { tools: [weather], maxTurns: 2 }));
  expect(error).toMatchObject({ code: 'TURNS_EXCEEDED', response: { id: 'resp_2' } });
  expect(given.requests).toHaveLength(2);
});

test('a response that is not completed ends it', async () => {
  const more = { incomplete_details: { reason: 'max_output_tokens' } };
  await using given = await scripted((response) => sendJson(response, responseIn('incomplete', more)));
  expect(await failureOf(run(given.client, 'go', { tools: [weather] }))).toMatchObject({
    code: 'RESPONSE_NOT_COMPLETED',
    message: expect.stringContaining('max_output_tokens'),
  });
});

test('abort reaches the function, and ends it', async () => {
  await using given = await turns([callOf('wait', {})], [messageOf('ok')]);
  const abort = new AbortController();
  const wait = functionTool({
    name: 'wait',
    run: (_, { signal }) =>
      new Promise((__, reject) => {
        signal.addEventListener('abort', () => reject(new Error('left')));
        abort.abort('enough');
      }),
  });
  const error = await failureOf(run(given.client, 'go', { tools: [wait], signal: abort.signal }));
  expect(error).toMatchObject({ code: 'ABORTED', reason: 'enough' });
  expect(given.requests).toHaveLength(1);
});

test('with onEvent the turns are streamed', async () => {
  await using given = await scripted(async (response, _, count) => {
    const output = [count === 1 ? callOf('weather', { city: 'Bern' }) : messageOf('Blue.')];
    await write(response, [
      { type: 'response.created', response: responseIn('in_progress', { id: `resp_${count}` }) },
      endOf('completed', { id: `resp_${count}`, output }),
    ]);
    response.end();
  });
  const types: string[] = [];
  const result = await run(given.client, 'go', { tools: [weather], onEvent: ({ type }) => types.push(type) });
  expect(result.outputText).toBe('Blue.');
  expect(types).toEqual(['response.created', 'response.completed', 'response.created', 'response.completed']);
});

describe('structured outputs', () => {
  const plan = z.object({ city: z.string(), days: z.number() });

  test('are asked for by the schema of a library, and come out typed', async () => {
    await using given = await turns([messageOf('{"city":"Bern","days":2}')]);
    const format = outputFormat('plan', plan, { strict: true });
    const response = await given.client.create({ input: 'go', text: { format: format.format } });
    const value = await format.parse(response);
    expectTypeOf(value).toEqualTypeOf<{ city: string; days: number }>();
    expect(value).toEqual({ city: 'Bern', days: 2 });
    expect(sent(given.requests, 0)['text']).toMatchObject({
      format: { type: 'json_schema', name: 'plan', strict: true, schema: { required: ['city', 'days'] } },
    });
  });

  test('a JSON Schema will do, and so does a library that has none of its own', async () => {
    const json = { type: 'object', properties: { n: { type: 'number' } } };
    const bare: StandardSchema<{ n: number }> = {
      '~standard': { version: 1, vendor: 'bare', validate: (value) => ({ value: value as { n: number } }) },
    };
    await using given = await turns([messageOf('{"n":1}')]);
    const response = await given.client.create('go');
    expect(await outputFormat<{ n: number }>('n', json).parse(response)).toEqual({ n: 1 });
    expect(() => outputFormat('n', bare)).toThrow('bare does not say its JSON Schema');
    const given2 = outputFormat('n', bare, { jsonSchema: json });
    expect(given2.format.schema).toEqual(json);
    expect(await given2.parse(response)).toEqual({ n: 1 });
  });

  test.each([
    ['cut', '{"city":', undefined],
    ['refused by the schema', '{"city":1,"days":2}', 'city'],
  ])('text that is %s keeps its response', async (_, text, at) => {
    await using given = await turns([messageOf(text)]);
    const error = await failureOf(outputFormat('plan', plan).parse(await given.client.create('go')));
    expect(error).toBeInstanceOf(OutputInvalidError);
    expect((error as OutputInvalidError).response.output).toEqual([messageOf(text)]);
    if (at) expect((error as OutputInvalidError).message).toContain(`${at}: `);
  });

  test('a refusal is no parse error', async () => {
    const content = [{ type: 'refusal', refusal: 'I must not' }];
    await using given = await turns([{ ...messageOf(''), content }]);
    const error = await failureOf(outputFormat('plan', plan).parse(await given.client.create('go')));
    expect(error).toMatchObject({ code: 'OUTPUT_INVALID', refusal: 'I must not' });
  });

  test('an incomplete response says that it is', async () => {
    await using given = await scripted((response) => sendJson(response, responseIn('incomplete')));
    const error = await failureOf(outputFormat('plan', plan).parse(await given.client.create('go')));
    expect(error).toMatchObject({ code: 'RESPONSE_NOT_COMPLETED' });
  });
});
