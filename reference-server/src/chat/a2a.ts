import type { ChatRequest, StreamEvent, Task, TaskResult } from '@agentproto/protocol/chat/docs';
import { PATHS } from '@agentproto/protocol/chat/docs';
import type { Answer } from '../answer.ts';
import type { Call, HttpRequest } from './call.ts';
import { ChatError, invalid } from './chat-error.ts';
import type { ChatContext } from './context.ts';
import { parsedBody, rules } from './request.ts';

const json = (ctx: ChatContext, value: object): Answer => ({
  status: 200,
  headers: ctx.impl.jsonHeaders(ctx),
  body: JSON.stringify(value),
});

/** The card that others find the agent by (a2a: Auto-Generated Card). */
export function agentCard(ctx: ChatContext): Answer {
  const { settings, baseUrl, path } = ctx;
  const made = {
    name: 'dcaf-agent',
    description: 'A DCAF agent',
    skills: [],
    version: '1.0',
    metadata: { framework: 'dcaf', model: null, provider: null },
  };
  return json(ctx, { ...(typeof settings.a2a === 'object' ? settings.a2a : made), url: baseUrl() + path });
}

/** Does what another agent wants; with `?async=true` it is answered before that is done. Throws a ChatError. */
export async function sendTask(ctx: ChatContext, owner: string, request: HttpRequest): Promise<Answer> {
  const { impl } = ctx;
  const body = impl.checkObject(ctx, parsedBody(ctx, request.headers, request.body));
  const violations = rules.loaded.validate('Task', body);
  if (violations.length > 0) throw invalid(violations);
  // Validated.
  const task = body as Task;
  const isAsync = request.query['async'] === 'true' || request.query['async_mode'] === 'true';
  if (!isAsync) return json(ctx, await impl.doTask(ctx, callOf(owner, request.signal), task));
  const key = keyOf(owner, task.id);
  const pending: TaskResult = { task_id: task.id, text: '', status: 'pending', artifacts: [], metadata: {} };
  ctx.tasks.set(key, pending);
  const working = impl
    .doTask(ctx, callOf(owner, new AbortController().signal), task)
    .catch((error: unknown) => failed(task, ctx.impl.errorEvent(ctx, error).error))
    .then((result) => ctx.tasks.set(key, result));
  await impl.beforeTaskIsDone(ctx, working);
  return json(ctx, { task_id: task.id, status: 'pending' });
}

/** What an answer waits for that promises a result: nothing. */
export const beforeTaskIsDone = (_ctx: ChatContext, _working: Promise<void>): Promise<void> => Promise.resolve();

/** What came of a task that was sent with `async`. Throws a ChatError, 404. */
export function getTask(ctx: ChatContext, owner: string, { params: { task_id: id = '' } }: HttpRequest): Answer {
  const result = ctx.tasks.get(keyOf(owner, id));
  if (!result) throw new ChatError(404, `Task ${id} not found`);
  return json(ctx, result);
}

const keyOf = (owner: string, id: string): string => JSON.stringify([owner, id]);

const callOf = (owner: string, signal: AbortSignal): Call => ({
  owner,
  binding: 'HTTP',
  legacy: false,
  seen: { binding: 'HTTP', method: 'POST', path: PATHS.sendTask },
  signal,
});

/** One turn, whose answer is told as a result. A failure is a result too; a call that waits for approval is told, and cannot be decided about. */
export async function doTask(ctx: ChatContext, call: Call, { id, message, context = {} }: Task): Promise<TaskResult> {
  const { impl } = ctx;
  const request: ChatRequest = { messages: [{ role: 'user', content: message, platform_context: context }] };
  const run = await impl.beginTurn(ctx, call, request);
  const events: StreamEvent[] = [];
  for await (const item of impl.turnEvents(ctx, call, run)) if ('event' in item) events.push(item.event);
  const error = events.find((event) => event.type === 'error');
  if (error) return failed({ id }, error.error);
  const text = events.flatMap((event) => (event.type === 'text_delta' ? [event.text] : [])).join('');
  const asks = events.some(({ type }) => type === 'approvals');
  const metadata = { conversation_id: run.id, needs_approval: asks };
  return { task_id: id, text, status: 'completed', artifacts: [], metadata };
}

const failed = ({ id }: Pick<Task, 'id'>, error: string): TaskResult => ({
  task_id: id,
  text: '',
  status: 'failed',
  artifacts: [],
  metadata: {},
  error,
});
