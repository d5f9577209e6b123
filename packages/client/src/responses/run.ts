import type {
  AnyStreamEvent,
  CreateResponseBody,
  FunctionCall,
  ItemField,
  ItemParam,
  McpApprovalRequest,
  ResponseResource,
} from '@agentproto/protocol/responses/openai';
import { AbortedError, InvalidInputError } from '../errors.ts';
import type { CreateOptions, ResponsesClient } from './client.ts';
import { isResponsesError, ResponseNotCompletedError, TurnsExceededError } from './error.ts';
import { createBody, type CreateBody, type ResponseInput } from './input.ts';
import type { ResponsesSession } from './session.ts';
import { outputTextOf } from './text.ts';
import type { RunnableTool } from './tool.ts';

/** What may be done only with leave: a function here, or a tool of an MCP server that the model's side calls. */
export type Approvable = FunctionCall | McpApprovalRequest;
export type Approval = boolean | { approve: boolean; reason?: string };

export interface RunOptions extends Omit<CreateOptions, 'expectCompleted'> {
  /** The functions that are run here. */
  tools: readonly RunnableTool[];
  /** Asked for each call of a tool with `needsApproval`, and for each MCP approval request. Without it, `run` gives them back as `pending`. */
  approve?: (request: Approvable, signal: AbortSignal) => Approval | Promise<Approval>;
  /** How often the model is asked at most. Default 10. */
  maxTurns?: number;
  /** Run the calls of one turn one after the other. Default: all at once. */
  sequential?: boolean;
  /** Told about each event; the responses are then streamed. */
  onEvent?: (event: AnyStreamEvent) => void;
  /** Told about each call that was answered, with what the function threw, if it did. */
  onToolResult?: (call: FunctionCall, answer: { output: unknown; error?: unknown }) => void;
}

export interface RunResult {
  /** The last one. */
  response: ResponseResource;
  /** All text of the last response. */
  outputText: string;
  /** All that was said after the input: items of the model, and those that were sent back to it. */
  items: (ItemField | ItemParam)[];
  turns: number;
  /** What the model waits for, and nobody here can give: calls of other functions, approvals without `approve`. */
  pending: Approvable[];
}

/**
 * Asks the model, runs the functions that it calls, tells it what came of them, and so on until it calls none. Goes on by
 * `previous_response_id`; with `store: false` over HTTP, and where the server has forgotten a response, by sending all
 * again; in a conversation, by that. Throws `TurnsExceededError`, and `ResponseNotCompletedError` for a response that is
 * not completed.
 */
export async function run(
  client: ResponsesClient | ResponsesSession,
  input: ResponseInput,
  options: RunOptions,
): Promise<RunResult> {
  const { tools, approve, maxTurns = 10, sequential = false, onEvent, onToolResult, ...call } = options;
  if (!(maxTurns >= 1)) throw new InvalidInputError(`maxTurns: expected 1 or more, got ${maxTurns}`);
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  if (byName.size < tools.length) throw new InvalidInputError('tools: expected names that differ');
  const first = createBody(input, undefined);
  let body: CreateBody = { ...first, tools: [...(first.tools ?? []), ...tools.map(({ param }) => param)] };
  const items: RunResult['items'] = [];
  const signal = call.signal ?? new AbortController().signal;
  const ask = (one: CreateBody) => (onEvent ? streamed(client, one, call, onEvent) : client.create(one, call));
  const all = () => [...itemsIn(first), ...items] as ItemParam[];
  // A connection keeps its last response in any case (WebSocket Continuation).
  const chained = first.store !== false || !('retrieve' in client);

  for (let turns = 1; ; turns++) {
    const response = await ask(body).catch((error: unknown) => {
      const { previous_response_id: previous, ...rest } = body;
      // Without what came before the first turn there is nothing whole to send.
      const whole = previous !== undefined && previous !== first.previous_response_id && !first.previous_response_id;
      if (!whole || !isResponsesError(error, 'previous_response_not_found')) throw error;
      return ask({ ...rest, input: all() });
    });
    if (response.status !== undefined && response.status !== 'completed') throw new ResponseNotCompletedError(response);
    append(items, response.output);
    const asked = response.output.filter(isApprovable);
    const mine = asked.filter((each) => (each.type === 'function_call' ? byName.has(each.name) : true));
    const unanswerable = mine.filter(
      (each) => !approve && (each.type !== 'function_call' || byName.get(each.name)!.needsApproval),
    );
    const pending = asked.filter((each) => !mine.includes(each) || unanswerable.includes(each));
    const result = { response, outputText: outputTextOf(response), items, turns, pending };
    if (asked.length === 0) return result;
    // A server takes the answers to all calls at once, so that a part of them would be of no use.
    if (pending.length > 0) return result;
    if (turns === maxTurns) throw new TurnsExceededError(turns, response);

    const answer = (each: Approvable) => answerTo(each, byName, approve, signal, onToolResult);
    const answers: ItemParam[] = [];
    if (sequential) for (const each of asked) answers.push(await answer(each));
    else append(answers, await Promise.all(asked.map(answer)));
    append(items, answers);
    const { tool_choice } = body;
    body = {
      ...body,
      ...(tool_choice && { tool_choice: unforced(tool_choice) }),
      ...(body.conversation
        ? { input: answers }
        : chained
          ? { input: answers, previous_response_id: response.id }
          : { input: all() }),
    };
  }
}

async function streamed(
  client: ResponsesClient | ResponsesSession,
  body: CreateBody,
  call: CreateOptions,
  onEvent: (event: AnyStreamEvent) => void,
): Promise<ResponseResource> {
  const stream = client.stream(body, call);
  for await (const event of stream) onEvent(event);
  return stream.final();
}

async function answerTo(
  asked: Approvable,
  tools: ReadonlyMap<string, RunnableTool>,
  approve: RunOptions['approve'],
  signal: AbortSignal,
  onToolResult: RunOptions['onToolResult'],
): Promise<ItemParam> {
  if (signal.aborted) throw new AbortedError(signal.reason);
  const tool = asked.type === 'function_call' ? tools.get(asked.name)! : undefined;
  const given = !tool || tool.needsApproval ? await approve!(asked, signal) : true;
  const { approve: approved, reason = undefined } = typeof given === 'boolean' ? { approve: given } : given;
  if (asked.type !== 'function_call') {
    const said = { approval_request_id: asked.id, approve: approved, ...(reason !== undefined && { reason }) };
    return { type: 'mcp_approval_response', ...said };
  }
  const answer = approved
    ? await tool!.answer(asked, signal)
    : { output: JSON.stringify({ error: `the call was not approved${reason ? `: ${reason}` : ''}` }) };
  onToolResult?.(asked, answer);
  return { type: 'function_call_output', call_id: asked.call_id, output: answer.output };
}

function itemsIn({ input }: CreateResponseBody): readonly ItemParam[] {
  return typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : (input ?? []);
}

type ToolChoice = NonNullable<CreateBody['tool_choice']>;

/** Forced in each turn, the model would call a tool for ever. What it may call at all stays as it is. */
function unforced(choice: ToolChoice): ToolChoice {
  if (choice === 'none') return choice;
  return typeof choice === 'object' && choice.type === 'allowed_tools' ? { ...choice, mode: 'auto' } : 'auto';
}

function isApprovable(item: ItemField): item is Approvable {
  return item?.type === 'function_call' || item?.type === 'mcp_approval_request';
}

/** Not `push(...items)`: a long list would overflow the stack. */
function append<Item>(list: Item[], items: readonly Item[]): void {
  for (const item of items) list.push(item);
}
