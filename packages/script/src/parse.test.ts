import { describe, expect, test } from 'vitest';
import { LIMITS } from './limits.ts';
import { parseScript, parseScriptText } from './parse.ts';
import { ScriptError } from './script-error.ts';
import { STEP_KINDS } from './step-check.ts';

const KINDS = STEP_KINDS.join(', ');

function errorOf(action: () => unknown): ScriptError {
  try {
    action();
  } catch (error) {
    if (error instanceof ScriptError) return error;
    throw error;
  }
  throw new Error('no ScriptError was thrown');
}

const text = (length: number): string => 'x'.repeat(length);
const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
const approval = { tool: { by: 'approval', calls: [{ name: 'pay' }] } };

describe('what is accepted', () => {
  test('an object, and a bare array of steps', () => {
    expect(parseScript({ steps: [{ text: 'a' }], onCancel: 'late', echo: true, turns: [{ steps: [] }] })).toEqual({
      steps: [{ text: 'a' }],
      onCancel: 'late',
      echo: true,
      turns: [{ steps: [] }],
    });
    expect(parseScript([{ text: 'a' }])).toEqual({ steps: [{ text: 'a' }] });
    expect(parseScriptText(' [{"text":"a"}]\n')).toEqual({ steps: [{ text: 'a' }] });
  });

  test('every kind of step', () => {
    const steps = [
      { status: 's' },
      { text: 't' },
      { artifact: { parts: [{ text: '' }, { data: null }, { raw: 'AAA=' }, { url: 'https://a.example' }], name: 'n' } },
      {
        artifact: {
          append: true,
          last: false,
          parts: [{ text: 'x', mediaType: 'text/plain', filename: 'f', metadata: { a: [1] } }],
        },
      },
      { pad: { bytes: 10, chunks: 10, id: 'p' } },
      { artifact: { id: 'p', append: true, parts: [{ text: '' }] } },
      { sleep: 0 },
      { hold: { until: 'cancel' } },
      { hold: { until: 'signal', signal: 'go', maxMs: 5 } },
      { tool: { by: 'server', calls: [{ name: 'add', args: { a: 1 }, output: null, id: 'x', description: 'd' }] } },
      { expect: { text: '' } },
      { expect: { data: [1] } },
      { reason: 'r' },
      { refuse: 'r' },
      { delegate: { from: 'a', text: 't' } },
      { usage: { input: 0, output: 1 } },
      { wire: 'stall' },
    ];
    for (const last of [
      { end: 'failed', text: 'why' },
      { end: 'completed' },
      { reply: [{ text: 'a' }] },
      { throw: 'x' },
      approval,
    ]) {
      expect(parseScript([...steps, last]).steps).toHaveLength(steps.length + 1);
    }
  });
});

