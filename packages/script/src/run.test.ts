import { describe, expect, test } from 'vitest';
import { AgentCrash } from './agent-crash.ts';
import type { AgentEvent } from './event.ts';
import { parseScript } from './parse.ts';
import { run, type RunContext } from './run.ts';
import type { Script, Step } from './script.ts';
import { VirtualClock } from './virtual-clock.ts';

const play = (script: unknown, context?: RunContext): Promise<AgentEvent[]> =>
  Array.fromAsync(run(parseScript(script), context));

const COMPLETED: AgentEvent = { type: 'end', state: 'completed' };
const CANCELED: AgentEvent = { type: 'end', state: 'canceled' };
const ASKING: AgentEvent = { type: 'end', state: 'input-required' };

describe('steps', () => {
  test('an empty script completes', async () => {
    expect(await play([])).toEqual([COMPLETED]);
  });

  test('each simple step is one event', async () => {
    expect(
      await play([
        { status: 's' },
        { text: 't' },
        { reason: 'r' },
        { refuse: 'n' },
        { delegate: { from: 'b', text: 'x' } },
        { usage: { input: 1, output: 2 } },
        { wire: 'stall' },
        { end: 'failed', text: 'why' },
      ]),
    ).toEqual([
      { type: 'status', text: 's' },
      { type: 'text', text: 't' },
      { type: 'reasoning', text: 'r' },
      { type: 'refusal', text: 'n' },
      { type: 'delegation', from: 'b', text: 'x' },
      { type: 'usage', input: 1, output: 2 },
      { type: 'wire', fault: 'stall' },
      { type: 'end', state: 'failed', text: 'why' },
    ]);
  });

  test('a reply ends the turn', async () => {
    expect(await play([{ reply: [{ text: 'a' }] }])).toEqual([{ type: 'reply', parts: [{ text: 'a' }] }]);
  });

  test('throw crashes after what came before', async () => {
    const seen: AgentEvent[] = [];
    const crash = (async () => {
      for await (const event of run({ steps: [{ text: 'a' }, { throw: 'boom' }] })) seen.push(event);
    })();
    await expect(crash).rejects.toThrow(new AgentCrash('boom'));
    expect(seen).toEqual([{ type: 'text', text: 'a' }]);
  });

  test('busy says when to come again', async () => {
    const events = run({ steps: [{ busy: 250 }] });
    expect(events.take(9)).toEqual([]);
    await expect(events.next()).rejects.toMatchObject({ code: 'AGENT_BUSY', retryAfterMs: 250 });
  });

  test('artifacts get their ids, and last by what follows', async () => {
    const parts = [{ text: 'a' }];
    const events = await play([
      { artifact: { parts, name: 'n' } },
      { artifact: { id: 'own', parts } },
      { artifact: { append: true, parts } },
      { artifact: { id: 'artifact-1', append: true, parts } },
      { artifact: { parts, last: false } },
      { artifact: { id: 'own', parts } },
      { artifact: { id: 'own', parts } },
      { artifact: { append: true, parts } },
    ]);
    expect(events.slice(0, -1)).toEqual([
      { type: 'artifact', artifact: { id: 'artifact-1', name: 'n', parts }, append: false, last: false },
      { type: 'artifact', artifact: { id: 'own', parts }, append: false, last: false },
      { type: 'artifact', artifact: { id: 'own', parts }, append: true, last: true },
      { type: 'artifact', artifact: { id: 'artifact-1', parts }, append: true, last: true },
      { type: 'artifact', artifact: { id: 'artifact-3', parts }, append: false, last: false },
      { type: 'artifact', artifact: { id: 'own', parts }, append: false, last: true },
      { type: 'artifact', artifact: { id: 'own', parts }, append: false, last: false },
      { type: 'artifact', artifact: { id: 'own', parts }, append: true, last: true },
    ]);
  });

  test('pad sends counted filler in even chunks, the last of them last', async () => {
    const events = await play([{ pad: { bytes: 20, chunks: 3 } }, { pad: { bytes: 3, id: 'x' } }]);
    expect(events.slice(0, -1)).toEqual([
      { type: 'artifact', artifact: { id: 'artifact-1', parts: [{ text: '000000' }] }, append: false, last: false },
      { type: 'artifact', artifact: { id: 'artifact-1', parts: [{ text: '0 00000' }] }, append: true, last: false },
      { type: 'artifact', artifact: { id: 'artifact-1', parts: [{ text: '01 0000' }] }, append: true, last: true },
      { type: 'artifact', artifact: { id: 'x', parts: [{ text: '000' }] }, append: false, last: true },
    ]);
  });

  test('the largest pad is as long as it says, and takes no time', async () => {
    let length = 0;
    let chunks = 0;
    for await (const event of run(parseScript([{ pad: { bytes: 10_485_760, chunks: 10_000 } }]))) {
      if (event.type !== 'artifact') continue;
      chunks++;
      length += event.artifact.parts[0]?.text?.length ?? 0;
    }
    expect([length, chunks]).toEqual([10_485_760, 10_000]);
  });

  test('a tool that the server runs: request, result, and on it goes', async () => {
    const tool: Step = {
      tool: { by: 'server', calls: [{ name: 'add', args: { a: 1 }, output: 3, description: 'adds' }, { name: 'nil' }] },
    };
    expect(await play([tool, { tool: { by: 'server', calls: [{ name: 'x', output: 'y' }] } }])).toEqual([
      {
        type: 'tool-request',
        by: 'server',
        calls: [
          { id: 'call-1', name: 'add', args: { a: 1 }, description: 'adds' },
          { id: 'call-2', name: 'nil', args: {} },
        ],
      },
      {
        type: 'tool-result',
        by: 'server',
        results: [
          { id: 'call-1', name: 'add', args: { a: 1 }, output: 3 },
          { id: 'call-2', name: 'nil', args: {}, output: null },
        ],
      },
      { type: 'tool-request', by: 'server', calls: [{ id: 'call-3', name: 'x', args: {} }] },
      { type: 'tool-result', by: 'server', results: [{ id: 'call-3', name: 'x', args: {}, output: 'y' }] },
      COMPLETED,
    ]);
  });

  test('expect goes on when the message is as said, whatever the order of members', async () => {
    const script = [{ expect: { text: 'hi', data: { a: 1, b: [2] } } }];
    expect(await play(script, { input: { text: 'hi', data: [0, { b: [2], a: 1 }] } })).toEqual([COMPLETED]);
  });

  test.each([
    [{ expect: { text: 'hi' } }, { text: 'ho' }, 'expected the text "hi", got "ho"'],
    [
      { expect: { data: { a: 1 } } },
      { text: '', data: [{ a: 1, b: 1 }, [1]] },
      'expected the data {"a":1}, got [{"a":1,"b":1},[1]]',
    ],
    [
      { expect: { data: { a: 1, b: 1 } } },
      { text: '', data: [{ a: 1 }] },
      'expected the data {"a":1,"b":1}, got [{"a":1}]',
    ],
    [{ expect: { data: [1, 2] } }, { text: '', data: [[1]] }, 'expected the data [1,2], got [[1]]'],
    [{ expect: { data: [1] } }, { text: '' }, 'expected the data [1], got none'],
    [{ expect: { text: 'x' } }, { text: 'y'.repeat(1_000) }, `expected the text "x", got "${'y'.repeat(199)}…`],
  ])('%j fails the turn otherwise', async (step, input, text) => {
    expect(await play([step, { text: 'never' }], { input })).toEqual([{ type: 'end', state: 'failed', text }]);
  });

  test('echo answers first with what came', async () => {
    const request = { method: 'POST', headers: { 'a2a-version': '1.0' } };
    const events = await play({ steps: [{ text: 'a' }], echo: true }, { input: { text: 'hi', request } });
    expect(events[0]).toEqual({
      type: 'artifact',
      artifact: { id: 'request-info', parts: [{ data: { text: 'hi', request } }] },
      append: false,
      last: true,
    });
    expect(events.slice(1)).toEqual([{ type: 'text', text: 'a' }, COMPLETED]);
  });
});

