import { echoScript, findScript, parseScript, run, ScriptError } from '@agentproto/script';
import type { AgentEvent, Carrier, Clock, Json, RunContext, Script, Step, TurnInput } from '@agentproto/script';
import { HttpError } from './http-error.ts';
import type { Signals } from './signals.ts';
import type { RunFold } from './run-fold.ts';
import type { AgentEvents } from './runs.ts';

/** What a message asks of the agent, in no protocol's terms. */
export interface AgentRequest {
  /** `family@revision`, such as `a2a@1.0`. */
  protocol: string;
  runId: string;
  owner: string;
  tenant?: string | undefined;
  contextId?: string | undefined;
  /** How many messages of the run or conversation came before. */
  turn: number;
  /** What the request says in `X-Test-Id`. */
  testId?: string | undefined;
  /** That the request names, where the protocol has models. */
  model?: string | undefined;
  input: TurnInput;
  /** Where a script may be in the message. */
  carrier: Carrier;
  /** The message in the protocol's own words. */
  message: Json;
  /** Aborts when the turn is canceled. */
  readonly signal: AbortSignal;
}

/**
 * Who answers: a script, or events of the agent's own (an async generator). Undefined: the scripted agent, which
 * plays the script that the message carries, or says the text back. A script lasts for the whole run: the agent is
 * asked again for follow-ups of runs that follow none. Where the server keeps nothing between turns (chat), the agent
 * is also asked about the earlier messages, to find the script that the conversation follows. It may be async, and take
 * as long as a turn may (`limits.turnMs`).
 */
export type Agent = (request: AgentRequest) => Act | Promise<Act>;

type Act = Script | AsyncIterable<AgentEvent> | undefined;

/** The agent of the server's owner went wrong; its callers are told no more than that. `cause` is what it threw. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
}

/** What one message sets going. */
export interface Performance {
  /** The script that begins with this message, if one does. */
  script?: Script;
  /** The steps that will be played; absent where the agent makes its own events. */
  steps?: readonly Step[];
  events: AgentEvents;
}

/** The script that a run or a conversation follows. */
export interface Story {
  script: Script;
  /** Which of its turns comes next. */
  turn: number;
}

export interface Stage {
  /** Undefined: the scripted one. */
  agent: Agent | undefined;
  /** Scripts that the server's owner has set. */
  book: { find(request: AgentRequest): Script | undefined };
  clock: Clock;
  signals: Signals;
}

/**
 * What begins with a message, if anything does; at once where no agent is asked. Throws a ScriptError when it carries a
 * script that cannot be read.
 */
export function beginning(stage: Pick<Stage, 'agent' | 'book'>, request: AgentRequest): Act | Promise<Act> {
  const { agent, book } = stage;
  if (!agent) return turning(stage, request);
  return book.find(request) ?? asked(agent, request).then((act) => act ?? findScript(request.carrier)?.script);
}

/** What begins in the midst of a script: its agent is not asked again. */
export const turning = ({ book }: Pick<Stage, 'book'>, request: AgentRequest): Script | undefined =>
  book.find(request) ?? findScript(request.carrier)?.script;

/** Throws an AgentError for an agent that throws, takes too long, or returns what is neither a script nor events. */
async function asked(agent: Agent, request: AgentRequest): Promise<Act> {
  try {
    const act: unknown = (await agent(request)) ?? undefined;
    if (act === undefined) return undefined;
    if (typeof act === 'object' && act !== null && Symbol.asyncIterator in act) return act as AsyncIterable<AgentEvent>;
    return parseScript(act);
  } catch (cause) {
    if (cause instanceof AgentError || cause instanceof HttpError) throw cause;
    const what = cause instanceof ScriptError ? 'returned a script that cannot be played' : 'threw';
    throw new AgentError(`The agent ${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** Throws, or rejects with, a ScriptError when the message carries a script that cannot be read, and what `beginning` throws. */
export function perform(
  stage: Stage,
  request: AgentRequest,
  story: Story | undefined,
  /** Where a script gets its signal: the request itself would then stay for as long as the script waits. */
  abort: { readonly signal: AbortSignal } = request,
): Performance | Promise<Performance> {
  const { clock, signals } = stage;
  const { input } = request;
  const play = (script: Script, turn: number): Performance => ({
    steps: (turn === 0 ? script.steps : script.turns?.[turn - 1]?.steps) ?? [],
    events: run(script, new ScriptContext({ clock, signals }, turn, input, abort)),
  });

  const performed = (begun: Act): Performance => {
    if (begun && Symbol.asyncIterator in begun) return { events: begun };
    if (begun) return { script: begun, ...play(begun, 0) };
    return story ? play(story.script, story.turn) : play(echoScript(input.text), 0);
  };
  const begun = story ? turning(stage, request) : beginning(stage, request);
  return begun instanceof Promise ? begun.then(performed) : performed(begun);
}

class ScriptContext implements RunContext {
  readonly clock: Clock;
  readonly turn: number;
  readonly input: TurnInput;
  readonly #signals: Signals;
  readonly #abort: { readonly signal: AbortSignal };

  constructor(
    { clock, signals }: Pick<Stage, 'clock' | 'signals'>,
    turn: number,
    input: TurnInput,
    abort: { signal: AbortSignal },
  ) {
    this.clock = clock;
    this.turn = turn;
    this.input = input;
    this.#signals = signals;
    this.#abort = abort;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  waitForSignal(name: string, stop: AbortSignal): Promise<void> {
    return this.#signals.wait(name, stop);
  }
}

/** The script that a run follows so far, if any. */
export function storyIn({ story }: RunFold): Story | undefined {
  return story && { script: story.script, turn: story.count.turn };
}
