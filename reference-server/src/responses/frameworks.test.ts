/** Two frameworks that build on OpenAI's client or its protocol, each through one conversation with a tool. */
import { Agent, OpenAIProvider, Runner, setTracingDisabled, tool as agentTool } from '@openai/agents';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createReferenceServer } from '../server.ts';
import type { ReferenceServer } from '../server.ts';

let server: ReferenceServer;
beforeAll(async () => {
  setTracingDisabled(true);
  server = await createReferenceServer();
});
afterAll(() => server.close());

const MODEL =
  '@script {"steps":[{"tool":{"by":"client","calls":[{"id":"c1","name":"get_weather","args":{"city":"Bern"}}]}}],"turns":[{"steps":[{"text":"It is sunny."}]}]}';
const parameters = z.object({ city: z.string() });

test.each(['responses@openai', 'responses@2026-04-24'])('@openai/agents over %s', async (protocol) => {
  const asked: string[] = [];
  const agent = new Agent({
    name: 'Weather',
    model: MODEL,
    tools: [
      agentTool({
        name: 'get_weather',
        description: 'The weather of a city.',
        parameters,
        execute: ({ city }) => {
          asked.push(city);
          return `sunny in ${city}`;
        },
      }),
    ],
  });
  const modelProvider = new OpenAIProvider({ baseURL: server.urls[protocol]!, apiKey: 'none' });
  const runner = new Runner({ modelProvider, tracingDisabled: true });
  expect((await runner.run(agent, 'How is it in Bern?')).finalOutput).toBe('It is sunny.');
  const streamed = await runner.run(agent, 'How is it in Bern?', { stream: true });
  await streamed.completed;
  expect(streamed.finalOutput).toBe('It is sunny.');
  expect(asked).toEqual(['Bern', 'Bern']);
});

test.each(['responses@openai', 'responses@2026-04-24'])('the AI SDK over %s', async (protocol) => {
  const openai = createOpenAI({ baseURL: server.urls[protocol]!, apiKey: 'none' });
  const asked: string[] = [];
  const get_weather = tool({
    description: 'The weather of a city.',
    inputSchema: parameters,
    execute: async ({ city }) => {
      asked.push(city);
      return { sky: 'sunny', city };
    },
  });
  const request = { prompt: 'How is it in Bern?', tools: { get_weather }, stopWhen: stepCountIs(3) };
  const result = await generateText({ ...request, model: openai.responses(MODEL) });
  expect(result.text).toBe('It is sunny.');
  expect(result.steps).toHaveLength(2);
  const streamed = streamText({ ...request, model: openai.responses(MODEL) });
  expect(await streamed.text).toBe('It is sunny.');
  const chat = await generateText({ ...request, model: openai.chat(MODEL) });
  expect(chat.text).toBe('It is sunny.');
  expect(asked).toEqual(['Bern', 'Bern', 'Bern']);
});
