import type { MethodName } from '@agentproto/protocol/a2a/1.0';
import type { RequirementId } from '@agentproto/rules';
import { isRecord } from '../kit/json.ts';
import { mismatch } from '../kit/match.ts';
import { done, input, slow } from '../kit/steps.ts';
import type { A2AAgent } from './agent.ts';
import { plainEvent } from './plain-event.ts';
import { makeConfig, workingTask } from './push.ts';
import { refusesInput } from './refusal.ts';
import type { Reply } from './reply.ts';
import type { TaskStream } from './task-stream.ts';
import { sent } from './sent.ts';
import { isAlike, unknownRoute } from './unknown-route.ts';
import { isTerminal, TERMINAL, type TaskView } from './view.ts';

/**
 * Faults that a target has everywhere: which error it takes for a kind of failure. The row about the kind is red, and
 * the rows about single operations are blocked by it where they meet with the very same answer.
 */

/** How a target says of a task that nobody made that it is not there. */
export interface Missing {
  /** GetTask and CancelTask say the same, and it is no TaskNotFoundError: one fault, of ERR-006, wherever it shows. */
  wrongly: boolean;
  get: Reply;
  /** Asked only where GetTask gave no TaskNotFoundError, since there are servers that do not survive it. */
  cancel?: Reply;
  /** For a row about one operation alone: blocked by ERR-006 where this is that fault, and its own red where it is not. */
  unless(answer: Reply | TaskStream): { blockedBy?: 'A2A10-ERR-006' };
}

/** The rule about methods or routes, where there is none for the operation over this binding: then it breaks no other. */
export function lacksMethod({ value: { error }, exchange }: Reply | TaskStream): RequirementId | undefined {
  if (error?.by !== 'status' && error?.names.includes('MethodNotFoundError')) return 'A2A10-RPC-003';
  return [405, 501].includes(exchange.response?.status ?? 0) ? 'A2A10-REST-001' : undefined;
}

/** The same where the target owes the operation whatever its card declares, as the era has it: else the rule is not broken. */
export async function lacksOwed(
  agent: A2AAgent,
  method: MethodName,
  answer: Reply | TaskStream,
): Promise<RequirementId | undefined> {
  if (!agent.owedMethods.includes(method)) return undefined;
  // These may be a route's own answer, too: it is none where an unknown path gets the same.
  const mayBeOwn = agent.binding.name === 'HTTP+JSON' && [404, 501].includes(answer.exchange.response?.status ?? 0);
  if (mayBeOwn) return isAlike(answer, await unknownRoute(agent)) ? 'A2A10-REST-001' : undefined;
  return lacksMethod(answer);
}

/** The row that an operation breaks by itself, where it does not take a task that nobody made for one. */
export const OF_UNKNOWN_TASKS: { readonly [method in MethodName]?: RequirementId } = {
  GetTask: 'A2A10-GET-002',
  CancelTask: 'A2A10-CANCEL-003',
  SendMessage: 'A2A10-SEND-004',
  SubscribeToTask: 'A2A10-SUB-004',
  CreateTaskPushNotificationConfig: 'A2A10-PUSH-002',
  GetTaskPushNotificationConfig: 'A2A10-PUSH-004',
  ListTaskPushNotificationConfigs: 'A2A10-PUSH-007',
  DeleteTaskPushNotificationConfig: 'A2A10-PUSH-011',
};

/** Asks for a task that nobody made; a second operation, too, where the first does not say that it is not there. */
export async function missesTasks(agent: A2AAgent): Promise<Missing> {
  const get = await agent.get(agent.fresh('no-such-task'));
  const cancel = get.is('TaskNotFoundError') ? undefined : await agent.cancel(agent.fresh('no-such-task'));
  const wrongly = cancel !== undefined && get.failed && get.answersLike(cancel);
  return {
    wrongly,
    get,
    ...(cancel && { cancel }),
    unless: (answer) => (wrongly && get.answersLike(answer) ? { blockedBy: 'A2A10-ERR-006' } : {}),
  };
}

