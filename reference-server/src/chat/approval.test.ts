import type { Agent } from '../agent.ts';
import type { Script } from '@agentproto/script';
import { describe, expect, test } from 'vitest';
import { assistant, brief, briefs, clientOf, scripted, startServer, STREAMS, user, WAYS } from './client.test.kit.ts';

const script: Script = {
  steps: [
    { text: 'Shall I?' },
    {
      tool: {
        by: 'approval',
        calls: [
          { name: 'delete', args: { pod: 'a' }, output: 'gone', description: 'Deletes a pod' },
          { name: 'count', output: { n: 3 } },
        ],
      },
    },
  ],
  turns: [{ steps: [{ text: 'That was it.' }] }],
};
const begin = scripted(script);
const approved = (id: string, name = 'delete') => ({ id, name, input: {}, execute: true });
const rejected = (id: string, reason: string) => ({
  id,
  name: 'delete',
  input: {},
  execute: false,
  rejection_reason: reason,
});
const unified = <Decision extends object>(decision: Decision) => ({ ...decision, type: 'tool_call' });

describe.each(WAYS)('over %s', (way) => {
  const after = async (...rest: Parameters<ReturnType<typeof clientOf>['events']>[1]) =>
    briefs(await clientOf(await startServer()).events(way, [begin, assistant('Shall I?'), ...rest]));

  test('nothing runs before a decision, and the call waits in both forms', async () => {
    const events = await clientOf(await startServer()).events(way, [begin]);
    expect(briefs(events)).toEqual(['text Shall I?', 'approvals call-1 call-2', 'tool_calls call-1 call-2', 'done']);
    expect(events.find(({ type }) => type === 'tool_calls')).toMatchObject({
      tool_calls: [
        {
          id: 'call-1',
          name: 'delete',
          input: { pod: 'a' },
          execute: false,
          tool_description: 'Deletes a pod',
          input_description: {},
        },
        {},
      ],
    });
  });

  test('approved in the last message', async () => {
    const data = { tool_calls: [approved('call-2', 'count'), approved('call-1')] };
    expect(await after(user('', { data }))).toEqual([
      'executed_tool_calls call-2={"n":3} call-1=gone',
      'text That was it.',
      'done',
    ]);
  });

  test('approved in the assistant message, with a text after it', async () => {
    const data = { tool_calls: [approved('call-1'), approved('call-2')] };
    const events = await clientOf(await startServer()).events(way, [
      begin,
      assistant('Shall I?', { data }),
      user('Yes, approved'),
    ]);
    expect(briefs(events)).toEqual(['executed_tool_calls call-1=gone call-2={"n":3}', 'text That was it.', 'done']);
  });

  test('rejected with a reason', async () => {
    const data = { tool_calls: [rejected('call-1', 'too dear'), approved('call-2')] };
    expect(await after(user('', { data }))).toEqual([
      'executed_tool_calls call-1=Tool rejected: too dear call-2={"n":3}',
      'text That was it.',
      'done',
    ]);
  });

  test('decided in the unified form', async () => {
    const data = { approvals: [unified(approved('call-1')), unified(rejected('call-2', 'no'))] };
    expect(await after(user('', { data }))).toEqual([
      'executed_approvals call-1=gone call-2=Rejected: no',
      'text That was it.',
      'done',
    ]);
  });

  test('decided in both forms, it runs once', async () => {
    const data = {
      tool_calls: [approved('call-1')],
      approvals: [unified(approved('call-1')), unified(approved('call-2'))],
    };
    expect(await after(user('', { data }))).toEqual([
      'executed_tool_calls call-1=gone',
      'executed_approvals call-2={"n":3}',
      'text That was it.',
      'done',
    ]);
  });

  test('undecided, it is asked again; with one left open, all of them', async () => {
    const again = ['approvals call-1 call-2', 'tool_calls call-1 call-2', 'done'];
    const open = [{ id: 'call-1', name: 'delete', input: {}, execute: false }];
    const text = way === 'HTTP' ? ['text I need your approval to execute the following tools:'] : [];
    expect(await after(user('What for?', { data: { tool_calls: open } }))).toEqual([...text, ...again]);
    expect(await after(user('', { data: { tool_calls: [approved('call-1')] } }))).toEqual([...text, ...again]);
    const data = { tool_calls: [approved('call-1'), approved('call-2')] };
    expect(await after(user('What for?'), assistant('This.'), user('', { data }))).toEqual([
      'executed_tool_calls call-1=gone call-2={"n":3}',
      'text That was it.',
      'done',
    ]);
  });

  test('a decision that is history is not carried out again', async () => {
    const data = { tool_calls: [approved('call-1'), approved('call-2')] };
    expect(await after(user('', { data }), assistant('That was it.'), user('Thanks'))).toEqual(['text Thanks', 'done']);
  });

  test('what nobody proposed does not run, and no command ever does', async () => {
    const data = {
      tool_calls: [approved('call-9', 'nope'), rejected('call-8', 'no')],
      cmds: [
        { command: 'rm -rf /', execute: true },
        { command: 'ls', rejection_reason: 'dull' },
      ],
      approvals: [{ ...approved('cmd', 'execute_terminal_cmd'), type: 'command' }],
    };
    const events = await clientOf(await startServer()).events(way, [user('hi', { data })]);
    expect(briefs(events)).toEqual([
      "executed_tool_calls call-9=Tool 'nope' not found call-8=Tool rejected: no",
      'executed_commands rm -rf /=Commands are never run here. ls=Rejected: dull',
      "executed_approvals cmd=Tool 'execute_terminal_cmd' not found",
      'text hi',
      'done',
    ]);
  });

  test('known and unknown calls are told together, in the order of the decisions', async () => {
    const data = { tool_calls: [approved('call-9', 'nope'), approved('call-1'), approved('call-2')] };
    expect(await after(user('', { data }))).toEqual([
      'executed_tool_calls call-9=Tool \'nope\' not found call-1=gone call-2={"n":3}',
      'text That was it.',
      'done',
    ]);
    const open = { tool_calls: [approved('call-9', 'nope'), approved('call-1')] };
    expect((await after(user('', { data: open })))[0]).toBe("executed_tool_calls call-9=Tool 'nope' not found");
  });

  test('calls that the client runs wait in one form, and come back as executed', async () => {
    const client = clientOf(await startServer());
    const ask = scripted({
      steps: [{ text: '?' }, { tool: { by: 'client', calls: [{ name: 'weather' }] } }],
      turns: [{ steps: [{ text: 'Thanks' }] }],
    });
    expect(briefs(await client.events(way, [ask]))).toEqual(['text ?', 'tool_calls call-1', 'done']);
    const data = { executed_tool_calls: [{ id: 'call-1', name: 'weather', input: {}, output: 'sunny' }] };
    expect(briefs(await client.events(way, [ask, user('', { data })]))).toEqual(['text Thanks', 'done']);
  });
});

