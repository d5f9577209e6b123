import { createReferenceServer, type ReferenceServer } from '@agentproto/reference-server';
import type { Script } from '@agentproto/script';
import { differences, outcome, type Outcome } from '@agentproto/script/outcome';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { A2AFamily } from './a2a/driver.ts';
import { a2a01, a2a02, a2a03 } from './a2a/eras/families.ts';
import { a2a10 } from './a2a/family.ts';
import { observeStream } from './a2a/observe.ts';
import { chatDocs } from './chat/family.ts';
import { observe } from './chat/observe.ts';
import type { Detected, DriverTools, SuiteFamily } from './kit/family.ts';
import { Lenience } from './kit/lenience.ts';
import { Patience } from './kit/patience.ts';
import { scriptProfile } from './kit/profile.ts';
import { Recorder } from './recorder/recorder.ts';
import { responsesOpenAI } from './responses/family.ts';
import { observe as observeResponse } from './responses/observe.ts';

/** One agent, many wires: the same script shows the same outcome over each, as far as the wire can show it. */

let server: ReferenceServer;
const recorder = new Recorder();
const tools: DriverTools = {
  recorder,
  profile: scriptProfile,
  patienceMs: 5_000,
  patience: new Patience(5_000),
  unique: () => crypto.randomUUID(),
  lenience: new Lenience(),
  callers: { own: [] },
};

beforeAll(async () => void (server = await createReferenceServer()));
afterAll(async () => {
  await recorder.close();
  await server.close();
});

async function driver<Driver, Found extends Detected>(
  family: SuiteFamily<Driver, Found>,
  binding: string,
): Promise<Driver> {
  const { found } = await family.detect(recorder, new URL(server.urls[family.id]!), { named: true });
  if (!found) throw new Error(`${family.id} is not spoken`);
  return family.driver(found, binding, tools);
}

/** Says the script and, where a call waits, approves it; what is seen of each turn. */
type Wire = (script: Script) => Promise<Partial<Outcome>[]>;

const a2a =
  (binding: string, family: A2AFamily = a2a10): Wire =>
  async (script) => {
    const agent = await driver(family, binding);
    const first = await (await agent.stream({ word: 'approval', script })).drain();
    const opening = first.views[0];
    if (opening?.kind !== 'task' || opening.id === undefined || first.state !== 'input-required')
      return [observeStream(first.views) as Partial<Outcome>];
    const decision = { data: { toolDecision: { id: 'call-1', approved: true } } };
    const second = await (await agent.stream('', { taskId: opening.id, parts: [decision] })).drain();
    return [observeStream(first.views), observeStream(second.views)] as Partial<Outcome>[];
  };

const chat =
  (binding: string): Wire =>
  async (script) => {
    const agent = await driver(chatDocs, binding);
    const begun = agent.begin({ word: 'approval', script });
    const first = await agent.ask(begun);
    const [call] = first.value.pending;
    if (call?.id === undefined) return [observe(first) as Partial<Outcome>];
    const second = await agent.ask(begun.decide(first, [{ call: { ...call, id: call.id }, approved: true }]));
    return [observe(first), observe(second)] as Partial<Outcome>[];
  };

/** OpenAI's, for that one has approvals. */
const responses =
  (binding: string): Wire =>
  async (script) => {
    const agent = await driver(responsesOpenAI, binding);
    // Over a connection of its own each turn: what it goes on from is kept.
    const first = await agent.ask({ word: 'approval', script });
    const request = first.items.find(({ type }) => type === 'mcp_approval_request');
    if (!request) return [observeResponse(first) as Partial<Outcome>];
    const yes = { type: 'mcp_approval_response', approval_request_id: request['id'], approve: true };
    const second = await agent.ask([yes], { previous_response_id: first.id });
    return [observeResponse(first), observeResponse(second)] as Partial<Outcome>[];
  };