/**
 * For what was said to this task and went to another one: blocked by SEND-004 where the target leaves every task id aside,
 * so that a task which nobody made is begun as well, or by SEND-017 where no follow-up goes on; a red of its own where it does
 * so with this task alone.
 */
export async function leftAside(
  agent: A2AAgent,
  id: string,
  answer: Reply | TaskStream,
): Promise<{ blockedBy?: 'A2A10-SEND-004' | 'A2A10-SEND-017' }> {
  if (answer.taskId === undefined || answer.taskId === id) return {};
  const invented = agent.fresh('no-such-task');
  const { failed, taskId } = await agent.send('hello', { taskId: invented });
  if (!failed && taskId !== undefined && taskId !== invented) return { blockedBy: 'A2A10-SEND-004' };
  // With this one alone, or with whatever asked for something.
  const asking = await agent.send(input());
  if (asking.taskId === undefined) return {};
  const followed = await agent.send('This one', { taskId: asking.taskId });
  return followed.failed || followed.taskId === asking.taskId ? {} : { blockedBy: 'A2A10-SEND-017' };
}

/**
 * No history is an empty list in what SendMessage answers, too, and not only in what GetTask does: one habit, of HIST-004,
 * wherever it shows.
 */
export async function writesEmptyHistory(agent: A2AAgent): Promise<boolean> {
  const lengthOf = ({ value: { result } }: Reply) => {
    const { history } = isRecord(result) && isRecord(result.task) ? result.task : {};
    return Array.isArray(history) ? history.length : undefined;
  };
  if (!lengthOf(await agent.send('hello'))) return false;
  return lengthOf(await agent.send('hello', { configuration: { historyLength: 0 } })) === 0;
}

/** How many messages the task of an answer shows; undefined where there is none. */
function historyOf({ value: { result }, taskSubject }: Reply): number | undefined {
  return result === undefined ? undefined : (taskSubject.value as { history?: unknown[] }).history?.length;
}

/** For a limit of the history that was left aside in a query: blocked by REST-004 where a body has it heeded. */
export async function ignoresQueries(agent: A2AAgent): Promise<{ blockedBy?: 'A2A10-REST-004' }> {
  if (agent.binding.name !== 'HTTP+JSON') return {};
  const limited = await agent.send(done, { configuration: { historyLength: 0 } });
  if (historyOf(limited) !== 0 || limited.taskId === undefined) return {};
  return historyOf(await agent.get(limited.taskId, { historyLength: 0 })) ? { blockedBy: 'A2A10-REST-004' } : {};
}

/** For a filter, a size or a token of a list that was left aside: blocked by REST-004 where neither lists nor GetTask heed a query. */
export async function listsWithoutQueries(agent: A2AAgent): Promise<{ blockedBy?: 'A2A10-REST-004' }> {
  if (agent.binding.name !== 'HTTP+JSON') return {};
  // Two tasks at least, of which a page of one may show one.
  for (let made = 0; made < 2; made += 1) await agent.send(done);
  const { result } = (await agent.call('ListTasks', { pageSize: 1 })).value;
  const heedsSize = !isRecord(result) || !Array.isArray(result.tasks) || result.tasks.length < 2;
  return heedsSize ? {} : ignoresQueries(agent);
}

/** For what GetTask is to show of a task: blocked by GET-001 where it shows another state of one that is known to be over. */
export async function readsStale(agent: A2AAgent): Promise<{ blockedBy?: 'A2A10-GET-001' }> {
  const { taskId, taskSubject } = await agent.send(done);
  const { state } = taskSubject.value as TaskView;
  if (taskId === undefined || !TERMINAL.has(state ?? '')) return {};
  const read = await agent.get(taskId);
  return read.failed || (read.taskSubject.value as TaskView).state === state ? {} : { blockedBy: 'A2A10-GET-001' };
}