test.each(STREAMS)('over %s the end says that something is asked', async (way) => {
  const client = clientOf(await startServer());
  expect((await client.events(way, [begin])).at(-1)).toEqual({ type: 'done', stop_reason: 'tool_use', meta_data: {} });
  expect((await client.events(way, [user('x')])).map(brief)).toEqual(['text x', 'done']);
});

/** Says what was decided; asks about a call where nothing was. */
const own: Agent = ({ input }) =>
  (async function* () {
    const { decisions = [] } = input;
    yield { type: 'text' as const, text: JSON.stringify(decisions) };
    if (decisions.length > 0) return;
    const calls = ['mine', 'yours'].map((id) => ({ id, name: 'x', args: {} }));
    yield { type: 'tool-request' as const, by: 'approval' as const, calls };
  })();

describe("an agent of somebody's own", () => {
  const data = { tool_calls: [approved('mine'), rejected('yours', 'no')] };
  const heard = 'text [{"id":"mine","approved":true},{"id":"yours","approved":false,"reason":"no"}]';

  test('sees the decisions, and answers for them', async () => {
    const client = clientOf(await startServer({ agent: own }));
    await client.chat([user('x')]);
    expect(briefs(await client.events('HTTP', [user('', { data })]))).toEqual([heard, 'done']);
  });

  test('does not hear of calls that it did not ask about, nor of those that were decided before', async () => {
    const client = clientOf(await startServer({ agent: own }));
    const strange = { tool_calls: [approved('strange')], approvals: [] };
    const refused = (id: string) => `${id}=Refused: no call "${id}" waits for a decision`;
    expect((await client.events('NDJSON', [user('', { data: strange })])).map(brief).slice(0, 2)).toEqual([
      `executed_tool_calls ${refused('strange')}`,
      'text []',
    ]);
    // Asked about, decided, and sent once more.
    expect(briefs(await client.events('NDJSON', [user('', { data })]))[0]).toBe(heard);
    expect(briefs(await client.events('NDJSON', [user('', { data })])).slice(0, 2)).toEqual([
      `executed_tool_calls ${refused('mine')} yours=Tool rejected: no`,
      'text []',
    ]);
  });

  test('of one caller does not hear of the calls of another', async () => {
    const server = await startServer({ agent: own, identities: { alice: 'key-a', bob: 'key-b' } });
    await clientOf(server, 'chat@docs', 'key-a').chat([user('x')]);
    const [first] = await clientOf(server, 'chat@docs', 'key-b').events('HTTP', [user('', { data })]);
    expect(brief(first!)).toContain('Refused');
  });

  test('hears of them all in DCAF 2.1.0', async () => {
    const client = clientOf(await startServer({ agent: own }), 'chat@dcaf-2.1');
    expect(briefs(await client.events('NDJSON', [user('', { data })]))[0]).toBe(heard);
  });
});
