import type { AgentMessage, StreamEvent } from '@agentproto/protocol/chat/docs';
import type { Answer } from '../../answer.ts';
import { quirk } from '../../quirk.ts';
import type { Call, StreamItem } from '../call.ts';
import { ChatError } from '../chat-error.ts';
import type { ChatImpl } from '../context.ts';

/** A quirk of chat: `breaks` is the rule that falls, `make` the functions that make it fall. */
export const chatQuirk = quirk<ChatImpl>;

type Change = (event: StreamEvent, index: number) => StreamEvent[];
/** What is written in the place of an event, whatever the types say of it. */
export const odd = (event: object): StreamEvent => event as StreamEvent;

/** Changes events one by one; `[]` drops one, several insert. */
export async function* changed(items: AsyncIterable<StreamItem>, change: Change): AsyncGenerator<StreamItem> {
  let index = 0;
  for await (const item of items) {
    if ('fault' in item) yield item;
    else for (const event of change(item.event, index++)) yield { event };
  }
}

/** What streams and sockets show, changed turn by turn; the answer in one piece stays as it is. */
export function shown(impl: ChatImpl, changeOf: (call: Call) => Change | undefined): Pick<ChatImpl, 'shownEvents'> {
  return {
    shownEvents(ctx, call, run) {
      const items = impl.shownEvents(ctx, call, run);
      const change = changeOf(call);
      return change ? changed(items, change) : items;
    },
  };
}

/** The same where every turn is changed alike. */
export const events = (impl: ChatImpl, change: Change): Pick<ChatImpl, 'shownEvents'> => shown(impl, () => change);

/** The answer in one piece, changed; not on the old path. */
export function replies(impl: ChatImpl, change: (message: AgentMessage) => AgentMessage): Pick<ChatImpl, 'message'> {
  return {
    message(ctx, call, found) {
      const message = impl.message(ctx, call, found);
      return call.legacy ? message : change(message);
    },
  };
}

/** Refusals of one kind, changed. */
export function refusals(
  impl: ChatImpl,
  kind: (error: unknown) => boolean,
  change: (answer: Answer) => Answer,
): Pick<ChatImpl, 'refusal'> {
  return { refusal: (ctx, error) => (kind(error) ? change(impl.refusal(ctx, error)) : impl.refusal(ctx, error)) };
}

/** By the type of the first fault, as `json_invalid`, or by what the sentence says. */
export function isRefusal(error: unknown, of: string): boolean {
  if (!(error instanceof ChatError)) return false;
  return typeof error.detail === 'string' ? error.detail.includes(of) : error.detail[0]?.type === of;
}
