import { show } from './json-value.ts';
import { LIMITS } from './limits.ts';
import { parseJson, parseScript } from './parse.ts';
import { fail, isObject } from './reader.ts';
import type { Script, ToolRunner } from './script.ts';

/** A script's short form for text inputs: `@name args`. */
export interface Preset {
  usage: string;
  does: string;
  /** `args` is what stands after the name, trimmed. What comes out is checked by the parser. */
  script(args: string): unknown;
}

export const PRESETS: { readonly [name: string]: Preset } = {
  chunks: {
    usage: '@chunks [COUNT]',
    does: 'answers in COUNT pieces of text (default 10)',
    script(args) {
      const count = args === '' ? 10 : number('@chunks', args, LIMITS.steps);
      return Array.from({ length: count }, (_, i) => ({ text: `chunk-${i + 1} ` }));
    },
  },
  slow: {
    usage: '@slow [TIME]',
    does: 'works for TIME, such as 3s or 250ms (default 1s), then answers',
    script: (args) => [
      { status: 'Working' },
      { sleep: args === '' ? 1_000 : milliseconds('@slow', args) },
      { text: 'Done' },
    ],
  },
  input: {
    usage: '@input [QUESTION]',
    does: 'asks for input; the follow-up is said back',
    script: (args) => [{ end: 'input-required', text: args || 'What next?' }],
  },
  auth: {
    usage: '@auth [TEXT]',
    does: 'asks for authentication',
    script: (args) => [{ end: 'auth-required', text: args || 'Please sign in' }],
  },
  fail: { usage: '@fail [TEXT]', does: 'fails', script: (args) => [{ end: 'failed', text: args || 'Failed' }] },
  reject: {
    usage: '@reject [TEXT]',
    does: 'rejects',
    script: (args) => [{ end: 'rejected', text: args || 'Rejected' }],
  },
  direct: {
    usage: '@direct [TEXT]',
    does: 'answers directly, without a task',
    script: (args) => [{ reply: [{ text: args || 'pong' }] }],
  },
  tool: {
    usage: '@tool NAME [{ARGS}]',
    does: 'asks the caller to run a tool',
    script: (args) => toolCall('@tool', args, 'client'),
  },
  approve: {
    usage: '@approve NAME [{ARGS}]',
    does: 'asks the caller to approve a tool',
    script: (args) => toolCall('@approve', args, 'approval'),
  },
  pad: {
    usage: '@pad SIZE [CHUNKS]',
    does: 'sends an artifact of SIZE, such as 5MB, 64KiB or 100B, in CHUNKS pieces (default 1)',
    script(args) {
      const [size = '', chunks, ...rest] = args.split(/\s+/);
      if (rest.length > 0) fail('SCRIPT_PRESET', '@pad', 'a size and a number of chunks', show(args));
      return [
        {
          pad: {
            bytes: bytes('@pad', size),
            ...(chunks !== undefined && { chunks: number('@pad', chunks, LIMITS.padChunks) }),
          },
        },
      ];
    },
  },
  crash: {
    usage: '@crash [TEXT]',
    does: 'crashes the agent',
    script: (args) => [{ throw: args || 'Crashed on request' }],
  },
  busy: {
    usage: '@busy [TIME]',
    does: 'takes no message for now: it may come again after TIME (default 1s)',
    script: (args) => [{ busy: args === '' ? 1_000 : milliseconds('@busy', args) }],
  },
  hold: {
    usage: '@hold [SIGNAL]',
    does: 'works until it is canceled, or until the named signal comes',
    script(args) {
      if (/\s/.test(args)) fail('SCRIPT_PRESET', '@hold', "nothing, or a signal's name", show(args));
      return [{ status: 'Working' }, { hold: args ? { until: 'signal', signal: args } : { until: 'cancel' } }];
    },
  },
};

/**
 * The script that a text asks for: `@script {json}`, or a preset. Undefined for any other text, an unknown `@word`
 * included. Throws a ScriptError when the JSON or the preset's arguments cannot be read.
 */
export function textScript(text: string): { script: Script; word: string } | undefined {
  const [, word, args = ''] = /^\s*@([a-z]+)(?:\s+([^]*))?$/.exec(text) ?? [];
  if (word === undefined) return undefined;
  if (word === 'script') return { script: parseScript(parseJson(args, '@script')), word };
  const preset = Object.hasOwn(PRESETS, word) ? PRESETS[word] : undefined;
  return preset && { script: parseScript(preset.script(args.trim())), word };
}

function toolCall(word: string, args: string, by: ToolRunner): unknown {
  const [, name, json] = /^(\S+)(?:\s+([^]+))?$/.exec(args) ?? [];
  if (name === undefined) fail('SCRIPT_PRESET', word, "a tool's name", 'nothing');
  const given = json === undefined ? {} : parseJson(json, word);
  if (!isObject(given)) fail('SCRIPT_PRESET', word, 'a JSON object of arguments', show(given));
  return [{ tool: { by, calls: [{ name, args: given }] } }];
}

function number(word: string, text: string, max: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max) fail('SCRIPT_PRESET', word, `a whole number from 1 to ${max}`, show(text));
  return value;
}

const MILLISECONDS: { [unit: string]: number } = { ms: 1, s: 1_000 };
const BYTES: { [unit: string]: number } = { B: 1, KB: 1e3, MB: 1e6, KiB: 1024, MiB: 1024 * 1024 };

const milliseconds = (word: string, text: string): number =>
  measured(word, text, MILLISECONDS, 'a time such as 3s or 250ms', LIMITS.waitMs);
const bytes = (word: string, text: string): number =>
  measured(word, text, BYTES, 'a size such as 5MB, 64KiB or 100B', LIMITS.padBytes);

function measured(
  word: string,
  text: string,
  units: { [unit: string]: number },
  expected: string,
  max: number,
): number {
  const [, amount, unit = ''] = /^(\d{1,9}(?:\.\d{1,9})?)([A-Za-z]+)$/.exec(text) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (amount === undefined || factor === undefined) fail('SCRIPT_PRESET', word, expected, show(text));
  const value = Math.round(Number(amount) * factor);
  if (value < 1 || value > max)
    fail('SCRIPT_LIMIT', word, `${expected}, from 1 to ${max} in the smallest unit`, show(text));
  return value;
}
