import { parseScript } from '@agentproto/script';
import type { Script } from '@agentproto/script';
import type { AgentRequest } from './agent.ts';
import { checkNames, checkObject } from './option-names.ts';
import type { NamesOf } from './option-names.ts';
import { PROTOCOL_IDS } from './protocol-ids.ts';
import { checkPattern, checkTestId } from './pattern.ts';
import { ServerOptionsError } from './options-error.ts';

/** Which messages a script answers: those that are all of this. */
export interface ScriptMatch {
  /** What the message says: a part of it, or an expression. */
  text?: string | RegExp;
  /** An id (`a2a@1.0`), or a family (`a2a`). */
  protocol?: string;
  /** That the request names (Responses): the whole name, or an expression. */
  model?: string | RegExp;
  /** Whether the message answers tool calls, or the id of one that it answers. */
  toolResult?: boolean | string;
  /** How many messages of the run or conversation came before it. */
  turn?: number;
  /** What the request says in `X-Test-Id`. */
  testId?: string;
  /** Whatever else. */
  when?: (request: AgentRequest) => boolean;
}

/** A script that was set can be taken back. */
export interface SetScript extends Disposable {
  readonly id: number;
  readonly match: ScriptMatch;
  readonly script: Script;
  remove(): void;
}

/** Scripts for messages that cannot carry one. The newest that fits wins, over what the message carries and over the server's agent. */
export interface ScriptBook {
  /** Throws a ServerOptionsError for a match that cannot be, and a ScriptError for such a script. */
  add(match: ScriptMatch, script: Script | Script['steps']): SetScript;
  /** All that were not taken back, the newest first. */
  readonly set: readonly SetScript[];
  find(request: AgentRequest): Script | undefined;
  clear(): void;
}

const NAMES: NamesOf<ScriptMatch> = {
  text: true,
  protocol: true,
  model: true,
  toolResult: true,
  turn: true,
  testId: true,
  when: true,
};

export function createScriptBook(): ScriptBook {
  let pages: SetScript[] = [];
  let count = 0;
  return {
    get set() {
      return pages;
    },
    add(match, script) {
      checkObject('script', match, "{ text: 'hello' }");
      checkNames(match, NAMES, 'script.');
      checkMatch(match);
      const remove = () => {
        pages = pages.filter((one) => one !== page);
      };
      const page: SetScript = {
        id: ++count,
        match: { ...match },
        script: parseScript(script),
        remove,
        [Symbol.dispose]: remove,
      };
      pages.unshift(page);
      return page;
    },
    find: (request) => pages.find(({ match }) => fits(match, request))?.script,
    clear() {
      pages = [];
    },
  };
}

function checkMatch({ text, protocol, model, toolResult, turn, testId, when }: ScriptMatch): void {
  const wrong = (name: string, expected: string, got: unknown): never => {
    throw new ServerOptionsError(`script.${name}: expected ${expected}; got ${String(JSON.stringify(got))}`);
  };
  checkPattern('script.text', text);
  checkPattern('script.model', model);
  checkTestId('script.testId', testId);
  const known = [...PROTOCOL_IDS, ...new Set(PROTOCOL_IDS.map((id) => id.split('@', 1)[0]!))];
  if (protocol !== undefined && !known.includes(protocol)) wrong('protocol', `one of ${known.join(', ')}`, protocol);
  if (toolResult !== undefined && typeof toolResult !== 'boolean' && typeof toolResult !== 'string')
    wrong('toolResult', 'true, false or the id of a call', toolResult);
  if (turn !== undefined && !(Number.isInteger(turn) && turn >= 0)) wrong('turn', 'a whole number from 0', turn);
  if (when !== undefined && typeof when !== 'function') wrong('when', 'a function', when);
}

function fits(match: ScriptMatch, request: AgentRequest): boolean {
  const { text, protocol, model, toolResult, turn, testId, when } = match;
  const { input } = request;
  return (
    (text === undefined || (typeof text === 'string' ? input.text.includes(text) : input.text.search(text) >= 0)) &&
    (protocol === undefined || request.protocol === protocol || request.protocol.startsWith(`${protocol}@`)) &&
    (model === undefined || isModel(request.model, model)) &&
    (toolResult === undefined || answers(request, toolResult)) &&
    (turn === undefined || request.turn === turn) &&
    (testId === undefined || request.testId === testId) &&
    (when === undefined || when(request))
  );
}

const isModel = (given: string | undefined, wanted: string | RegExp): boolean =>
  given !== undefined && (typeof wanted === 'string' ? given === wanted : given.search(wanted) >= 0);

function answers({ input: { outputs = [], decisions = [] } }: AgentRequest, wanted: boolean | string): boolean {
  const ids = [...outputs, ...decisions].map(({ id }) => id);
  return typeof wanted === 'string' ? ids.includes(wanted) : ids.length > 0 === wanted;
}
