import type { JsonObject, Message } from '@agentproto/protocol/chat/docs';
import { AgentError } from '../agent.ts';
import { ServerOptionsError } from '../options-error.ts';
import { asksModel, type ModelRouter } from './model-router.ts';

/** What a router says of a thread; without `should_respond` the agent answers (server: Custom Routers). */
export interface Routed {
  should_respond?: boolean;
  reasoning?: string;
}

/**
 * Whether the agent answers a thread of a channel that it shares with others (server: Channel Routing): a function of
 * the messages, oldest first; words, one of which has to be in the last user message, in any case; a model that is asked; or
 * `scripted`: the newest message that has `agentproto/respond` in its `meta_data` decides, true or false, and without
 * one the agent answers.
 */
export type ChannelRouter =
  | ((messages: readonly Message[]) => Routed | Promise<Routed>)
  | { keywords: readonly string[] }
  | { model: ModelRouter }
  | 'scripted';

export type Route = (messages: readonly Message[]) => Promise<boolean> | boolean;

/** Throws a ServerOptionsError. */
export function routeOf(router: ChannelRouter, report: (error: unknown) => void): Route {
  if (router === 'scripted') return byScript;
  if (typeof router === 'function') return byFunction(router);
  if ('keywords' in router && Array.isArray(router.keywords)) return byKeywords(router.keywords);
  if ('model' in router) return asksModel(router.model, report);
  throw new ServerOptionsError(
    `chat.router: expected a function, { keywords: […] }, { model: … } or "scripted"; got ${JSON.stringify(router)}`,
  );
}

const byScript: Route = (messages) => {
  const said = messages.map(({ meta_data: data }) => (data as JsonObject | undefined)?.['agentproto/respond']);
  return said.findLast((one) => typeof one === 'boolean') ?? true;
};

const byFunction =
  (router: (messages: readonly Message[]) => Routed | Promise<Routed>): Route =>
  async (messages) => {
    let routed: Routed | undefined;
    try {
      routed = await router(messages);
    } catch (cause) {
      throw new AgentError(`The channel router threw: ${String(cause)}`, { cause });
    }
    if (typeof routed !== 'object' || routed === null)
      throw new AgentError(`The channel router: expected { should_respond, reasoning }, got ${String(routed)}`);
    return routed.should_respond ?? true;
  };

function byKeywords(keywords: readonly string[]): Route {
  const wanted = keywords.map((keyword) => keyword.toLowerCase());
  return (messages) => {
    const text = messages.findLast(({ role }) => role === 'user')?.content?.toLowerCase();
    return text !== undefined && wanted.some((keyword) => text.includes(keyword));
  };
}
