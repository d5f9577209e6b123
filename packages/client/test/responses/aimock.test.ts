/** A server that we did not write: the Responses endpoint of @copilotkit/aimock. */
import { functionTool, outputTextOf, responsesClient, run, type Deviation } from '@agentproto/client/responses';
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { failureOf } from '../scripted-server.ts';

const mock = new LLMock({ port: 0, logLevel: 'silent', strict: true });
const told: Deviation[] = [];
let client: ReturnType<typeof responsesClient>;

beforeAll(async () => {
  mock.onMessage('hello', { content: 'Hi there, this is a text of some length!' });
  mock.on(
    { userMessage: 'weather', hasToolResult: false },
    { toolCalls: [{ name: 'weather', arguments: '{"city":"Bern"}' }] },
  );
  mock.on({ userMessage: 'weather', hasToolResult: true }, { content: 'It is blue.' });
  await mock.start();
  client = responsesClient(`${mock.url}/v1`, { auth: 'mock', model: 'gpt-5', onDeviation: (each) => told.push(each) });
});
afterAll(async () => {
  await client.close();
  await mock.stop();
});

test('creates', async () => {
  const response = await client.create('hello');
  expect(response.status).toBe('completed');
  expect(outputTextOf(response)).toBe('Hi there, this is a text of some length!');
});

test('streams, and what was put together is what the server says', async () => {
  const stream = client.stream('hello');
  let text = '';
  for await (const event of stream) {
    if (event.type === 'response.output_text.delta') text += event.delta;
    expect(stream.outputText).toBe(text);
  }
  expect(outputTextOf(await stream.final())).toBe('Hi there, this is a text of some length!');
});

test('runs the tool loop, streamed and not', async () => {
  const weather = functionTool<{ city: string }>({
    name: 'weather',
    parameters: { type: 'object' },
    run: ({ city }) => city,
  });
  for (const onEvent of [undefined, () => {}]) {
    const result = await run(
      client,
      { input: 'weather', store: false },
      { tools: [weather], ...(onEvent && { onEvent }) },
    );
    expect(result).toMatchObject({ outputText: 'It is blue.', turns: 2 });
    expect(result.items.map(({ type }) => type)).toEqual(['function_call', 'function_call_output', 'message']);
  }
});

test('its errors are typed', async () => {
  const error = await failureOf(client.create('unheard of'));
  expect(error).toMatchObject({ code: 'RESPONSES_ERROR', requestId: expect.any(String) });
});

test('keeps to Open Responses as far as the client looks', () => {
  expect(told).toEqual([]);
});