describe('what is refused, in one sentence with the place', () => {
  const wrong: [what: string, script: unknown, code: string, message: string][] = [
    ['no object', 'hi', 'SCRIPT_TYPE', 'script: expected an object with steps, or an array of steps; got "hi"'],
    ['no steps', { turns: [] }, 'SCRIPT_MEMBER', 'script: expected the member "steps"; got nothing'],
    [
      'unknown member',
      { steps: [], turn: [] },
      'SCRIPT_MEMBER',
      'turn: expected only the members steps, turns, onCancel, echo; got "turn" (did you mean "turns"?)',
    ],
    ['steps of wrong type', { steps: {} }, 'SCRIPT_TYPE', 'steps: expected an array of steps; got an empty object'],
    [
      'unknown step',
      [{ text: 'a' }, { statsu: 'x' }],
      'SCRIPT_STEP',
      `steps[1]: expected exactly one of ${KINDS}; got "statsu" (did you mean "status"?)`,
    ],
    [
      'inherited name',
      [{ constructor: 1 }],
      'SCRIPT_STEP',
      `steps[0]: expected exactly one of ${KINDS}; got "constructor"`,
    ],
    [
      'prototype',
      [JSON.parse('{"__proto__":1}')],
      'SCRIPT_STEP',
      `steps[0]: expected exactly one of ${KINDS}; got "__proto__"`,
    ],
    ['no kind', [{}], 'SCRIPT_STEP', `steps[0]: expected exactly one of ${KINDS}; got none`],
    ['no step', [3], 'SCRIPT_TYPE', `steps[0]: expected an object with one of ${KINDS}; got 3`],
    [
      'two kinds',
      [{ status: 'a', text: 'b' }],
      'SCRIPT_STEP',
      'steps[0]: expected exactly one kind of step in an object; got status and text',
    ],
    [
      'end, text and more',
      [{ end: 'failed', text: 'b', sleep: 1 }],
      'SCRIPT_STEP',
      'steps[0]: expected exactly one kind of step in an object; got sleep and end',
    ],
    ['text of end', [{ end: 'failed', text: 1 }], 'SCRIPT_TYPE', 'steps[0].text: expected a string; got 1'],
    ['empty text', [{ text: '' }], 'SCRIPT_VALUE', 'steps[0].text: expected a string that is not empty; got ""'],
    [
      'unknown end',
      [{ end: 'complete' }],
      'SCRIPT_VALUE',
      'steps[0].end: expected one of "completed", "failed", "rejected", "canceled", "input-required", "auth-required"; got "complete" (did you mean "completed"?)',
    ],
    [
      'hold until',
      [{ hold: { until: 'cancle' } }],
      'SCRIPT_VALUE',
      'steps[0].hold.until: expected one of "cancel", "signal"; got "cancle" (did you mean "cancel"?)',
    ],
    [
      'hold without name',
      [{ hold: { until: 'signal' } }],
      'SCRIPT_TYPE',
      'steps[0].hold.signal: expected a string; got nothing',
    ],
    [
      'hold with idle name',
      [{ hold: { until: 'cancel', signal: 'x' } }],
      'SCRIPT_MEMBER',
      'steps[0].hold.signal: expected no such member beside until "cancel"; got "x"',
    ],
    ['fraction', [{ sleep: 1.5 }], 'SCRIPT_VALUE', 'steps[0].sleep: expected a whole number from 0 to 60000; got 1.5'],
    [
      'number as text',
      [{ sleep: '1' }],
      'SCRIPT_TYPE',
      'steps[0].sleep: expected a whole number from 0 to 60000; got "1"',
    ],
    [
      'two contents',
      [{ artifact: { parts: [{ text: 'a', url: 'b' }] } }],
      'SCRIPT_MEMBER',
      'steps[0].artifact.parts[0]: expected exactly one of text, data, raw, url; got text and url',
    ],
    [
      'no content',
      [{ reply: [{ mediaType: 'a/b' }] }],
      'SCRIPT_MEMBER',
      'steps[0].reply[0]: expected exactly one of text, data, raw, url; got none',
    ],
    [
      'no base64',
      [{ reply: [{ raw: 'a-b=' }] }],
      'SCRIPT_VALUE',
      'steps[0].reply[0].raw: expected base64 with padding; got "a-b="',
    ],
    [
      'base64 cut short',
      [{ reply: [{ raw: 'AAA' }] }],
      'SCRIPT_VALUE',
      'steps[0].reply[0].raw: expected base64 with padding; got "AAA"',
    ],
    [
      'no JSON',
      [{ reply: [{ data: { a: undefined } }] }],
      'SCRIPT_TYPE',
      'steps[0].reply[0].data.a: expected a JSON value; got nothing',
    ],
    [
      'metadata',
      [{ reply: [{ text: '', metadata: [] }] }],
      'SCRIPT_TYPE',
      'steps[0].reply[0].metadata: expected an object; got an array of 0',
    ],
    [
      'append to nothing',
      [{ artifact: { append: true, parts: [{ text: 'a' }] } }],
      'SCRIPT_ORDER',
      'steps[0].artifact.append: expected an artifact with this id in an earlier step of the turn; got none',
    ],
    [
      'append with a name',
      [{ pad: { bytes: 1 } }, { artifact: { append: true, name: 'n', parts: [{ text: 'a' }] } }],
      'SCRIPT_MEMBER',
      'steps[1].artifact.name: expected no such member beside append; got "n"',
    ],
    [
      'append after the last',
      [{ artifact: { last: true, parts: [{ text: 'a' }] } }, { artifact: { append: true, parts: [{ text: 'b' }] } }],
      'SCRIPT_ORDER',
      'steps[1].artifact.append: expected an artifact that is not yet closed by last: true; got "artifact-1"',
    ],
    [
      'more chunks than bytes',
      [{ pad: { bytes: 3, chunks: 4 } }],
      'SCRIPT_LIMIT',
      'steps[0].pad.chunks: expected a whole number from 1 to 3; got 4',
    ],
    [
      'same call id',
      [{ tool: { by: 'server', calls: [{ name: 'a' }, { name: 'b', id: 'call-1' }] } }],
      'SCRIPT_VALUE',
      'steps[0].tool.calls[1].id: expected an id that no other call of the script has; got "call-1"',
    ],
    [
      'args',
      [{ tool: { by: 'server', calls: [{ name: 'a', args: [] }] } }],
      'SCRIPT_TYPE',
      'steps[0].tool.calls[0].args: expected an object; got an array of 0',
    ],
    ['expect nothing', [{ expect: {} }], 'SCRIPT_MEMBER', 'steps[0].expect: expected text or data; got neither'],
    [
      'step after end',
      [{ end: 'failed' }, { text: 'a' }],
      'SCRIPT_ORDER',
      'steps[1]: expected no step after steps[0], which ends the turn (end); got an object with text',
    ],
    [
      'second end',
      [{ reply: [{ text: 'a' }] }, { end: 'failed' }],
      'SCRIPT_ORDER',
      'steps[1]: expected no step after steps[0], which ends the turn (reply); got an object with end',
    ],
    [
      'busy in mid-turn',
      [{ text: 'a' }, { busy: 1 }],
      'SCRIPT_ORDER',
      'steps[1]: expected busy as the first step of its turn; got it as step 2',
    ],
    [
      'step after throw',
      [{ throw: 'x' }, { text: 'a' }],
      'SCRIPT_ORDER',
      'steps[1]: expected no step after steps[0], which ends the turn (throw); got an object with text',
    ],
    [
      'step after approval',
      [approval, { text: 'a' }],
      'SCRIPT_ORDER',
      'steps[1]: expected no step after steps[0], which ends the turn (tool by approval, which is answered by a follow-up: put what comes then into turns); got an object with text',
    ],
    [
      'bad turn',
      { steps: [], turns: [{ steps: [] }, { steps: [{ sleep: -1 }] }] },
      'SCRIPT_VALUE',
      'turns[1].steps[0].sleep: expected a whole number from 0 to 60000; got -1',
    ],
    [
      'turns in turns',
      { steps: [], turns: [{ steps: [], turns: [] }] },
      'SCRIPT_MEMBER',
      'turns[0].turns: expected turns in the outermost script only, one after the other; got an array of 0',
    ],
    [
      'onCancel',
      { steps: [], onCancel: 'no' },
      'SCRIPT_VALUE',
      'onCancel: expected one of "cooperate", "ignore", "late"; got "no"',
    ],
    ['echo', { steps: [], echo: 'yes' }, 'SCRIPT_TYPE', 'echo: expected true or false; got "yes"'],
  ];
  test.each(wrong)('%s', (_what, script, code, message) => {
    const error = errorOf(() => parseScript(script));
    expect(error.message).toBe(message);
    expect(error.code).toBe(code);
    expect(`${error.path || 'script'}: expected ${error.expected}; got ${error.got}`).toBe(message);
  });

  test('names that are no identifiers are quoted in the path, long values are cut', () => {
    expect(errorOf(() => parseScript([{ reply: [{ data: { 'a b': Number.NaN } }] }])).path).toBe(
      'steps[0].reply[0].data["a b"]',
    );
    expect(errorOf(() => parseScript('x'.repeat(1_000_000))).message.length).toBeLessThan(300);
  });
});

