import {
  functionTool,
  openAgentClient,
  type OpenAgentOptions,
  type Revision,
  run,
  vectorOf,
} from '@agentproto/client/open-agent';
import { createReferenceServer } from '@agentproto/reference-server';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { failureOf } from '../scripted-server.ts';

let server: Awaited<ReturnType<typeof createReferenceServer>>;
const deviations: string[] = [];
beforeAll(async () => {
  server = await createReferenceServer({ protocols: ['open-agent@0.7', 'open-agent@readme'] });
});
afterAll(() => server.close());

function clientOf(revision: Revision, options: OpenAgentOptions = {}) {
  const client = openAgentClient(server.urls[`open-agent@${revision}`]!, {
    revision,
    apiKey: 'oaa_test_ada',
    onDeviation: ({ kind, message }) => deviations.push(`${kind}: ${message}`),
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}
const scripted = (script: object) => `@script ${JSON.stringify(script)}`;
const look = functionTool<{ at: string }>({
  name: 'look',
  description: 'Looks somewhere',
  parameters: { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] },
  run: ({ at }) => `nothing at ${at}`,
});
const asking = (name: string, args: object) => ({ tool: { by: 'client', calls: [{ name, args }] } });

describe.each<Revision>(['0.7', 'readme'])('%s', (revision) => {
  test('an agent is made, found, and answers the same in one piece and as a stream', async () => {
    const client = clientOf(revision);
    const agent = await client.agents.create({ name: 'Tutor', model: 'agentproto', tools: [look.param] });
    expect(agent).toMatchObject({ id: expect.any(String), name: 'Tutor' });
    expect(JSON.stringify(await client.agents.get(agent.id))).toContain('look');
    expect((await client.agents.list()).map(({ id }) => id)).toContain(agent.id);
    const whole = await client.agents.run(agent.id, '@chunks 3');
    const stream = client.agents.stream(agent.id, '@chunks 3');
    const names: string[] = [];
    for await (const { event } of stream) names.push(event);
    const { status, content } = await stream.final();
    expect([status, content]).toEqual(['succeeded', 'chunk-1 chunk-2 chunk-3 ']);
    expect(whole.content).toBe(content);
    expect([names[0], names.at(-1)]).toEqual(['RunStarted', 'RunCompleted']);
    expect(await failureOf(client.agents.get('nobody'))).toMatchObject({ status: 404 });
    expect(await failureOf(clientOf(revision, { apiKey: 'oaa_test_bob' }).agents.get(agent.id))).toMatchObject({
      status: 404,
    });
    if (revision === 'readme') return;
    await client.agents.update(agent.id, { name: 'Teacher' });
    expect(await client.agents.get(agent.id)).toMatchObject({ name: 'Teacher' });
    await client.agents.delete(agent.id);
    expect(await failureOf(client.agents.get(agent.id))).toMatchObject({ status: 404 });
  });

  test('the loop of tools: two rounds, both tools of a round, a tool that nobody has', async () => {
    const client = clientOf(revision);
    const { id } = await client.agents.create({ name: 'Tutor', model: 'agentproto' });
    const script = scripted({
      steps: [{ text: 'Let me see. ' }, asking('look', { at: 'a' })],
      turns: [{ steps: [asking('look', { at: 'b' })] }, { steps: [{ text: 'Both seen.' }] }],
    });
    const results: string[] = [];
    const onToolResult = (_: unknown, { content }: { content: string }) => results.push(content);
    const done = await run(client.agents.of(id), script, { tools: [look], onToolResult });
    expect(done).toMatchObject({ content: 'Both seen.', rounds: 3, pending: [] });
    expect(results).toEqual(['nothing at a', 'nothing at b']);
    const other = functionTool({ name: 'smell', description: 'Smells', run: () => 'roses' });
    const stopped = await run(
      client.agents.of(id),
      { messages: [{ role: 'user', content: script }], tools: [look.param] },
      { tools: [other] },
    );
    expect(stopped.pending).toMatchObject([{ tool: 'look', input: { at: 'a' } }]);
    expect(await failureOf(run(client.agents.of(id), script, { tools: [look], maxRounds: 2 }))).toMatchObject({
      code: 'ROUNDS_EXCEEDED',
    });
  });

  test('a failure is an error in one piece, and a run that failed as a stream', async () => {
    const { agents } = clientOf(revision);
    const { id } = await agents.create({ name: 'Tutor', model: 'agentproto' });
    expect(await failureOf(agents.run(id, '@fail no luck'))).toMatchObject({ status: 500, reason: /no luck/ });
    expect(await agents.stream(id, '@fail no luck').final()).toMatchObject({ status: 'failed' });
    const strict = agents.stream(id, '@fail no luck', { expectCompleted: true }).final();
    expect(await failureOf(strict)).toMatchObject({ code: 'RUN_NOT_COMPLETED' });
    const busy = failureOf(agents.run(id, '@busy 1s', { retry: false }));
    expect(await busy).toMatchObject({ status: 429, retryAfterMs: 1_000, retryable: true });
  });

  test('who leaves cancels the run', async () => {
    const { agents } = clientOf(revision);
    const { id } = await agents.create({ name: 'Tutor', model: 'agentproto' });
    for await (const { event } of agents.stream(id, '@hold for-ever')) if (event === 'RunStarted') break;
    expect(await agents.run(id, 'Still there?')).toMatchObject({ content: 'Still there?' });
    expect(server.errors).toEqual([]);
  });

  test('a team answers as one, and who speaks is known', async () => {
    const client = clientOf(revision);
    const [ada, bob] = await Promise.all(
      ['Ada', 'Bob'].map((name) => client.agents.create({ name, model: 'agentproto' })),
    );
    const team = await client.teams.create({
      name: 'Repair',
      members: [
        { agent_id: ada!.id, role: 'Researcher' },
        { agent_id: bob!.id, role: 'Coder', is_leader: true },
      ],
    });
    const leaders = (await client.teams.get(team.id!)).members!.filter(({ is_leader: leads }) => leads);
    expect(leaders).toMatchObject([{ agent_id: bob!.id }]);
    const done = await client.teams.stream(team.id!, 'Why?').final();
    expect(done.status).toBe('succeeded');
    expect(done.content.length).toBeGreaterThan(0);
    expect([...new Set(done.contributions.map(({ from }) => from))].every((name) => /^(Ada|Bob)$/.test(name))).toBe(
      true,
    );
    expect(done.contributions.length).toBeGreaterThan(0);
    expect((await client.teams.run(team.id!, 'Why?')).content.length).toBeGreaterThan(0);
    const script = scripted({ steps: [asking('look', { at: 'a' })], turns: [{ steps: [{ text: 'Seen.' }] }] });
    expect(await run(client.teams.of(team.id!), script, { tools: [look] })).toMatchObject({ content: 'Seen.' });
    const unknown = client.teams.create({ name: 'x', members: [{ agent_id: 'nobody', role: 'r' }] });
    expect(await failureOf(unknown)).toMatchObject({ status: 400 });
    if (revision === '0.7') expect((await client.teams.list()).map(({ id }) => id)).toContain(team.id);
  });

  test('models answer as OpenAI has them', async () => {
    const { chat, models } = clientOf(revision);
    const messages = [{ role: 'user' as const, content: 'Hello' }];
    const whole = await chat.create({ model: 'gpt-5', messages });
    expect(whole.choices[0]!.message.content).toBe('Hello');
    const stream = chat.stream({ model: 'gpt-5', messages, stream_options: { include_usage: true } });
    const final = await stream.final();
    expect(whole.choices).toMatchObject(final.choices);
    expect(final.usage).toEqual(whole.usage);
    expect((await models.list()).data.length).toBeGreaterThan(0);
    const many = await chat.stream({ model: 'chunks', n: 2, messages }).final();
    expect(many.choices.map(({ index, message }) => [index, message.content])).toEqual(
      [0, 1].map((index) => [index, expect.stringContaining('chunk-10')]),
    );
  });
});

test('knowledge, completions and embeddings of the README', async () => {
  const { knowledge, completions, embeddings } = clientOf('readme');
  const pods = await knowledge.add({ text: 'A pod restarts when its probe fails.' });
  await knowledge.add({ text: 'Bread is made of flour.' });
  const [first] = await knowledge.search('why does the pod restart', { limit: 1 });
  expect(first).toMatchObject({ id: pods.id, text: /pod/ });
  expect(await clientOf('readme', { apiKey: 'oaa_test_bob' }).knowledge.search('pod')).toEqual([]);
  await knowledge.delete(pods.id);
  expect((await knowledge.search('pod')).map(({ id }) => id)).not.toContain(pods.id);
  const asked = { model: 'gpt-3.5', prompt: 'Once' };
  const whole = await completions.create(asked);
  const { choices } = await completions.stream(asked).final();
  expect(choices[0]!.text).toBe(whole.choices[0]!.text);
  const vectors = await Promise.all(
    (['float', 'base64'] as const).map(async (encoding_format) =>
      vectorOf((await embeddings.create({ model: 'e', input: 'pods', encoding_format })).data[0]!),
    ),
  );
  expect(vectors[0]!.length).toBeGreaterThan(10);
  expect(vectors[1]!.map((each) => each.toFixed(5))).toEqual(vectors[0]!.map((each) => each.toFixed(5)));
});

test('the MCP paths, and nothing unusual was told', async () => {
  const { mcp } = clientOf('0.7');
  expect(await mcp.info()).toBeDefined();
  for await (const { event, data } of mcp.events()) {
    if (event !== 'endpoint') continue;
    expect(data).toMatch(/\/mcp\/messages/);
    break;
  }
  expect(deviations).toEqual([]);
});
