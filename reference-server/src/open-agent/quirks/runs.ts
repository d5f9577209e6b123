import type { ToolCall } from '@agentproto/script';
import { bad } from '../open-agent-error.ts';
import { answers, openAgentQuirk, operation } from './open-agent-quirk.ts';

/** What an agent answers in one piece, in either revision (OAA-X05). */
interface Reply {
  messages?: object[];
  message?: object;
  cost?: object;
  usage?: object;
}

/** The message that answers, changed. */
function answered({ messages, message, ...rest }: Reply, change: (message: object) => object): object {
  if (message) return { ...rest, message: change(message) };
  return { ...rest, messages: [...(messages ?? []).slice(0, -1), change(messages?.at(-1) ?? {})] };
}

const RUNS: ReadonlySet<string> = new Set(['AgentCompletionRequest', 'AgentChatRequest']);

/** Rules of runs in one piece, and of the tools that the server has. */
export const runQuirks = [
  openAgentQuirk('open-agent.run.answers-as-the-user', {
    breaks: 'OAA-RUN-001',
    make: (impl, hit) => ({
      agentReply: (ctx, fold, at) =>
        hit(answered(impl.agentReply(ctx, fold, at), (message) => ({ ...message, role: 'user' }))),
    }),
  }),
  openAgentQuirk('open-agent.run.needs-no-messages', {
    breaks: 'OAA-RUN-002',
    make: (impl, hit) => ({
      validate(ctx, name, value) {
        const found = impl.validate(ctx, name, value);
        return RUNS.has(name) && found.some(({ field }) => field === 'messages') ? hit([]) : found;
      },
      checkMessages: () => undefined,
    }),
  }),
  openAgentQuirk('open-agent.run.needs-no-environment', {
    breaks: 'OAA-RUN-003',
    make: (impl, hit) => ({
      validate(ctx, name, value) {
        const found = impl.validate(ctx, name, value);
        return RUNS.has(name) && found.some(({ field }) => field === 'environment') ? hit([]) : found;
      },
    }),
  }),
  openAgentQuirk('open-agent.run.earns-tokens', {
    breaks: 'OAA-RUN-004',
    make: (impl, hit) => ({
      agentReply(ctx, fold, at) {
        const { cost, usage, ...reply } = impl.agentReply(ctx, fold, at) as Reply;
        return hit({
          ...reply,
          ...(cost && { cost: { ...cost, input_tokens: -1 } }),
          ...(usage && { usage: { ...usage, input_tokens: -1 } }),
        });
      },
    }),
  }),
  openAgentQuirk('open-agent.run.says-it-is-a-text', {
    breaks: 'OAA-RUN-005',
    make: (impl, hit) =>
      operation(impl, 'runAgent', async (ctx, call, request, own) => {
        const answer = await own(ctx, call, request);
        if (!('body' in answer)) return answer;
        return hit({ ...answer, headers: { ...answer.headers, 'content-type': 'text/plain' } });
      }),
  }),
  openAgentQuirk('open-agent.run.takes-no-system', {
    breaks: 'OAA-RUN-006',
    make: (impl, hit) => ({
      readRun(ctx, http, kind) {
        const request = impl.readRun(ctx, http, kind);
        if (request.messages?.some(({ role }) => role === 'system'))
          throw hit(bad('messages: expected none of role system', { param: 'messages' }));
        return request;
      },
    }),
  }),
  openAgentQuirk('open-agent.run.gives-no-reason', {
    breaks: 'OAA-RUN-007',
    make: (impl, hit) => answers(impl, 'runAgent', ({ finish_reason: _, ...reply }) => hit(reply)),
  }),
  openAgentQuirk('open-agent.tools.are-asked-for-in-one-piece', {
    breaks: 'OAA-TOOL-005',
    make(impl, hit) {
      let asked: readonly ToolCall[] = [];
      return {
        withoutTool(_ctx, calls) {
          asked = calls;
          return '';
        },
        agentReply(ctx, fold, at) {
          const reply = impl.agentReply(ctx, fold, at) as Reply;
          if (asked.length === 0 || fold.content.length > 0) return reply;
          const tool_calls = asked.map(({ id, name, args }) => ({
            id,
            type: 'function',
            function: { name, arguments: JSON.stringify(args) },
          }));
          return hit(answered(reply, (message) => ({ ...message, tool_calls })));
        },
      };
    },
  }),
  openAgentQuirk('open-agent.tools.are-names-alone', {
    breaks: 'OAA-TOOL-004',
    make: (impl, hit) =>
      answers<{ name: string }[]>(impl, 'listTools', (tools) => hit(tools.map(({ name }) => ({ name })))),
  }),
];
