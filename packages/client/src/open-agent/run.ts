import type { AgentMessage } from '@agentproto/protocol/open-agent/0.7';
import { AbortedError, InvalidInputError } from '../errors.ts';
import { RoundsExceededError, RunNotCompletedError } from './error.ts';
import type { RunEvent } from './event.ts';
import { type RunInput, runRequest } from './input.ts';
import type { Run, ToolRequest } from './run-result.ts';
import type { Runner, RunOptions } from './runner.ts';
import type { RunnableTool } from './tool.ts';

export type Approval = boolean | { approve: boolean; reason?: string };

export interface ToolLoopOptions extends Omit<RunOptions, 'expectCompleted'> {
  /** The functions that are run here; the agent is told of them. */
  tools: readonly RunnableTool[];
  /** Asked for each request of a tool with `needsApproval`. Without it, `run` gives them back as `pending`. */
  approve?: (request: ToolRequest, signal: AbortSignal) => Approval | Promise<Approval>;
  /** How often the agent is asked at most. Default 10. */
  maxRounds?: number;
  /** Run the tools of one round one after the other. Default: all at once. */
  sequential?: boolean;
  /** Told about each event. */
  onEvent?: (event: RunEvent) => void;
  /** Told about each request that was answered, with what the function threw, if it did. */
  onToolResult?: (request: ToolRequest, answer: { content: string; error?: unknown }) => void;
}

export interface ToolLoopResult {
  /** The last one. */
  run: Run;
  /** The answer. */
  content: string;
  /** What was said after the input: by the agent, and to it. The input and these go on with the conversation. */
  messages: AgentMessage[];
  rounds: number;
  /** What the agent waits for, and nobody here can give: requests of other tools, approvals without `approve`. */
  pending: ToolRequest[];
}

/**
 * Asks an agent or a team, runs the tools that it requests, tells it what came of them, and so on until RunCompleted
 * (README, ToolRequest). Always streamed: without a stream there are no tool requests. Throws `RoundsExceededError`, and
 * `RunNotCompletedError` for a run that failed or was canceled.
 */
export async function run(runner: Runner, input: RunInput, options: ToolLoopOptions): Promise<ToolLoopResult> {
  const { tools, approve, maxRounds = 10, sequential = false, onEvent, onToolResult: _, ...call } = options;
  if (!(maxRounds >= 1)) throw new InvalidInputError(`maxRounds: expected 1 or more, got ${maxRounds}`);
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  if (byName.size < tools.length) throw new InvalidInputError('tools: expected names that differ');
  const request = runRequest(input);
  const offered = [...(request.tools ?? []), ...tools.map(({ param }) => param)];
  const messages: AgentMessage[] = [];
  const signal = call.signal ?? new AbortController().signal;

  for (let rounds = 1; ; rounds++) {
    const asked = { ...request, messages: [...request.messages, ...messages], tools: offered };
    const stream = runner.stream(asked, call);
    if (onEvent) for await (const event of stream) onEvent(event);
    const done = await stream.final();
    if (done.status === 'failed' || done.status === 'canceled') throw new RunNotCompletedError(done);
    const waiting = done.status === 'halted' ? done.toolRequests : [];
    messages.push(saidBy(done, waiting, rounds));
    const pending = waiting.filter(({ tool }) => {
      const mine = byName.get(tool);
      return !mine || (mine.needsApproval && !approve);
    });
    if (waiting.length === 0 || pending.length > 0) {
      return { run: done, content: done.content, messages, rounds, pending };
    }
    if (rounds === maxRounds) throw new RoundsExceededError(rounds, done);

    const answer = (one: ToolRequest, index: number) =>
      answerTo(one, callId(one, rounds, index), byName.get(one.tool)!, signal, options);
    if (sequential) for (const [index, one] of waiting.entries()) messages.push(await answer(one, index));
    else messages.push(...(await Promise.all(waiting.map(answer))));
  }
}

/** A ToolRequest of the README has no id; an answer needs one to belong to a call. */
function callId({ id }: ToolRequest, round: number, index: number): string {
  return id ?? `call_${round}_${index}`;
}

/** What the agent said in a round, as the message that its next round begins with. */
function saidBy({ message, content }: Run, waiting: readonly ToolRequest[], round: number): AgentMessage {
  if (waiting.length === 0) return message ?? { role: 'assistant', content };
  return {
    role: 'assistant',
    content,
    tool_calls: waiting.map((request, index) => ({
      id: callId(request, round, index),
      type: 'function',
      function: { name: request.tool, arguments: argumentsOf(request.input) },
    })),
  };
}

function argumentsOf(input: unknown): string {
  return typeof input === 'string' ? input : JSON.stringify(input ?? {});
}

async function answerTo(
  request: ToolRequest,
  id: string,
  tool: RunnableTool,
  signal: AbortSignal,
  { approve, onToolResult }: ToolLoopOptions,
): Promise<AgentMessage> {
  if (signal.aborted) throw new AbortedError(signal.reason);
  const given = tool.needsApproval ? await approve!(request, signal) : true;
  const { approve: approved, reason = undefined } = typeof given === 'boolean' ? { approve: given } : given;
  const refusal = `the call was not approved${reason ? `: ${reason}` : ''}`;
  const answer = approved
    ? await tool.answer(request, signal)
    : { content: JSON.stringify({ error: refusal }), error: refusal };
  onToolResult?.(request, answer);
  return {
    role: 'tool',
    tool_call_id: id,
    tool_name: request.tool,
    content: answer.content,
    tool_call_error: answer.error !== undefined,
  };
}
