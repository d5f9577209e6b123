import { VirtualClock } from '@agentproto/script';
import { expect, test } from 'vitest';
import type { AnyQuirk } from '../../quirk.ts';
import { createReferenceServer } from '../../server.ts';
import type { ServerOptions } from '../../server-options.ts';
import { wireTo } from '../wire.test.kit.ts';
import type { Wire } from '../wire.test.kit.ts';
import { responsesQuirks } from './index.ts';

/** Where a quirk shows. */
const protocolOf = (name: string): string =>
  `responses@${['wayflow', 'openai'].find((revision) => name.includes(`.${revision}.`)) ?? (name.includes('.mcp.') ? 'openai' : '2026-04-24')}`;
const tools = [
  { type: 'function', name: 'get_weather' },
  { type: 'function', name: 'get_time' },
];
const lookUp = `@script ${JSON.stringify({ steps: [{ tool: { by: 'server', calls: [{ name: 'acme:lookup' }] } }] })}`;
const allowed = { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'get_time' }] };
const background = async ({ post, send }: Wire) => {
  const { json } = await post('/responses', { model: 'slow', input: 'x', background: true });
  await send('POST', `/responses/${json.id}/cancel`);
};

/** Asks for nearly everything once. What comes of it does not matter here, but that it comes does. */
async function askForAll(wire: Wire): Promise<void> {
  const { post, send, stream } = wire;
  const first = await post('/responses', {
    model: 'm',
    input: 'x',
    metadata: { a: 'b' },
    instructions: 'y',
    max_output_tokens: 16,
    acme_tenant: 't',
  });
  const id = first.json.id ?? 'resp_none';
  const asks: object[] = [
    { input: 'x', previous_response_id: id, truncation: 'disabled' },
    { input: 'x', previous_response_id: 'resp_none' },
    { input: 'z'.repeat(100), max_output_tokens: 16 },
    { input: 'z'.repeat(3_000), truncation: 'disabled' },
    { input: [{ type: 'item_reference', id: first.json.output?.[0]?.id ?? 'x' }] },
    {
      input: [
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'x' },
        { role: 'user', content: 'x' },
      ],
    },
    {
      input: [
        { role: 'user', content: 'x' },
        { type: 'function_call_output', call_id: 'c', output: 'x' },
      ],
    },
    { input: 'x', max_output_tokens: 1 },
    { input: lookUp, tools: [{ type: 'acme:lookup' }] },
    {
      input: [
        { type: 'acme:lookup_call', id: 'al_1', status: 'completed' },
        { role: 'user', content: 'x' },
      ],
    },
    { input: 'x', background: true },
    ...['none', 'required', { type: 'function', name: 'get_time' }, allowed].map((tool_choice) => ({
      model: 'two-tools',
      input: 'x',
      tools,
      tool_choice,
    })),
    ...['two-tools', 'fail', 'reason', 'refuse', 'rate-limited'].map((model) => ({ model, input: 'x', tools })),
  ];
  await Promise.all(asks.map((ask) => post('/responses', { model: 'm', ...ask })));
  for (const model of ['chunks', 'fail', 'tool', 'reason', 'refuse', 'none'])
    await stream({ model, input: 'x', stream_options: { include_obfuscation: false } });
  await stream({ model: 'two-tools', input: 'x', tools });
  const second = await post('/responses', { model: 'm', input: 'x', previous_response_id: id });
  await post('/responses', { model: 'm', input: 'x', previous_response_id: second.json.id, truncation: 'disabled' });
  await stream({ model: 'chunks', input: 'x', background: true });
  await stream({ model: 'chunks', input: 'x' });
  await post('/responses', '{');
  for (const path of [
    `/responses/${id}`,
    `/responses/${id}/input_items`,
    '/models',
    '/models/none',
    '/responses/resp_none',
  ])
    await send('GET', path);
  const kept = await stream({ model: 'chunks', input: 'x', background: true });
  await send('GET', `/responses/${kept.events[0]?.response?.id ?? 'x'}?stream=true&starting_after=3`);
  await background(wire);
  await send('POST', `/responses/${id}/cancel`);
  await post('/responses/input_tokens', { model: 'm', input: 'x' });
  await post('/responses/compact', { input: 'x' });
  const compacted = await post('/responses/compact', { model: 'm', input: 'x' });
  await post('/responses', { model: 'm', input: 'x', previous_response_id: compacted.json.id });
  const { json } = await post('/conversations', {});
  await post('/responses', { model: 'm', input: 'x', conversation: json.id });
  await send('GET', `/conversations/${json.id}/items`);
  await post(`/conversations/${json.id}`, { metadata: { a: 'b' } });
  await send('DELETE', `/conversations/${json.id}`);
  await send('DELETE', `/responses/${id}`);
  const chat = { messages: [{ role: 'user', content: 'x' }] };
  await post('/chat/completions', { ...chat, model: 'm' });
  await post('/chat/completions', { ...chat, model: 'tool' });
  await stream({ ...chat, model: 'chunks', stream_options: { include_usage: true } }, '/chat/completions');
}

