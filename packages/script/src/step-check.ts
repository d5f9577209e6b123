import { LIMITS } from './limits.ts';
import {
  array,
  at,
  boolean,
  fail,
  integer,
  isObject,
  json,
  jsonObject,
  named,
  object,
  oneOf,
  string,
  type Members,
} from './reader.ts';
import { show } from './json-value.ts';
import { END_STATES, HOLD_MS, TOOL_RUNNERS, WIRE_FAULTS, type StepKind } from './script.ts';

/** What adds up over the steps of one turn, or of the whole script. */
export interface Tally {
  /** Ids of the script's tool calls. */
  calls: Set<string>;
  /** Artifacts of this turn: whether more may be appended. */
  artifacts: Map<string, { open: boolean }>;
  /** How many artifacts, which are not appended pieces, the turn has so far. */
  artifactCount: number;
  newestArtifact: string | undefined;
  waitMs: number;
  padBytes: number;
  padChunks: number;
}

/** Checks a step's value; answers how it ends the turn, if it does. */
type Check = (value: unknown, path: string, tally: Tally) => string | void;

const text: Check = (value, path) => void string(value, path, LIMITS.textLength);
const name = (value: unknown, path: string) => string(value, path, LIMITS.nameLength);

const CHECKS: { [K in StepKind]: Check } = {
  status: text,
  text,
  reason: text,
  refuse: text,

  artifact(value, path, tally) {
    const spec = object(value, path, ['parts'], ['id', 'name', 'description', 'append', 'last']);
    parts(spec['parts'], at(path, 'parts'));
    const append = spec['append'] !== undefined && boolean(spec['append'], at(path, 'append'));
    if (spec['last'] !== undefined) boolean(spec['last'], at(path, 'last'));
    for (const member of ['name', 'description']) {
      if (spec[member] === undefined) continue;
      if (append) fail('SCRIPT_MEMBER', at(path, member), 'no such member beside append', show(spec[member]));
      string(spec[member], at(path, member), LIMITS.textLength);
    }
    artifact(spec['id'], path, tally, { append, open: spec['last'] !== true });
  },

  pad(value, path, tally) {
    const spec = object(value, path, ['bytes'], ['chunks', 'id']);
    const bytes = integer(spec['bytes'], at(path, 'bytes'), 1, LIMITS.padBytes);
    const most = Math.min(bytes, LIMITS.padChunks);
    const chunks = spec['chunks'] === undefined ? 1 : integer(spec['chunks'], at(path, 'chunks'), 1, most);
    tally.padBytes = total(tally.padBytes + bytes, LIMITS.padBytes, path, 'bytes of pad');
    tally.padChunks = total(tally.padChunks + chunks, LIMITS.padChunks, path, 'chunks of pad');
    artifact(spec['id'], path, tally, { append: false, open: true });
  },

  sleep(value, path, tally) {
    wait(integer(value, path, 0, LIMITS.waitMs), path, tally);
  },

  hold(value, path, tally) {
    const spec = object(value, path, ['until'], ['signal', 'maxMs']);
    const until = oneOf(spec['until'], at(path, 'until'), ['cancel', 'signal']);
    if (until === 'signal') name(spec['signal'], at(path, 'signal'));
    else if (spec['signal'] !== undefined) {
      fail('SCRIPT_MEMBER', at(path, 'signal'), 'no such member beside until "cancel"', show(spec['signal']));
    }
    wait(
      spec['maxMs'] === undefined ? HOLD_MS : integer(spec['maxMs'], at(path, 'maxMs'), 0, LIMITS.waitMs),
      path,
      tally,
    );
  },

  tool(value, path, tally) {
    const spec = object(value, path, ['calls', 'by']);
    const by = oneOf(spec['by'], at(path, 'by'), TOOL_RUNNERS);
    const callsPath = at(path, 'calls');
    array(spec['calls'], callsPath, 'calls', { min: 1, max: LIMITS.toolCalls }).forEach((item, i) => {
      const callPath = `${callsPath}[${i}]`;
      const call = object(item, callPath, ['name'], ['id', 'args', 'output', 'description']);
      name(call['name'], at(callPath, 'name'));
      if (call['description'] !== undefined)
        string(call['description'], at(callPath, 'description'), LIMITS.textLength);
      if (call['args'] !== undefined) jsonObject(call['args'], at(callPath, 'args'));
      if (call['output'] !== undefined) json(call['output'], at(callPath, 'output'));
      const id = call['id'] === undefined ? `call-${tally.calls.size + 1}` : name(call['id'], at(callPath, 'id'));
      if (tally.calls.has(id))
        fail('SCRIPT_VALUE', at(callPath, 'id'), 'an id that no other call of the script has', show(id));
      tally.calls.add(id);
    });
    return by === 'server'
      ? undefined
      : `tool by ${by}, which is answered by a follow-up: put what comes then into turns`;
  },

  expect(value, path) {
    const spec = object(value, path, [], ['text', 'data']);
    if (spec['text'] === undefined && spec['data'] === undefined)
      fail('SCRIPT_MEMBER', path, 'text or data', 'neither');
    if (spec['text'] !== undefined) string(spec['text'], at(path, 'text'), LIMITS.textLength, 0);
    if (spec['data'] !== undefined) json(spec['data'], at(path, 'data'));
  },

  delegate(value, path) {
    const spec = object(value, path, ['from'], ['text']);
    name(spec['from'], at(path, 'from'));
    if (spec['text'] !== undefined) string(spec['text'], at(path, 'text'), LIMITS.textLength);
  },

  usage(value, path) {
    const spec = object(value, path, ['input', 'output']);
    integer(spec['input'], at(path, 'input'), 0, LIMITS.tokens);
    integer(spec['output'], at(path, 'output'), 0, LIMITS.tokens);
  },

  end(value, path) {
    oneOf(value, path, END_STATES);
    return 'end';
  },

  reply(value, path) {
    parts(value, path);
    return 'reply';
  },

  throw(value, path) {
    string(value, path, LIMITS.textLength);
    return 'throw';
  },

  busy(value, path) {
    integer(value, path, 0, LIMITS.waitMs);
    return 'busy';
  },

  wire: (value, path) => void oneOf(value, path, WIRE_FAULTS),
};

