import type { Message, Part, SendMessageResponse, StreamResponse, Task } from '@agentproto/protocol/a2a/1.0';
import { InvalidInputError } from '../errors.ts';
import { isObject } from '../json.ts';

/**
 * A tool call that an agent leaves with its caller: a data part `{ toolCall: … }` in the message with which a task comes to
 * TASK_STATE_INPUT_REQUIRED. A2A has no word for it; this is what agentproto's reference server and scripts say.
 */
export interface ToolCall {
  id: string;
  name: string;
  args: { [name: string]: unknown };
  description?: string;
  /** `client`: you run the tool, and send `toolOutput`. `approval`: the agent runs it once you `approve`. */
  by: 'client' | 'approval';
}

/** The calls that wait for their caller, in the order of the agent. None where the task does not wait for input. */
export function toolCallsOf(said: SendMessageResponse | StreamResponse | Task | Message): ToolCall[] {
  return waitingParts(said).flatMap(({ data }) => {
    const call = isObject(data) ? data['toolCall'] : undefined;
    if (!isObject(call) || typeof call['id'] !== 'string' || typeof call['name'] !== 'string') return [];
    const by = call['by'] === 'client' ? 'client' : 'approval';
    return [{ ...(call as unknown as ToolCall), args: isObject(call['args']) ? call['args'] : {}, by }];
  });
}

function waitingParts(said: SendMessageResponse | StreamResponse | Task | Message): readonly Part[] {
  if ('parts' in said) return said.parts;
  if ('status' in said)
    return said.status.state === 'TASK_STATE_INPUT_REQUIRED' ? (said.status.message?.parts ?? []) : [];
  const { task, message, statusUpdate }: StreamResponse = said;
  if (statusUpdate) return waitingParts({ id: '', status: statusUpdate.status });
  return task || message ? waitingParts((task ?? message)!) : [];
}

/** A part for the next message to the task: the agent may run the tool. */
export function approve(call: Pick<ToolCall, 'id'> & Partial<ToolCall>): Part {
  return decision(call, { approved: true });
}

/** A part for the next message to the task: the agent must not run the tool. `reason` is for the agent. */
export function reject(call: Pick<ToolCall, 'id'> & Partial<ToolCall>, reason?: string): Part {
  return decision(call, { approved: false, ...(reason !== undefined && { reason }) });
}

/** A part for the next message to the task: what the tool gave, which you ran. Any JSON value. */
export function toolOutput(call: Pick<ToolCall, 'id'> & Partial<ToolCall>, output: unknown): Part {
  const expected =
    'toolOutput: expected a call that its caller runs, got one that the agent runs: approve or reject it';
  if (call.by === 'approval') throw new InvalidInputError(expected);
  if (output === undefined) throw new InvalidInputError('toolOutput: expected a JSON value, got undefined');
  return { data: { toolOutput: { id: call.id, output } }, mediaType: 'application/json' };
}

function decision({ id, by }: Pick<ToolCall, 'id'> & Partial<ToolCall>, decided: object): Part {
  const expected = 'expected a call that the agent runs, got one that its caller runs: send toolOutput';
  if (by === 'client') throw new InvalidInputError(expected);
  return { data: { toolDecision: { id, ...decided } }, mediaType: 'application/json' };
}
