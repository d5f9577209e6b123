import { validate as validate07 } from '@agentproto/rules/open-agent/0.7';
import { validate as validateReadme } from '@agentproto/rules/open-agent/readme';
import type { Script } from '@agentproto/script';
import { decodeSse } from '@agentproto/wire/sse';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ServerOptions } from '../server-options.ts';
import { createReferenceServer } from '../server.ts';

interface Event {
  [member: string]: unknown;
  name: string;
  content?: string;
  from?: string;
}
type Json = { [member: string]: unknown };
const REVISIONS = ['0.7', 'readme'] as const;

async function serving(revision: (typeof REVISIONS)[number], options: ServerOptions = {}) {
  const server = await createReferenceServer({ protocols: [`open-agent@${revision}`], ...options });
  onTestFinished(() => server.close());
  const base = server.urls[`open-agent@${revision}`]!;
  const send = async (method: string, path: string, body?: unknown, key = 'oaa_test_ada') => {
    const answer = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, json: (text === '' ? undefined : JSON.parse(text)) as Json };
  };
  const is07 = revision === '0.7';
  const inOne = (messages: object[], more: object = {}) => ({
    messages,
    ...(is07 && { environment: { working_directory: '/', platform: 'linux' } }),
    ...more,
  });
  const run = is07 ? 'run' : 'chat';
  const open = (path: string, messages: object[], more: object = {}, signal?: AbortSignal) =>
    fetch(`${base}${path}/${run}`, {
      method: 'POST',
      headers: { 'x-api-key': 'oaa_test_ada', 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify(inOne(messages, more)),
      ...(signal && { signal }),
    });
  const stream = async (path: string, messages: object[], more: object = {}): Promise<Event[]> => {
    const response = await open(path, messages, more);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events: Event[] = [];
    for await (const { data, event, id } of decodeSse(response.body!)) {
      expect([event ?? 'message', id ?? '']).toEqual(['message', '']);
      const value = JSON.parse(data) as Json;
      expect((is07 ? validate07 : validateReadme)('RunEvent', value)).toEqual([]);
      events.push({ ...(value as object), name: String(is07 ? value['event'] : value['type']) });
    }
    return events;
  };
  const talk = (path: string, messages: object[], more: object = {}) =>
    send('POST', `${path}/${run}`, inOne(messages, more));
  const agent = async (id: string, more: object = {}): Promise<string> => {
    const { json } = await send('POST', '/agents', { name: id, model: 'agentproto', ...more });
    return json['id'] as string;
  };
  return { server, send, stream, talk, agent, open, is07 };
}
const user = (content: string) => ({ role: 'user', content });
const script = (given: Script) => user(`@script ${JSON.stringify(given)}`);
const names = (events: Event[]) => events.map(({ name }) => name);
const said = (events: Event[]) => events.filter(({ name }) => name === 'RunResponse').map(({ content }) => content);

