/** Software of others, unmodified, against what is ours: Stripe's own signatures, the AI SDK, and the official MCP client. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { openAgentClient } from '@agentproto/client/open-agent';
import { signStripe, StripeSignatureError, verifyStripe } from '@agentproto/client/open-agent/stripe';
import { createReferenceServer, VirtualClock } from '@agentproto/reference-server';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { Stripe } from 'stripe';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../scripted-server.ts';

const SECRET = 'whsec_agentproto_test';
const NOW = 1_800_000_000;
const EVENT = {
  id: 'evt_1',
  object: 'event',
  type: 'invoice.paid',
  data: { object: { id: 'in_1', customer: 'cus_ü' } },
};
const BODY = JSON.stringify(EVENT, null, 2);
const { webhooks } = new Stripe('sk_test_x');
const byStripe = (timestamp: number, secret = SECRET, payload = BODY) =>
  webhooks.generateTestHeaderString({ payload, secret, timestamp });

describe("stripe's own library", () => {
  test('signs what we verify, and verifies what we sign', async () => {
    const options = { now: () => NOW };
    expect(await verifyStripe(BODY, byStripe(NOW), SECRET, options)).toEqual(EVENT);
    expect(await verifyStripe(new TextEncoder().encode(BODY), byStripe(NOW), SECRET, options)).toEqual(EVENT);
    const timestamp = Math.floor(Date.now() / 1000);
    expect(webhooks.constructEvent(BODY, await signStripe(BODY, SECRET, { timestamp }), SECRET)).toEqual(EVENT);
    expect(await signStripe(BODY, SECRET, { timestamp: NOW })).toBe(byStripe(NOW));
    const both = await signStripe(BODY, ['whsec_old', SECRET], { timestamp });
    for (const secret of ['whsec_old', SECRET]) expect(webhooks.constructEvent(BODY, both, secret)).toEqual(EVENT);
  });

  const header = byStripe(NOW);
  const v1 = header.split('v1=')[1]!;
  test.each([
    ['as old as may be', header, 300],
    ['a second too old', header, 301],
    ['of the future', header, -86_400],
    ['by another secret', byStripe(NOW, 'whsec_other'), 0],
    ['of another body', byStripe(NOW, SECRET, `${BODY} `), 0],
    ['one of two, the second', `t=${NOW},v1=${'0'.repeat(64)},v1=${v1}`, 0],
    ['without a time', `v1=${v1}`, 0],
    ['only v0', `t=${NOW},v0=${v1}`, 0],
    ['in upper case', `t=${NOW},v1=${v1.toUpperCase()}`, 0],
    ['with a space', `t=${NOW}, v1=${v1}`, 0],
    ['empty', '', 0],
  ])('a signature %s is to both the same', async (_, given, age) => {
    const ours = await verifyStripe(BODY, given, SECRET, { now: () => NOW + age }).then(
      () => true,
      (error: unknown) => (error instanceof StripeSignatureError ? false : Promise.reject(error)),
    );
    let theirs = true;
    try {
      webhooks.constructEvent(BODY, given, SECRET, 300, undefined, (NOW + age) * 1000);
    } catch (error) {
      expect(error).toBeInstanceOf(Stripe.errors.StripeSignatureVerificationError);
      theirs = false;
    }
    expect(ours).toBe(theirs);
  });

  test('signs what the server takes, up to 300 s old, once; and nothing else', async () => {
    const clock = new VirtualClock(NOW * 1000);
    const server = await createReferenceServer({ protocols: ['open-agent@0.7', 'open-agent@readme'], clock });
    onTestFinished(() => server.close());
    for (const revision of ['0.7', 'readme'] as const) {
      const client = openAgentClient(server.urls[`open-agent@${revision}`]!, { revision });
      onTestFinished(() => client.close());
      const tell = (signature: string) => client.webhooks.stripe(BODY, signature);
      await tell(byStripe(NOW));
      await tell(byStripe(NOW - 300));
      for (const bad of [
        byStripe(NOW - 301),
        byStripe(NOW, 'whsec_other'),
        byStripe(NOW, SECRET, `${BODY} `),
        'x',
        `t=${NOW}`,
      ]) {
        expect(await failureOf(tell(bad)), bad).toMatchObject({ code: 'OPEN_AGENT_ERROR', status: 400 });
      }
    }
  });
});

async function serving() {
  const server = await createReferenceServer({ protocols: ['open-agent@0.7', 'open-agent@readme'] });
  onTestFinished(() => server.close());
  const client = openAgentClient(server.urls['open-agent@0.7']!, { apiKey: 'oaa_test_ada' });
  onTestFinished(() => client.close());
  return { server, client };
}

test.each([
  ['open-agent@0.7', ''],
  ['open-agent@readme', '/v1'],
])('the AI SDK has a streamed conversation with a tool, at %s', async (protocol, under) => {
  const { server } = await serving();
  const provider = createOpenAICompatible({
    name: 'open-agent',
    baseURL: server.urls[protocol]! + under,
    apiKey: 'oaa_test_ada',
    includeUsage: true,
  });
  const script = {
    steps: [{ tool: { by: 'client', calls: [{ name: 'get_weather', args: { city: 'Bern' } }] } }],
    turns: [{ steps: [{ text: 'It is ' }, { text: 'sunny.' }] }],
  };
  const cities: string[] = [];
  const result = streamText({
    model: provider('gpt-5'),
    prompt: `@script ${JSON.stringify(script)}`,
    stopWhen: stepCountIs(3),
    maxRetries: 0,
    tools: {
      get_weather: tool({
        description: 'The weather of a city',
        inputSchema: jsonSchema<{ city: string }>({
          type: 'object',
          properties: { city: { type: 'string' } },
          required: ['city'],
        }),
        execute: ({ city }) => {
          cities.push(city);
          return { sky: 'sunny' };
        },
      }),
    },
    onError: ({ error }) => expect.unreachable(String(error)),
  });
  const parts: string[] = [];
  for await (const { type } of result.fullStream) parts.push(type);
  expect(cities).toEqual(['Bern']);
  expect(parts).toEqual(expect.arrayContaining(['tool-call', 'tool-result', 'text-delta']));
  expect(parts.indexOf('tool-result')).toBeLessThan(parts.indexOf('text-delta'));
  expect(await result.text).toBe('It is sunny.');
  expect((await result.steps).map(({ finishReason }) => finishReason)).toEqual(['tool-calls', 'stop']);
  expect((await result.totalUsage).totalTokens).toBeGreaterThan(0);
});

test('the official MCP client lists and calls a tool of an agent', async () => {
  const { client } = await serving();
  await client.agents.create({ id: 'tutor', name: 'Tutor', model: '@chunks 2', description: 'Teaches.' });
  const headers = { 'x-api-key': 'oaa_test_ada' };
  const mcp = new Client({ name: 'test', version: '1' });
  await mcp.connect(
    new SSEClientTransport(new URL(client.mcp.url), {
      requestInit: { headers },
      eventSourceInit: {
        fetch: (url, init) => fetch(url, { ...init, headers: { ...(init?.headers as object), ...headers } }),
      },
    }),
  );
  onTestFinished(() => mcp.close());
  const { tools } = await mcp.listTools();
  expect(tools.map(({ name }) => name)).toContain('ask_tutor');
  const answer = await mcp.callTool({ name: 'ask_tutor', arguments: { message: 'Hi' } });
  expect(answer.content).toEqual([{ type: 'text', text: 'chunk-1 chunk-2 ' }]);
});