/** For a webhook that is told nothing: blocked by DELIV-001 where one that was registered for a task at work is not told of its end. */
export async function callsNobody(agent: A2AAgent): Promise<{ blockedBy?: 'A2A10-DELIV-001' }> {
  const hook = await agent.hook();
  const { id } = await workingTask(agent);
  if ((await makeConfig(agent, id, { url: hook.url })).id === '' || (await agent.cancel(id)).failed) return {};
  return (await agent.hears(hook)) ? {} : { blockedBy: 'A2A10-DELIV-001' };
}

/** For a limit of the history that was left aside, but not by GetTask: blocked by the row about GetTask where that does so, too. */
export async function ignoresLimit(
  agent: A2AAgent,
  id: string,
  historyLength: 0 | 1,
): Promise<{ blockedBy?: 'A2A10-HIST-001' | 'A2A10-HIST-002' }> {
  const shown = historyOf(await agent.get(id, { historyLength })) ?? 0;
  return shown > historyLength ? { blockedBy: historyLength === 0 ? 'A2A10-HIST-001' : 'A2A10-HIST-002' } : {};
}

/** Neither a task nor a message, though nothing failed. */
const saysNothing = (reply: Reply): boolean =>
  reply.value.result !== undefined && reply.taskId === undefined && !reply.sentMessage();

/** The row that an answer without a task breaks: SEND-001 where the plainest message gets no more, else the row that asked. */
export async function rowOfNothing<Row extends RequirementId>(
  agent: A2AAgent,
  reply: Reply,
  row: Row,
): Promise<Row | 'A2A10-SEND-001'> {
  return saysNothing(reply) && saysNothing(await agent.send('hello')) ? 'A2A10-SEND-001' : row;
}

/** For a stream that stays open: blocked by STREAM-005 where that of a task that is simply done stays open as well. */
export async function neverCloses(agent: A2AAgent, stream: TaskStream): Promise<{ blockedBy?: 'A2A10-STREAM-005' }> {
  if (stream.closed.value === 'closed') return {};
  const plain = await agent.stream(done);
  await plain.drain();
  return plain.closed.value === 'closed' ? {} : { blockedBy: 'A2A10-STREAM-005' };
}

/** For a subscription that was not told of a cancel: blocked by CANCEL-006 where the stream of a message is not told either. */
export async function untoldOfCancels(agent: A2AAgent): Promise<{ blockedBy?: 'A2A10-CANCEL-006' }> {
  const stream = await agent.stream(slow());
  const first = await stream.next();
  if (first.value.kind !== 'task' || first.value.id === undefined) return {};
  if ((await agent.cancel(first.value.id)).failed) return {};
  await stream.drain();
  // Where CANCEL-006 itself would be lost, it explains nothing.
  if (stream.unfinished && !agent.runsScripts) return {};
  return stream.views.some(isTerminal) ? {} : { blockedBy: 'A2A10-CANCEL-006' };
}

/** For a task that never seems to end: blocked by STREAM-018 where GetTask also lags behind a stream that told of the end. */
export async function lagsBehind(agent: A2AAgent): Promise<{ blockedBy?: 'A2A10-STREAM-018' }> {
  const stream = await agent.stream(done);
  await stream.drain();
  const id = stream.taskId;
  if (id === undefined || !stream.views.some(isTerminal)) return {};
  const { failed, taskSubject } = await agent.get(id);
  return failed || mismatch({ state: stream.state }, taskSubject.value) === undefined
    ? {}
    : { blockedBy: 'A2A10-STREAM-018' };
}

/**
 * For a message that a stream takes to a task which is over, or which nobody made: blocked by the row about SendMessage where
 * that takes it as well, and under the same id. Where the id is left aside, see `leftAside`.
 */