const wires: [name: string, wire: Wire, visible: (keyof Outcome)[]][] = [
  ['A2A over JSON-RPC', a2a('JSONRPC'), ['text', 'statuses', 'end']],
  ['A2A over HTTP+JSON', a2a('HTTP+JSON'), ['text', 'statuses', 'end']],
  ['A2A 0.3 over JSON-RPC', a2a('JSONRPC', a2a03), ['text', 'statuses', 'end']],
  ['A2A 0.3 over HTTP+JSON', a2a('HTTP+JSON', a2a03), ['text', 'statuses', 'end']],
  ['A2A 0.2 over JSON-RPC', a2a('JSONRPC', a2a02), ['text', 'statuses', 'end']],
  ['A2A 0.1 over JSON-RPC', a2a('JSONRPC', a2a01), ['text', 'statuses', 'end']],
  // An answer in one piece has no place for what was said on the way.
  ['chat over HTTP', chat('HTTP'), ['text', 'end']],
  ['chat over NDJSON', chat('NDJSON'), ['text', 'statuses', 'end']],
  ['chat over WebSocket', chat('WebSocket'), ['text', 'statuses', 'end']],
  ['Responses over HTTP', responses('HTTP'), ['text', 'statuses', 'end']],
  ['Responses over SSE', responses('SSE'), ['text', 'statuses', 'end']],
  ['Responses over WebSocket', responses('WebSocket'), ['text', 'statuses', 'end']],
];

const scripts: [name: string, script: Script][] = [
  [
    'an answer in pieces',
    { steps: [{ status: 'looking' }, { text: 'Plan ' }, { text: 'a trip é 漢' }, { end: 'completed' }] },
  ],
  ['a failure in mid-answer', { steps: [{ text: 'so far' }, { end: 'failed', text: 'no luck' }] }],
  [
    'a call that is approved',
    {
      steps: [
        { status: 'looking' },
        { tool: { by: 'approval', calls: [{ name: 'delete', args: { pod: 'nginx' }, output: 'gone' }] } },
      ],
      turns: [{ steps: [{ text: 'That is it.' }, { end: 'completed' }] }],
    },
  ],
];

describe.each(scripts)('%s', (_name, script) => {
  const approved = { text: '', decisions: [{ id: 'call-1', approved: true }] };
  const expected = [outcome(script), ...(script.turns ? [outcome(script, 1, approved)] : [])];

  test.each(wires)('%s', async (_wire, wire, visible) => {
    const turns = await wire(script);
    // `end` must be there; what else a wire cannot show of this turn, it leaves out.
    const shown = (turn: Partial<Outcome>) => visible.filter((name) => name === 'end' || name in turn);
    expect(turns.map((turn, index) => differences(expected[index]!, turn, shown(turn)))).toEqual(
      expected.map(() => []),
    );
  });

  test('a call that waits looks the same over every wire', async () => {
    const seen = await Promise.all(
      wires.map(async ([, wire]) => (await wire(script))[0]?.tools?.map(({ name, args }) => ({ name, args }))),
    );
    const { tools: asked } = expected[0]!;
    for (const calls of seen) expect(calls).toEqual(asked.map(({ name, args }) => ({ name, args })));
  });
});

test.each(['HTTP', 'SSE', 'WebSocket'])('what Responses alone can show is the same over %s', async (binding) => {
  const script: Script = {
    steps: [
      { reason: 'Two cities ' },
      { reason: 'match.' },
      { tool: { by: 'server', calls: [{ name: 'look-up', args: { word: 'owl' }, output: 'a bird' }] } },
      { refuse: 'I will not ' },
      { refuse: 'say more.' },
      { end: 'completed' },
    ],
  };
  const [turn] = await responses(binding)(script);
  const expected = outcome(script);
  expect(differences(expected, turn!, ['text', 'reasoning', 'refusal', 'end'])).toEqual([]);
  expect(turn?.tools).toEqual(expected.tools.map(({ name, args, output }) => ({ name, args, output })));
});