export const STEP_KINDS = Object.keys(CHECKS) as StepKind[];

/** Checks one step. Answers how it ends the turn, or undefined when more steps may follow. */
export function checkStep(value: unknown, path: string, tally: Tally): string | undefined {
  if (!isObject(value)) fail('SCRIPT_TYPE', path, `an object with one of ${STEP_KINDS.join(', ')}`, show(value));
  const names = Object.keys(value);
  const [first = ''] = names;
  // A script is mostly steps, and a step mostly one member.
  const kind = names.length === 1 && isKind(first) ? first : kindAmong(value, names, path);
  return CHECKS[kind](value[kind], `${path}.${kind}`, tally) ?? undefined;
}

const isKind = (member: string): member is StepKind => Object.hasOwn(CHECKS, member);

function kindAmong(value: Members, names: readonly string[], path: string): StepKind {
  const kinds = STEP_KINDS.join(', ');
  const unknown = names.find((member) => !isKind(member));
  if (unknown !== undefined) fail('SCRIPT_STEP', path, `exactly one of ${kinds}`, named(unknown, STEP_KINDS));
  // `text` is a kind of step, and beside `end` what is said at the end.
  const said = Object.hasOwn(value, 'end') && Object.hasOwn(value, 'text');
  const found = STEP_KINDS.filter((kind) => Object.hasOwn(value, kind) && !(said && kind === 'text'));
  const kind = found[0];
  if (kind === undefined) fail('SCRIPT_STEP', path, `exactly one of ${kinds}`, 'none');
  if (found.length > 1) fail('SCRIPT_STEP', path, 'exactly one kind of step in an object', found.join(' and '));
  if (said) string(value['text'], at(path, 'text'), LIMITS.textLength);
  return kind;
}

const CONTENTS = ['text', 'data', 'raw', 'url'] as const;

function parts(value: unknown, path: string): void {
  array(value, path, 'parts', { min: 1, max: LIMITS.parts }).forEach((item, i) => part(item, `${path}[${i}]`));
}

function part(value: unknown, path: string): void {
  const spec = object(value, path, [], [...CONTENTS, 'mediaType', 'filename', 'metadata']);
  const found = CONTENTS.filter((content) => Object.hasOwn(spec, content));
  if (found.length !== 1)
    fail('SCRIPT_MEMBER', path, 'exactly one of text, data, raw, url', found.join(' and ') || 'none');
  if (Object.hasOwn(spec, 'text')) string(spec['text'], at(path, 'text'), LIMITS.textLength, 0);
  if (Object.hasOwn(spec, 'data')) json(spec['data'], at(path, 'data'));
  if (Object.hasOwn(spec, 'url')) string(spec['url'], at(path, 'url'), LIMITS.urlLength);
  if (Object.hasOwn(spec, 'raw')) {
    const raw = string(spec['raw'], at(path, 'raw'), LIMITS.rawLength, 0);
    if (raw.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(raw))
      fail('SCRIPT_VALUE', at(path, 'raw'), 'base64 with padding', show(raw));
  }
  if (spec['mediaType'] !== undefined) name(spec['mediaType'], at(path, 'mediaType'));
  if (spec['filename'] !== undefined) name(spec['filename'], at(path, 'filename'));
  if (spec['metadata'] !== undefined) jsonObject(spec['metadata'], at(path, 'metadata'));
}

function artifact(
  given: unknown,
  path: string,
  tally: Tally,
  { append, open }: { append: boolean; open: boolean },
): void {
  const own = given === undefined ? undefined : name(given, at(path, 'id'));
  if (!append) tally.artifactCount++;
  const id = own ?? (append ? tally.newestArtifact : `artifact-${tally.artifactCount}`);
  const before = id === undefined ? undefined : tally.artifacts.get(id);
  if (id === undefined || (append && !before)) {
    fail('SCRIPT_ORDER', at(path, 'append'), 'an artifact with this id in an earlier step of the turn', 'none');
  }
  if (append && before?.open === false) {
    fail('SCRIPT_ORDER', at(path, 'append'), 'an artifact that is not yet closed by last: true', show(id));
  }
  tally.artifacts.set(id, { open });
  tally.newestArtifact = id;
}

function wait(ms: number, path: string, tally: Tally): void {
  tally.waitMs = total(tally.waitMs + ms, LIMITS.turnWaitMs, path, 'ms of sleep and hold');
}

function total(sum: number, max: number, path: string, what: string): number {
  if (sum > max) fail('SCRIPT_LIMIT', path, `at most ${max} ${what} in a turn`, String(sum));
  return sum;
}
