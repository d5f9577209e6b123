import type { Exchange } from '@agentproto/recording';
import { record, records, type Json } from '../kit/json.ts';
import type { Reply } from '../kit/reply.ts';
import { NotApplicable } from '../kit/stops.ts';
import type { Place, Subject } from '../kit/subject.ts';
import type { CallOptions, OpenAgent, Said } from './agent.ts';
import { mediaTypeOf } from './media-type.ts';
import { askedIn, openCallIn, runEventsIn, saidIn, textOf, type RunEventSeen, type ToolAsked } from './run-event.ts';

export interface RunView {
  httpStatus: number | undefined;
  mediaType: string | undefined;
  /** The names of the events, in order. */
  names: (string | undefined)[];
  /** How the stream ended: `complete` is a close in order. */
  ended: string | undefined;
  /** What RunCompleted says. */
  answer: string;
  status?: unknown;
  /** The tools of the caller that are asked for. */
  asked: ToolAsked[];
}

/** A run as a stream, to its end. */
export class Run implements Subject {
  readonly exchange: Exchange;
  readonly place: Place;
  readonly events: readonly RunEventSeen[];
  readonly value: RunView;

  constructor(exchange: Exchange) {
    this.exchange = exchange;
    this.events = runEventsIn(exchange);
    this.place = this.events.at(-1)?.place ?? { exchange: exchange.id };
    const explicit = this.events.flatMap((event) => askedIn(event) ?? []);
    const last = this.events.at(-1);
    const open = explicit.length === 0 && last ? openCallIn(last) : undefined;
    this.value = {
      httpStatus: exchange.response?.status,
      mediaType: mediaTypeOf(exchange),
      names: this.events.map(({ name }) => name),
      ended: exchange.end?.kind,
      answer: this.completed ? saidIn(this.completed.value) : '',
      ...(this.completed?.value.status !== undefined && { status: this.completed.value.status }),
      asked: open ? [open] : explicit,
    };
    refuseUnsupported(exchange, this.events);
  }

  get isOk(): boolean {
    return this.value.httpStatus === 200;
  }

  get completed(): RunEventSeen | undefined {
    return this.events.findLast(({ name }) => name === 'RunCompleted');
  }

  /** RunResponses that say something. */
  get responses(): RunEventSeen[] {
    return this.events.filter(({ name, value }) => name === 'RunResponse' && saidIn(value) !== '');
  }
}

/** A server that cannot express a step says so (ARCHITECTURE, idea 1): nothing can be learned from it. */
function refuseUnsupported({ response }: Exchange, events: readonly RunEventSeen[]): void {
  const said = JSON.stringify([response?.json ?? null, events.at(-1)?.value ?? null]);
  if (said.includes('SCRIPT_STEP_UNSUPPORTED'))
    throw new NotApplicable(`the target cannot express the script: ${said.slice(0, 300)}`);
}

export type RunKind = 'agents' | 'teams';

/** A run as a stream. */
export async function runOf(
  agent: OpenAgent,
  kind: RunKind,
  id: string,
  said: Said,
  fields: Json = {},
  options: CallOptions = {},
): Promise<Run> {
  const live = await agent.openRun(kind, id, said, fields, options);
  await agent.framesOf(live);
  return new Run(live.exchange);
}

/** What an answer in one piece says: the last message of the assistant, under the contract's name or the other (X05). */
export function messageIn({ json }: Reply): Json | undefined {
  const { message, messages } = json;
  return record(message) ?? records(messages).findLast(({ role }) => role === 'assistant');
}

export const answerIn = (reply: Reply): string => textOf(messageIn(reply)?.content);

/**
 * Results of tools, as they go into the next request: the calls, and what each gave. Where a ToolRequest has an id, that tells
 * what belongs together; where it has none, as in the README, the name of the tool does, and there is no call to repeat.
 */
function resultsOf(asked: readonly ToolAsked[], outputs: (tool: string) => string): Json[] {
  const given = (input: unknown) => (typeof input === 'string' ? input : JSON.stringify(input ?? {}));
  const calls = asked.flatMap(({ tool = 'tool', input, id }) =>
    id === undefined ? [] : [{ id, type: 'function', function: { name: tool, arguments: given(input) } }],
  );
  return [
    ...(calls.length > 0 ? [{ role: 'assistant', content: '', tool_calls: calls }] : []),
    ...asked.map(({ tool = 'tool', id }) => ({
      role: 'tool',
      ...(id !== undefined && { tool_call_id: id }),
      tool_name: tool,
      content: outputs(tool),
    })),
  ];
}

/** What a loop of tools is played on, and with what. */
export interface Loop {
  kind: RunKind;
  id: string;
  fields: Json;
  /** What tools give. */
  outputs: (tool: string) => string;
}

/** Goes on with a run that has halted. The README knows no role of tools, so that a user may have to tell what they gave. */
async function resumed(
  agent: OpenAgent,
  { kind, id, fields, outputs }: Loop,
  before: readonly Json[],
  asked: readonly ToolAsked[],
): Promise<{ run: Run; messages: readonly Json[] }> {
  const messages = [...before, ...resultsOf(asked, outputs)];
  const run = await runOf(agent, kind, id, messages, fields);
  if (!agent.isReadme || ![400, 422].includes(run.value.httpStatus ?? 0)) return { run, messages };
  const told = [...before, ...asked.map(({ tool = 'tool' }) => ({ role: 'user', content: outputs(tool) }))];
  const inWords = await runOf(agent, kind, id, told, fields);
  return inWords.isOk ? { run: inWords, messages: told } : { run, messages };
}

/** A run that asks for tools of the caller, and what comes of it when it gets their results: the stream of each round. */
export async function roundsOf(
  agent: OpenAgent,
  loop: Loop,
  messages: readonly Json[],
  rounds: number,
): Promise<[first: Run, ...rest: Run[]]> {
  let run = await runOf(agent, loop.kind, loop.id, messages, loop.fields);
  const runs: [Run, ...Run[]] = [run];
  let said = messages;
  while (runs.length <= rounds && run.value.asked.length > 0) {
    ({ run, messages: said } = await resumed(agent, loop, said, run.value.asked));
    runs.push(run);
  }
  return runs;
}