describe('turns', () => {
  const script: Script = { steps: [{ end: 'input-required', text: '?' }], turns: [{ steps: [{ text: 'one' }] }] };

  test('the k-th follow-up runs the k-th turn; past the last one the text is said back', async () => {
    expect(await play(script, { turn: 1 })).toEqual([{ type: 'text', text: 'one' }, COMPLETED]);
    expect(await play(script, { turn: 2, input: { text: 'and?' } })).toEqual([
      { type: 'text', text: 'and?' },
      COMPLETED,
    ]);
    expect(await play(script, { turn: 9 })).toEqual([COMPLETED]);
  });

  test('a turn has its own echo and onCancel, or the script’s', async () => {
    const both: Script = { steps: [], echo: true, turns: [{ steps: [] }, { steps: [], echo: false }] };
    expect(await play(both, { turn: 1 })).toHaveLength(2);
    expect(await play(both, { turn: 2 })).toHaveLength(1);
    expect(await play(both, { turn: 3 })).toHaveLength(2);
    const stubborn: Script = {
      steps: [],
      onCancel: 'ignore',
      turns: [{ steps: [] }, { steps: [], onCancel: 'cooperate' }],
    };
    expect(await play(stubborn, { turn: 1, signal: AbortSignal.abort() })).toEqual([COMPLETED]);
    expect(await play(stubborn, { turn: 2, signal: AbortSignal.abort() })).toEqual([CANCELED]);
  });

  test('what the caller ran comes first in the next turn', async () => {
    const asks: Script = {
      steps: [
        {
          tool: {
            by: 'client',
            calls: [
              { name: 'ask', args: { q: 1 } },
              { name: 'see', id: 'eye' },
            ],
          },
        },
      ],
      turns: [{ steps: [{ text: 'thanks' }] }],
    };
    const calls = [
      { id: 'call-1', name: 'ask', args: { q: 1 } },
      { id: 'eye', name: 'see', args: {} },
    ];
    const request: AgentEvent = { type: 'tool-request', by: 'client', calls };
    expect(await play(asks)).toEqual([request, ASKING]);
    const outputs = [
      { id: 'eye', output: null },
      { id: 'call-1', output: [1] },
      { id: 'stranger', output: 1 },
    ];
    expect(await play(asks, { turn: 1, input: { text: '', outputs } })).toEqual([
      {
        type: 'tool-result',
        by: 'client',
        results: [
          { ...calls[0], output: [1] },
          { ...calls[1], output: null },
        ],
      },
      { type: 'text', text: 'thanks' },
      COMPLETED,
    ]);
    // One is open: all are asked again. Decisions are no outputs.
    const some = { text: '', outputs: outputs.slice(0, 1), decisions: [{ id: 'call-1', approved: true }] };
    expect(await play(asks, { turn: 1, input: some })).toEqual([request, ASKING]);
  });

  test('approved calls have run, rejected ones have not, also where no turn is scripted', async () => {
    const pays: Script = {
      steps: [
        { tool: { by: 'server', calls: [{ name: 'look' }] } },
        { tool: { by: 'approval', calls: [{ name: 'pay', output: 'paid' }, { name: 'tip' }, { name: 'log' }] } },
      ],
    };
    const decisions = [
      { id: 'call-2', approved: true },
      { id: 'call-3', approved: false, reason: 'no' },
      { id: 'call-4', approved: false },
    ];
    expect(await play(pays, { turn: 1, input: { text: 'ok', decisions } })).toEqual([
      {
        type: 'tool-result',
        by: 'approval',
        results: [
          { id: 'call-2', name: 'pay', args: {}, output: 'paid' },
          { id: 'call-3', name: 'tip', args: {}, rejected: { reason: 'no' } },
          { id: 'call-4', name: 'log', args: {}, rejected: {} },
        ],
      },
      { type: 'text', text: 'ok' },
      COMPLETED,
    ]);
    const [again, end] = await play(pays, { turn: 1, input: { text: 'ok', decisions: decisions.slice(1) } });
    expect(again).toMatchObject({
      type: 'tool-request',
      by: 'approval',
      calls: [{ id: 'call-2' }, { id: 'call-3' }, { id: 'call-4' }],
    });
    expect(end).toEqual(ASKING);
  });
});