describe('limits: what is just allowed, and one more', () => {
  const bounds: [what: string, path: string, allowed: unknown, tooMuch: unknown][] = [
    ['steps', 'steps', many(LIMITS.steps, { text: 'a' }), many(LIMITS.steps + 1, { text: 'a' })],
    [
      'steps over turns',
      'turns[0].steps',
      { steps: many(LIMITS.steps - 1, { text: 'a' }), turns: [{ steps: [{ text: 'a' }] }] },
      { steps: many(LIMITS.steps - 1, { text: 'a' }), turns: [{ steps: many(2, { text: 'a' }) }] },
    ],
    [
      'turns',
      'turns',
      { steps: [], turns: many(LIMITS.turns, { steps: [] }) },
      { steps: [], turns: many(LIMITS.turns + 1, { steps: [] }) },
    ],
    ['sleep', 'steps[0].sleep', [{ sleep: LIMITS.waitMs }], [{ sleep: LIMITS.waitMs + 1 }]],
    [
      'hold',
      'steps[0].hold.maxMs',
      [{ hold: { until: 'cancel', maxMs: 60_000 } }],
      [{ hold: { until: 'cancel', maxMs: 60_001 } }],
    ],
    ['waits of a turn', 'steps[10].sleep', many(10, { sleep: 60_000 }), [...many(10, { sleep: 60_000 }), { sleep: 1 }]],
    [
      'waits with default holds',
      'steps[10].hold',
      many(60, { hold: { until: 'cancel' } }),
      [...many(10, { sleep: 60_000 }), { hold: { until: 'cancel' } }],
    ],
    ['pad', 'steps[0].pad.bytes', [{ pad: { bytes: LIMITS.padBytes } }], [{ pad: { bytes: LIMITS.padBytes + 1 } }]],
    [
      'pad in all',
      'steps[1].pad',
      [{ pad: { bytes: LIMITS.padBytes - 1 } }, { pad: { bytes: 1 } }],
      [{ pad: { bytes: LIMITS.padBytes } }, { pad: { bytes: 1 } }],
    ],
    [
      'pad chunks',
      'steps[0].pad.chunks',
      [{ pad: { bytes: 20_000, chunks: 10_000 } }],
      [{ pad: { bytes: 20_000, chunks: 10_001 } }],
    ],
    [
      'pad chunks in all',
      'steps[1].pad',
      [{ pad: { bytes: 20_000, chunks: 9_999 } }, { pad: { bytes: 9 } }],
      [{ pad: { bytes: 20_000, chunks: 10_000 } }, { pad: { bytes: 9 } }],
    ],
    ['text', 'steps[0].text', [{ text: text(LIMITS.textLength) }], [{ text: text(LIMITS.textLength + 1) }]],
    ['names', 'steps[0].delegate.from', [{ delegate: { from: text(256) } }], [{ delegate: { from: text(257) } }]],
    ['url', 'steps[0].reply[0].url', [{ reply: [{ url: text(8_192) }] }], [{ reply: [{ url: text(8_193) }] }]],
    [
      'raw',
      'steps[0].reply[0].raw',
      [{ reply: [{ raw: text(LIMITS.rawLength) }] }],
      [{ reply: [{ raw: text(LIMITS.rawLength + 4) }] }],
    ],
    ['parts', 'steps[0].reply', [{ reply: many(256, { text: 'a' }) }], [{ reply: many(257, { text: 'a' }) }]],
    ['no parts', 'steps[0].reply', [{ reply: [{ text: 'a' }] }], [{ reply: [] }]],
    [
      'calls',
      'steps[0].tool.calls',
      [{ tool: { by: 'server', calls: many(64, { name: 'a' }) } }],
      [{ tool: { by: 'server', calls: many(65, { name: 'a' }) } }],
    ],
    [
      'depth',
      `steps[0].expect.data${'[0]'.repeat(64)}`,
      [{ expect: { data: nested(64) } }],
      [{ expect: { data: nested(65) } }],
    ],
  ];
  test.each(bounds)('%s', (_what, path, allowed, tooMuch) => {
    parseScript(allowed);
    const error = errorOf(() => parseScript(tooMuch));
    expect(error.code).toBe('SCRIPT_LIMIT');
    expect(error.path).toBe(path);
  });

  test('a script as text', () => {
    expect(errorOf(() => parseScriptText(' '.repeat(LIMITS.scriptLength + 1))).code).toBe('SCRIPT_LIMIT');
  });

  test('a value that is nested without end is refused, not followed', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(errorOf(() => parseScript([{ expect: { data: loop } }])).code).toBe('SCRIPT_LIMIT');
    const deep = `[{"expect":{"data":${'['.repeat(200_000)}${']'.repeat(200_000)}}}]`;
    expect(errorOf(() => parseScriptText(deep)).code).toBe('SCRIPT_LIMIT');
  });
});

test('broken JSON is reported with its place', () => {
  expect(errorOf(() => parseScriptText('{"steps": [\n  {"text": "a",}\n]}')).message).toBe(
    'line 2, column 16: expected a member name in double quotes (JSON); got "}"',
  );
  expect(errorOf(() => parseScriptText('')).message).toBe(
    'line 1, column 1: expected a value (JSON); got the end of the text',
  );
  expect(errorOf(() => parseScriptText('{"steps": [')).code).toBe('SCRIPT_JSON');
});