export function takenAsWell<Row extends RequirementId>(
  row: Row,
  stream: TaskStream,
  id: string,
  twin: Reply,
  twinId = id,
): { blockedBy?: Row } {
  const taken = !stream.refusal && stream.taskId === id && !twin.failed && twin.taskId === twinId;
  return taken ? { blockedBy: row } : {};
}

/** For a refusal of a method in words and with a code that every unknown method is refused with, which are wrong ones: see RPC-006. */
export async function refusesMethods(agent: A2AAgent, answer: Reply): Promise<{ blockedBy?: 'A2A10-RPC-006' }> {
  const isOwn = ['PushNotificationNotSupportedError', 'UnsupportedOperationError', 'MethodNotFoundError'].some(
    (error) => answer.is(error),
  );
  if (agent.binding.name !== 'JSONRPC' || !answer.failed || isOwn) return {};
  const invented = 'NoSuchMethod';
  const body = JSON.stringify({ jsonrpc: '2.0', id: agent.fresh('id'), method: invented, params: {} });
  const unknown = await agent.call('GetTask', {}, { body, hostile: true });
  return unknown.failed && errorWithout(unknown, invented) === errorWithout(answer, methodOf(answer))
    ? { blockedBy: 'A2A10-RPC-006' }
    : {};
}

const methodOf = ({ exchange }: Reply): string => String(sent(exchange)?.method ?? '');

/** What an error says, whatever the method's name. */
const errorWithout = ({ exchange }: Reply, method: string): string => {
  const json = exchange.response?.json;
  const error = isRecord(json) ? json.error : undefined;
  return `${exchange.response?.status} ${JSON.stringify(error ?? null).replaceAll(method, '')}`;
};

/** Asks with a message that breaks the schema. */
export async function refusesBadInput(
  agent: A2AAgent,
): Promise<{ unless(answer: Reply): { blockedBy?: 'A2A10-ERR-004' } }> {
  const { role: _left, ...message } = agent.message(done);
  const general = await agent.call('SendMessage', { message }, { hostile: true });
  const wrongly = general.failed && !refusesInput(general);
  return { unless: (answer) => (wrongly && general.answersLike(answer) ? { blockedBy: 'A2A10-ERR-004' } : {}) };
}

/** What is written without the member that says what it is. */
const isBare = (value: unknown): boolean => isRecord(value) && plainEvent(value)?.content === value;

/**
 * For an answer to a message that is bare: blocked by the row about the form of events where those are bare, too, for then it
 * is one way of writing; a red of its own where events have their member, and where there are no streams.
 */
export async function bareInStreams(
  agent: A2AAgent,
  { value: { result } }: Reply,
): Promise<{ blockedBy?: 'A2A10-REST-009' | 'A2A10-RPC-011' }> {
  const { capabilities } = agent.card;
  if (!isBare(result) || !isRecord(capabilities) || capabilities.streaming !== true) return {};
  const isRpc = agent.binding.name === 'JSONRPC';
  const { exchange } = await (await agent.stream(done)).answer();
  const events = exchange.frames.flatMap(({ json }) => [isRpc && isRecord(json) ? json.result : json]);
  return events.length > 0 && events.every(isBare) ? { blockedBy: isRpc ? 'A2A10-RPC-011' : 'A2A10-REST-009' } : {};
}

/** For a list of what nobody made: blocked by PUSH-005 where the list of a task that is there meets with the very same answer. */
export async function listsNothing(agent: A2AAgent, listed: Reply): Promise<{ blockedBy?: 'A2A10-PUSH-005' }> {
  if (!listed.failed || listed.is('TaskNotFoundError')) return {};
  const { taskId } = await agent.send(done);
  if (taskId === undefined) return {};
  const own = await agent.call('ListTaskPushNotificationConfigs', { taskId });
  return own.failed && own.answersLike(listed) ? { blockedBy: 'A2A10-PUSH-005' } : {};
}