describe.each(REVISIONS)('%s', (revision) => {
  test('agents are made, found, and of one account', async () => {
    const { send, is07 } = await serving(revision);
    const kit = { name: 'math', instructions: '', functions: [{ name: 'add', description: '', parameters: {} }] };
    const made = await send('POST', '/agents', { name: 'Tutor', model: 'm', tools: [kit] });
    expect(made).toMatchObject({ status: 201, json: { name: 'Tutor', model: 'm', tools: [kit] } });
    const id = made.json['id'] as string;
    if (!is07) expect(made.json['agent_id']).toBe(id);
    expect(await send('GET', `/agents/${id}`)).toMatchObject({ status: 200, json: { id, name: 'Tutor' } });
    expect((await send('GET', '/agents')).json['agents']).toMatchObject([{ id }]);
    expect((await send('GET', `/agents/${id}`, undefined, 'oaa_test_bob')).status).toBe(404);
    expect((await send('GET', '/agents', undefined, 'oaa_test_bob')).json).toEqual({ agents: [] });
    expect((await send('GET', '/agents', undefined, 'nobody')).status).toBe(401);
    expect((await send('POST', '/agents', [])).status).toBe(400);
    expect((await send('POST', '/agents', { name: 5, model: 'm' })).status).toBe(400);
    expect((await send('POST', '/agents', { id, name: 'x', model: 'm' })).status).toBe(400);
  });

  test('a run in one piece, and as a stream', async () => {
    const { stream, talk, agent, is07 } = await serving(revision);
    const path = `/agents/${await agent('Tutor', { instructions: 'Teach.' })}`;
    const one = await talk(path, [user('Hello')]);
    expect(one).toMatchObject({
      status: 200,
      json: is07
        ? { messages: [{ role: 'assistant', content: 'Hello' }], cost: { input_tokens: 3, output_tokens: 2 } }
        : { message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop', usage: { total_tokens: 5 } },
    });
    const events = await stream(path, [user('@chunks 3')]);
    const ends = is07 ? ['CostSummary', 'RunCompleted'] : ['RunCompleted'];
    expect(names(events)).toEqual(['RunStarted', 'RunResponse', 'RunResponse', 'RunResponse', ...ends]);
    expect(events.at(-1)).toMatchObject({ content: said(events).join(''), status: 'succeeded' });
    expect(new Set(events.map((event) => event['run_id'])).size).toBe(1);
    expect(new Set(events.map((event) => event['session_id'])).size).toBe(1);
    expect((await talk(path, [])).status).toBe(400);
    expect((await talk('/agents/nobody', [user('x')])).status).toBe(404);
  });

  test('a tool of the caller halts the run, and its result takes it on; twice', async () => {
    const { stream, talk, agent } = await serving(revision);
    const path = `/agents/${await agent('Tutor')}`;
    const ask = script({
      steps: [{ text: 'Let me see. ' }, { tool: { by: 'client', calls: [{ name: 'look', args: { at: 'a' } }] } }],
      turns: [
        { steps: [{ tool: { by: 'client', calls: [{ name: 'look', args: { at: 'b' } }] } }] },
        { steps: [{ text: 'Both seen.' }] },
      ],
    });
    const tools = [{ name: 'kit', instructions: '', functions: [{ name: 'look', description: '', parameters: {} }] }];
    const first = await stream(path, [ask], { tools });
    expect(names(first)).toEqual(['RunStarted', 'RunResponse', 'ToolRequest']);
    expect(first.at(-1)).toMatchObject({ tool: 'look', input: { at: 'a' } });
    // No id, as the README has it.
    const answer = (content: string) => ({ role: 'tool', tool_name: 'look', content });
    const second = await stream(path, [ask, answer('1')], { tools });
    expect(second.at(-1)).toMatchObject({ name: 'ToolRequest', input: { at: 'b' } });
    const id = second.at(-1)!['tool_call_id'];
    const last = await stream(path, [ask, answer('1'), { ...answer('2'), tool_call_id: id }], { tools });
    expect(last.at(-1)).toMatchObject({ name: 'RunCompleted', content: 'Both seen.' });
    // In one piece there is no way to ask.
    const { status, json } = await talk(path, [ask], { tools });
    expect([status, JSON.stringify(json).includes('ToolRequest')]).toEqual([200, false]);
    // Another tool is offered: what is not is not asked for.
    const other = [{ ...tools[0], functions: [{ ...tools[0]!.functions[0], name: 'smell' }] }];
    expect((await stream(path, [ask], { tools: other })).at(-1)).toMatchObject({ name: 'RunCompleted' });
  });

  test('the model is that of the request, else that of the agent; what generated clients fill in is neither', async () => {
    const { stream, agent } = await serving(revision);
    const path = `/agents/${await agent('Tutor', { model: '@chunks 1' })}`;
    const answer = async (more: object) => (await stream(path, [user('Hi')], more)).at(-1)!;
    expect(await answer({})).toMatchObject({ content: 'chunk-1 ', model: '@chunks 1' });
    expect(await answer({ model: '@chunks 2' })).toMatchObject({ content: 'chunk-1 chunk-2 ' });
    expect(await answer({ model: 'claude-3-7-sonnet-latest' })).toMatchObject({ content: 'chunk-1 ' });
  });

  test('a tool of the server is announced and run', async () => {
    const { stream, talk, agent, is07 } = await serving(revision);
    const path = `/agents/${await agent('Tutor')}`;
    const ask = script({
      steps: [{ tool: { by: 'server', calls: [{ name: 'get_weather', args: { city: 'Bern' } }] } }, { text: 'Sunny.' }],
    });
    const events = await stream(path, [ask]);
    const [started, completed] = events.filter(({ name }) => name.startsWith('ToolCall'));
    expect(started).toMatchObject({ name: 'ToolCallStarted', tools: [{ tool_name: 'get_weather', role: 'tool' }] });
    expect(completed).toMatchObject({
      name: 'ToolCallCompleted',
      tools: [{ content: '{"city":"Bern","sky":"sunny","celsius":21}', tool_call_error: false }],
    });
    if (is07)
      expect((await talk(path, [ask])).json['messages']).toMatchObject([
        { role: 'assistant', tool_calls: [{ function: { name: 'get_weather' } }] },
        { role: 'tool', tool_name: 'get_weather' },
        { role: 'assistant', content: 'Sunny.' },
      ]);
  });

  test('a failure is told, in one piece and at the end of a stream', async () => {
    const { stream, talk, agent } = await serving(revision);
    const path = `/agents/${await agent('Tutor')}`;
    expect((await talk(path, [user('@fail no luck')])).status).toBe(500);
    expect((await talk(path, [user('@reject no')])).status).toBe(400);
    expect((await talk(path, [user('@busy 2s')])).status).toBe(429);
    expect((await talk(path, [user('@approve pay')])).status).toBe(400);
    for (const ask of ['@fail no luck', '@crash'])
      expect((await stream(path, [user(ask)])).at(-1)).toMatchObject({ name: 'RunCompleted', status: 'failed' });
  });

  test('who leaves stops the run, and the agent goes on to serve', async () => {
    const { promise: over, resolve } = Promise.withResolvers<string>();
    const hooks = { onTerminal: ({ state }: { state: string }) => resolve(state) };
    const { server, talk, agent, open } = await serving(revision, { hooks });
    const path = `/agents/${await agent('Tutor')}`;
    const leave = new AbortController();
    const response = await open(path, [user('@hold never')], {}, leave.signal);
    await response.body!.getReader().read();
    leave.abort();
    expect(await over).toBe('canceled');
    expect((await talk(path, [user('Still there?')])).status).toBe(200);
    expect(server.errors).toEqual([]);
  });

  test('the model of an agent goes on in the conversation that is sent again', async () => {
    const { stream, agent } = await serving(revision);
    const path = `/agents/${await agent('Tutor', { model: 'two-tools' })}`;
    const messages: object[] = [user('do both')];
    for (let round = 0; round < 2; round++) {
      const asked = (await stream(path, messages)).filter(({ name }) => name === 'ToolRequest');
      expect(asked.map((event) => event['tool'])).toEqual(['get_weather', 'get_time']);
      for (const { tool_call_id: id, tool } of asked)
        messages.push({ role: 'tool', tool_call_id: id, tool_name: tool, content: '1' });
      const done = await stream(path, messages);
      expect(done.at(-1)).toMatchObject({ content: 'Both are done' });
      messages.push({ role: 'assistant', content: 'Both are done' }, user('once more'));
    }
  });

  test('a team has one leader; its members speak under their names', async () => {
    const { send, stream, talk, agent } = await serving(revision);
    const [ada, bob] = [await agent('Ada'), await agent('Bob')];
    const members = [
      { agent_id: ada, role: 'Researcher' },
      { agent_id: bob, role: 'Coder' },
    ];
    const leads = async (body: object) =>
      (
        (await send('POST', '/teams', { name: 'T', tools: [], ...body })).json['members'] as { is_leader: boolean }[]
      ).map(({ is_leader: one }) => one);
    expect(await leads({ members })).toEqual([true, false]);
    expect(await leads({ members: [members[0], { ...members[1], is_leader: true }] })).toEqual([false, true]);
    expect(await leads({ agents: members, leader_id: bob })).toEqual([false, true]);
    expect(await leads({ members: [members[1]], leader_id: ada })).toEqual([true, false]);
    for (const wrong of [
      { members: [] },
      { members: [{ agent_id: 'nobody', role: 'x' }] },
      { members: members.map((one) => ({ ...one, is_leader: true })) },
    ])
      expect((await send('POST', '/teams', { name: 'T', tools: [], ...wrong })).status).toBe(400);
    const { json } = await send('POST', '/teams', { name: 'T', members, tools: [] });
    const path = `/teams/${json['id']}`;
    expect(await send('GET', path)).toMatchObject({ status: 200, json: { members: [{ agent_id: ada }, {}] } });
    expect((await send('GET', path, undefined, 'oaa_test_bob')).status).toBe(404);
    const events = await stream(path, [user('Hi')]);
    expect(events.flatMap(({ name, from, content }) => (name === 'RunResponse' ? [[from, content]] : []))).toEqual([
      ['Ada', 'Researcher: Hi\n'],
      ['Bob', 'Coder: Hi\n'],
    ]);
    expect(events.at(-1)).toMatchObject({ name: 'RunCompleted', content: 'Researcher: Hi\nCoder: Hi\n' });
    expect((await stream(path, [user('Hi')], { agents: ['coder'] })).at(-1)).toMatchObject({ content: 'Coder: Hi\n' });
    expect(await talk(path, [user('Hi')])).toMatchObject({
      json: { message: { content: 'Researcher: Hi\nCoder: Hi\n' } },
    });
    expect((await talk(path, [user('Hi')], { agents: ['nobody'] })).status).toBe(400);
    expect((await talk('/teams/nobody', [user('Hi')])).status).toBe(404);
  });

  test('a member that needs a tool halts the team, whose endpoint takes the result', async () => {
    const { send, stream, agent } = await serving(revision);
    const members = [
      { agent_id: await agent('Ada', { model: 'two-tools' }), role: 'Researcher' },
      { agent_id: await agent('Bob'), role: 'Coder' },
    ];
    const path = `/teams/${(await send('POST', '/teams', { name: 'T', members, tools: [] })).json['id']}`;
    const first = await stream(path, [user('Hi')]);
    const asked = first.filter(({ name }) => name === 'ToolRequest');
    expect(asked).toMatchObject([
      { from: 'Ada', tool: 'get_weather' },
      { from: 'Ada', tool: 'get_time' },
    ]);
    expect(first.at(-1)!.name).toBe('ToolRequest');
    const results = asked.map(({ tool }) => ({ role: 'tool', tool_name: tool, content: '1' }));
    const last = await stream(path, [user('Hi'), ...results]);
    expect(last.at(-1)).toMatchObject({ name: 'RunCompleted', content: 'Both are doneCoder: Hi\n' });
  });

  test('knowledge is added, found by what it is about, kept apart, and deleted', async () => {
    const { send } = await serving(revision);
    const texts = ['Refunds are paid within fourteen days.', 'The office in Bern opens at nine.'];
    for (const [at, text] of texts.entries())
      expect(await send('POST', '/knowledge', { id: `d${at}`, text, metadata: { at } })).toMatchObject({ status: 201 });
    const find = async (query: string, key?: string) =>
      (await send('POST', '/knowledge/search', { query }, key)).json['results'] as { id: string; score: number }[];
    const [best, ...rest] = await find('When is a refund paid?');
    expect(best).toMatchObject({ id: 'd0', text: texts[0], metadata: { at: 0 } });
    expect(best!.score).toBeGreaterThan(0.2);
    expect(rest.every(({ score }) => score <= best!.score)).toBe(true);
    expect(await find('When is a refund paid?', 'oaa_test_bob')).toEqual([]);
    expect((await send('POST', '/knowledge/search', {})).status).toBe(400);
    expect((await send('POST', '/knowledge/search', { query: 'x', limit: 0 })).status).toBe(400);
    expect((await send('DELETE', '/knowledge/d0')).status).toBe(200);
    expect((await send('DELETE', '/knowledge/d0')).status).toBe(404);
    expect((await find('When is a refund paid?')).map(({ id }) => id)).not.toContain('d0');
  });
});

test('agents are changed and deleted, toolkits are listed and put away', async () => {
  const { send, agent } = await serving('0.7');
  const id = await agent('Tutor');
  const { json: before } = await send('GET', `/agents/${id}`);
  expect(await send('PUT', `/agents/${id}`, { id, name: 'Other' })).toEqual({ status: 200, json: undefined });
  expect((await send('GET', `/agents/${id}`)).json).toEqual({
    ...{ id, name: 'Other', tools: [] },
    created_at: before['created_at'],
  });
  expect((await send('PUT', `/agents/${id}`, { id: 'else' })).status).toBe(400);
  expect((await send('DELETE', `/agents/${id}`)).status).toBe(200);
  expect((await send('GET', `/agents/${id}`)).status).toBe(404);
  expect((await send('GET', '/tools')).json).toMatchObject([{ name: 'weather', functions: ['get_weather'] }]);
  expect((await send('GET', '/tools/weather')).json).toMatchObject({ type: 'mcp', name: 'weather' });
  expect((await send('DELETE', '/tools/weather')).status).toBe(200);
  expect((await send('GET', '/tools/weather')).status).toBe(404);
  expect((await send('GET', '/tools')).json).toEqual([]);
  expect((await send('GET', '/tools', undefined, 'oaa_test_bob')).json).toHaveLength(1);
});

test('what a run uses is counted once it is over', async () => {
  const { send, talk, agent } = await serving('0.7');
  const path = `/agents/${await agent('Tutor')}`;
  const used = async () => ((await send('GET', '/account/usage')).json as { transactions: object[] }).transactions;
  expect(await used()).toEqual([]);
  await talk(path, [user('12345678')]);
  expect(await used()).toMatchObject([{ method: 'POST', input_tokens: 2, output_tokens: 2 }]);
});
