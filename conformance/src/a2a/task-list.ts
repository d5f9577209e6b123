import { setTimeout } from 'node:timers/promises';
import type { RequirementId } from '@agentproto/rules';
import type { Exchange } from '@agentproto/recording';
import { isRecord } from '../kit/json.ts';
import { aList, aText, matcher } from '../kit/match.ts';
import { done } from '../kit/steps.ts';
import type { Stimulus } from '../kit/stimulus.ts';
import { Blocked, NotApplicable } from '../kit/stops.ts';
import type { Place } from '../kit/subject.ts';
import type { A2AAgent } from './agent.ts';
import type { Reply } from './reply.ts';
import { sent } from './sent.ts';
import { taskView, type TaskView } from './view.ts';

/** ListTasks (3.1.4), as checks see it. */
export interface TaskPage {
  tasks: TaskView[];
  /** The tasks as they came. */
  raw: unknown[];
  /** The whole answer. */
  result: Record<string, unknown>;
  token: unknown;
  pageSize: unknown;
  totalSize: unknown;
  place: Place;
}

/** What a list that is none breaks: a method that is not known, or that another binding has, is a matter of its own. */
async function brokenBy(agent: A2AAgent, reply: Reply): Promise<RequirementId> {
  const { name } = agent.binding;
  if (name === 'JSONRPC' && reply.is('MethodNotFoundError')) return 'A2A10-RPC-003';
  if (name === 'HTTP+JSON' && [404, 405, 501].includes(reply.value.httpStatus ?? 0)) return 'A2A10-REST-001';
  const other = agent.over(name === 'JSONRPC' ? 'HTTP+JSON' : 'JSONRPC');
  const isElsewhere = reply.says('UnsupportedOperationError') && other && !(await other.call('ListTasks', {})).failed;
  return isElsewhere ? 'A2A10-EQ-001' : 'A2A10-LIST-007';
}

/** One page; blocked where there is none. */
export async function pageOf(agent: A2AAgent, params: Record<string, unknown>): Promise<TaskPage> {
  const reply = await agent.call('ListTasks', params);
  const { result } = reply.value;
  if (!isRecord(result)) {
    const { unread } = reply;
    const expected = unread?.expected ?? 'a list of tasks';
    throw new Blocked(unread?.by ?? (await brokenBy(agent, reply)), `expected ${expected}`, {
      place: reply.place,
      expected,
      actual: unread?.actual ?? reply.value,
    });
  }
  const raw: unknown[] = Array.isArray(result.tasks) ? result.tasks : [];
  return {
    tasks: raw.map(taskView),
    raw,
    result,
    token: result.nextPageToken,
    pageSize: result.pageSize,
    totalSize: result.totalSize,
    place: reply.place,
  };
}

const aWholeNumber = matcher('a whole number', Number.isInteger);

/** What every list has, even when it is empty or 0 (5.7, 3.1.4). */
export const LIST_MEMBERS = { tasks: aList, nextPageToken: aText, pageSize: aWholeNumber, totalSize: aWholeNumber };

export interface Walk {
  pages: TaskPage[];
  /** It came to an end: a page without a token, or with an empty one. */
  ended: boolean;
}

/** Page after page, as long as there is a token, and no more than `most` pages; `between` is done after the first. */
export async function walkOf(
  agent: A2AAgent,
  params: Record<string, unknown>,
  most: number,
  between?: () => Promise<unknown>,
): Promise<Walk> {
  const pages: TaskPage[] = [];
  let pageToken: string | undefined;
  while (pages.length < most) {
    const page = await pageOf(agent, { ...params, ...(pageToken === undefined ? {} : { pageToken }) });
    pages.push(page);
    if (typeof page.token !== 'string' || page.token === '') return { pages, ended: true };
    pageToken = page.token;
    if (pages.length === 1) await between?.();
  }
  return { pages, ended: false };
}

/** More pages than a play makes tasks. */
const MOST = 12;

/** What all pages of a list have, as one: a page may have fewer tasks than asked for (proto), and then is not the last. */
export async function allOf(agent: A2AAgent, params: Record<string, unknown>): Promise<TaskPage & Walk> {
  const walk = await walkOf(agent, params, MOST);
  const { pages } = walk;
  return {
    ...pages.at(-1)!,
    ...walk,
    tasks: pages.flatMap(({ tasks }) => tasks),
    raw: pages.flatMap(({ raw }) => raw),
  };
}

const NO_CONTEXTS = 'the server keeps no contexts, by which a list could be told from those of others (3.4.1)';
/** So that their timestamps differ, where they have milliseconds. */
const APART_MS = 2;

/** Tasks in a context of their own, in the order in which they were made: no other play is in the way of their list. */
export async function tasksInOneContext(
  agent: A2AAgent,
  stimuli: readonly Stimulus[],
): Promise<{ contextId: string; tasks: (TaskView & { id: string })[] }> {
  const tasks: (TaskView & { id: string })[] = [];
  let contextId: string | undefined;
  for (const stimulus of stimuli) {
    if (tasks.length > 0) await setTimeout(APART_MS);
    const task: TaskView & { id: string } = (
      await agent.send(stimulus, contextId === undefined ? {} : { contextId })
    ).sentTask();
    if (contextId === undefined && task.contextId === undefined) {
      // Who makes none may still keep one that the client names.
      contextId = agent.fresh('context');
      const named = await agent.send(stimulus, { contextId });
      if (named.failed || named.sentTask().contextId !== contextId) throw new NotApplicable(NO_CONTEXTS);
      tasks.push(named.sentTask());
      continue;
    }
    contextId ??= task.contextId;
    tasks.push(task);
  }
  return { contextId: contextId!, tasks };
}

export const severalDone = (count: number): Stimulus[] => Array.from({ length: count }, () => done);

/** When the task's status was set, in milliseconds since the epoch; undefined where it does not say. */
export function stampOf({ raw }: TaskView): number | undefined {
  const status = isRecord(raw) && isRecord(raw.status) ? raw.status : {};
  const at = typeof status.timestamp === 'string' ? Date.parse(status.timestamp) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

/** The parameters of a call of ListTasks, as they went out; numbers and booleans of a query are texts. */
export function listParams(exchange: Exchange): Record<string, unknown> {
  if (exchange.binding === 'JSONRPC') {
    const params = sent(exchange)?.params;
    return isRecord(params) ? params : {};
  }
  return Object.fromEntries(new URL(exchange.request.url).searchParams);
}