describe('time', () => {
  test('sleep lasts as long as it says', async () => {
    const clock = new VirtualClock();
    const events = play([{ sleep: 5_000 }], { clock }).then((list) => ({ list, at: clock.now() }));
    await clock.sleeping();
    await clock.advance(4_999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await events).toEqual({ list: [COMPLETED], at: 5_000 });
  });

  test.each(['cancel', 'signal'])('hold until %s goes on after maxMs, 10 s by default', async (until) => {
    const clock = new VirtualClock();
    const hold = { until, ...(until === 'signal' && { signal: 'go' }) };
    const events = play([{ hold: { ...hold, maxMs: 7 } }, { status: 's' }, { hold }], { clock });
    await clock.sleeping();
    await clock.advance(10_006);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await events).toEqual([{ type: 'status', text: 's' }, COMPLETED]);
  });

  test('hold until signal ends with the signal of that name, and frees both waits', async () => {
    const clock = new VirtualClock();
    let given: { name: string; signal: AbortSignal; give: () => void } | undefined;
    const waitForSignal = (name: string, signal: AbortSignal) =>
      new Promise<void>((give) => {
        given = { name, signal, give };
      });
    const events = play([{ hold: { until: 'signal', signal: 'go' } }, { sleep: 5 }], { clock, waitForSignal });
    await clock.sleeping();
    expect(given?.name).toBe('go');
    given?.give();
    await clock.advance(0);
    expect(given?.signal.aborted).toBe(true);
    expect(clock.pending).toBe(1);
    await clock.advance(5);
    expect(await events).toEqual([COMPLETED]);
  });

  test('a wait for a signal that goes wrong is seen', async () => {
    const context: RunContext = {
      clock: new VirtualClock(),
      waitForSignal: () => Promise.reject(new Error('no such signal')),
    };
    const events = play([{ hold: { until: 'signal', signal: 'go' } }], context);
    await expect(events).rejects.toThrow('no such signal');
  });
});
