import type { AgentEnvironment, AgentMessage, Toolkit, ToolkitFunction } from '@agentproto/protocol/open-agent/0.7';
import { InvalidInputError } from '../errors.ts';
import { isObject } from '../json.ts';

/** Functions, or toolkits of them. */
export type Tools = readonly (ToolkitFunction | Toolkit)[];

/** What a run is asked for with, in either contract. What one of them has no place for is left out. */
export interface RunRequest {
  messages: AgentMessage[];
  /** For this run: functions, or toolkits of them. */
  tools?: Tools;
  /** `0.7`: of the client's side. */
  environment?: AgentEnvironment;
  /** `0.7` */
  model?: string;
  /** Members that are not in the documents go out as they are: a hint for a team, for instance. */
  [member: string]: unknown;
}

/** A text, the messages (the last one is the turn), or the whole request. */
export type RunInput = string | AgentMessage[] | RunRequest;

/** What the schema requires, and a program that has neither sends (X06). */
const NOWHERE: AgentEnvironment = { working_directory: '/', platform: 'unknown' };

export function runRequest(input: RunInput): RunRequest {
  const request =
    typeof input === 'string'
      ? { messages: [{ role: 'user' as const, content: input }] }
      : Array.isArray(input)
        ? { messages: input }
        : input;
  if (!isObject(request) || !Array.isArray(request.messages) || request.messages.length === 0) {
    throw new InvalidInputError('input: expected a text, messages, or a request with messages');
  }
  return request;
}

/** The body of a run of an agent by the schema: tools in toolkits, and an environment. */
export function agentBody({ tools, ...rest }: RunRequest, environment: AgentEnvironment = NOWHERE) {
  return { environment, ...rest, ...(tools && { tools: toolkitsOf(tools) }) };
}

/** The body of a run of a team, and of the README's: functions, one beside the other (X20). */
export function flatBody({ tools, ...rest }: RunRequest) {
  return { ...rest, ...(tools && { tools: functionsIn(tools) }) };
}

export function functionsIn(tools: Tools): ToolkitFunction[] {
  return tools.flatMap((tool) => (isToolkit(tool) ? (tool.functions ?? []) : tool));
}

/** Functions that stand by themselves are put into a toolkit of their own. */
export function toolkitsOf(tools: Tools): Toolkit[] {
  const functions = tools.filter((tool) => !isToolkit(tool)) as ToolkitFunction[];
  const own: Toolkit[] = functions.length > 0 ? [{ name: 'client', instructions: '', functions }] : [];
  return [...tools.filter(isToolkit), ...own];
}

function isToolkit(tool: ToolkitFunction | Toolkit): tool is Toolkit {
  return 'instructions' in tool || 'functions' in tool;
}
