import { jsonFault } from './json-text.ts';
import { show } from './json-value.ts';
import { LIMITS } from './limits.ts';
import { array, at, boolean, fail, isObject, object, oneOf, type Members } from './reader.ts';
import { ON_CANCEL, type Script } from './script.ts';
import { checkStep, type Tally } from './step-check.ts';

/**
 * Takes a script as it came over a wire: the object form, or a bare array of steps. The value is not copied.
 * Throws a {@link ScriptError} that says where, what was expected, and what came; sizes are bounded by {@link LIMITS}.
 */
export function parseScript(value: unknown): Script {
  if (!Array.isArray(value) && !isObject(value))
    fail('SCRIPT_TYPE', '', 'an object with steps, or an array of steps', show(value));
  const script: unknown = Array.isArray(value) ? { steps: value } : value;
  checkScript(script);
  return script;
}

/** Takes a script as JSON text; a fault of the JSON is reported with its line and column. */
export function parseScriptText(text: string): Script {
  return parseScript(parseJson(text, ''));
}

/** JSON.parse with a ScriptError that has the place. `path` names the text within what is being read. */
export function parseJson(text: string, path: string): unknown {
  if (text.length > LIMITS.scriptLength)
    fail('SCRIPT_LIMIT', path, `at most ${LIMITS.scriptLength} characters`, String(text.length));
  try {
    return JSON.parse(text);
  } catch (error) {
    const fault = jsonFault(text);
    if (!fault) throw error;
    const place = `line ${fault.line}, column ${fault.column}`;
    return fail('SCRIPT_JSON', path ? `${path}, ${place}` : place, `${fault.expected} (JSON)`, fault.got);
  }
}

const TURN_MEMBERS = ['onCancel', 'echo'];

function checkScript(value: unknown): asserts value is Script {
  const script = object(value, '', ['steps'], ['turns', ...TURN_MEMBERS]);
  const overall = { calls: new Set<string>(), steps: 0 };
  checkTurn(script, '', overall);
  if (script['turns'] === undefined) return;
  array(script['turns'], 'turns', 'turns', { min: 0, max: LIMITS.turns }).forEach((item, i) => {
    const path = `turns[${i}]`;
    if (isObject(item) && Object.hasOwn(item, 'turns')) {
      fail(
        'SCRIPT_MEMBER',
        at(path, 'turns'),
        'turns in the outermost script only, one after the other',
        show(item['turns']),
      );
    }
    checkTurn(object(item, path, ['steps'], TURN_MEMBERS), path, overall);
  });
}

function checkTurn(turn: Members, path: string, overall: { calls: Set<string>; steps: number }): void {
  if (turn['onCancel'] !== undefined) oneOf(turn['onCancel'], at(path, 'onCancel'), ON_CANCEL);
  if (turn['echo'] !== undefined) boolean(turn['echo'], at(path, 'echo'));
  const stepsPath = at(path, 'steps');
  const steps = array(turn['steps'], stepsPath, 'steps', { min: 0, max: LIMITS.steps });
  overall.steps += steps.length;
  if (overall.steps > LIMITS.steps) {
    fail('SCRIPT_LIMIT', stepsPath, `at most ${LIMITS.steps} steps in the whole script`, String(overall.steps));
  }
  const tally: Tally = {
    calls: overall.calls,
    artifacts: new Map(),
    artifactCount: 0,
    newestArtifact: undefined,
    waitMs: 0,
    padBytes: 0,
    padChunks: 0,
  };
  steps.forEach((step, i) => {
    const ends = checkStep(step, `${stepsPath}[${i}]`, tally);
    if (ends === 'busy' && i > 0)
      fail('SCRIPT_ORDER', `${stepsPath}[${i}]`, 'busy as the first step of its turn', `it as step ${i + 1}`);
    if (ends === undefined || i === steps.length - 1) return;
    fail(
      'SCRIPT_ORDER',
      `${stepsPath}[${i + 1}]`,
      `no step after ${stepsPath}[${i}], which ends the turn (${ends})`,
      show(steps[i + 1]),
    );
  });
}