/** What only OpenAI's own rules are about. */
async function askForWhatIsKept({ post, send, stream }: Wire): Promise<void> {
  const chat = { messages: [{ role: 'user', content: 'x' }], model: 'm' };
  await post('/chat/completions', { ...chat, temperature: 3 });
  await post('/chat/completions', {
    ...chat,
    messages: [...chat.messages, { role: 'tool', tool_call_id: 'c', content: 'x' }],
  });
  await stream({ ...chat, model: 'tool' }, '/chat/completions');
  for (const model of ['two-tools', 'chunks']) await stream({ model, input: 'x', tools });
  const kept = await stream({ model: 'chunks', input: 'x', background: true });
  const id = kept.events[0]?.response?.id ?? 'x';
  await send('GET', `/responses/${id}?stream=true`);
  await send('GET', `/responses/${id}/input_items?limit=0`);
  for (const one of [id, id, 'resp_none']) await send('POST', `/responses/${one}/cancel`);
  await send('DELETE', '/responses/resp_none');
  const item = { type: 'message', role: 'user', content: 'x' };
  const items = (count: number) => Array.from({ length: count }, () => item);
  await post('/conversations', { items: items(12) });
  const { json } = await post('/conversations', {});
  await post('/responses', { model: 'm', input: 'x', conversation: json.id, previous_response_id: id });
  await post(`/conversations/${json.id}/items`, { items: items(21) });
  const added = await post(`/conversations/${json.id}/items`, { items: items(2) });
  await send('DELETE', `/conversations/${json.id}/items/${added.json.data?.[0]?.id ?? 'x'}`);
  await send('GET', '/conversations/conv_none');
  const buys = { tool: { by: 'approval', calls: [{ name: 'buy', args: {}, output: 'bought' }] } };
  for (const approve of [true, false]) {
    const asked = await post('/responses', {
      model: 'm',
      input: `@script ${JSON.stringify({ steps: [buys], turns: [] })}`,
    });
    const answer = { type: 'mcp_approval_response', approval_request_id: asked.json.output?.[0]?.id ?? 'x', approve };
    await post('/responses', { model: 'm', input: [answer], previous_response_id: asked.json.id });
  }
}

/** What only WayFlow's server has. */
async function askWayFlow({ post, send, stream }: Wire): Promise<void> {
  const ask = { model: 'agentproto', input: 'Plan a trip' };
  const { json } = await post('/responses', ask);
  const { id } = json;
  const conversation = (json['conversation'] as { id: string } | null)?.id;
  await send('GET', `/responses/${id}`);
  await post('/responses', { ...ask, previous_response_id: id });
  await post('/responses', { ...ask, conversation });
  await post('/responses', { ...ask, conversation, previous_response_id: id });
  await post('/responses', { ...ask, previous_response_id: 'none' });
  await post('/responses', { ...ask, input: [{ type: 'function_call_output', call_id: 'c', output: 'x' }] });
  await stream(ask);
  for (const query of ['limit=0', 'limit=1', 'after=agentproto', 'order=sideways'])
    await send('GET', `/models?${query}`);
  await send('DELETE', `/responses/${id}`);
}

/** Asks no more once there is nothing left to see. */
function until(isSeen: () => boolean, { post, send, stream, socket }: Wire): Wire {
  const unless =
    <Args extends unknown[], Answer>(ask: (...args: Args) => Promise<Answer>) =>
    async (...args: Args) => {
      if (isSeen()) throw new Error('it was seen');
      return ask(...args);
    };
  return { post: unless(post), send: unless(send), stream: unless(stream), socket };
}

const SOCKET_MS = 100;
const setUp = (quirk: AnyQuirk): ServerOptions => ({
  protocols: [protocolOf(quirk.name)],
  quirks: [quirk],
  responses: { contextTokens: 500, socketMs: SOCKET_MS, models: undefined },
  // Of a door there is nothing to see where all may pass.
  ...(quirk.name.includes('anybody') && { apiKey: 'sesame' }),
});

/** Over a socket: all that can be said, and once that is answered, or the quirk has shown, the end of its time. */
async function talk(quirk: AnyQuirk): Promise<number> {
  const clock = new VirtualClock();
  const protocol = protocolOf(quirk.name);
  await using server = await createReferenceServer({ ...setUp(quirk), clock });
  const applied = () => server.quirks[0]!.applied;
  const socket = await wireTo(server.urls[protocol]!).socket();
  let isOver = false;
  void socket.closed.then(() => (isOver = true));
  const say = async () => {
    socket.say({ model: 'm', input: 'x', store: false });
    const id = (await socket.answer()).at(-1)?.response?.id ?? 'resp_none';
    socket.say({ model: 'm', input: 'x', previous_response_id: id });
    socket.say({ model: 'm', input: 5, previous_response_id: id });
    socket.say({ model: 'm', input: [{ type: 'item_reference', id: 'x' }], previous_response_id: id });
    for (let answers = 0; answers < 3; answers++) await socket.answer();
    isOver = true;
  };
  const saying = say();
  await expect.poll(() => isOver || applied() > 0).toBe(true);
  await clock.advance(SOCKET_MS);
  await Promise.all([socket.closed, saying]);
  return applied();
}

test.each(responsesQuirks)('$name does something', async (quirk) => {
  const protocol = protocolOf(quirk.name);
  const server = await createReferenceServer(setUp(quirk));
  try {
    // Some quirks break the connection under whoever asks.
    const wire = until(() => server.quirks[0]!.applied > 0, wireTo(server.urls[protocol]!));
    // What a revision has of its own comes first: most of its quirks are about that.
    const asks = protocol === 'responses@wayflow' ? [askWayFlow, askForAll] : [askForAll, askForWhatIsKept];
    for (const ask of asks)
      await ask(wire).catch((error: unknown) => {
        if (server.quirks[0]?.applied === 0) throw error;
      });
    const isOfSockets = quirk.name.includes('socket') && !quirk.name.includes('no-socket');
    expect(isOfSockets ? await talk(quirk) : server.quirks[0]?.applied).toBeGreaterThan(0);
  } finally {
    await server.close();
  }
});
