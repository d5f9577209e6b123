import type { SendMessageRequest } from '@agentproto/protocol/a2a/1.0';
import type { A2AContext } from './context.ts';
import type { Call, Turn } from './call.ts';
import { logAt } from './task-log.ts';

/** Where a turn began. */
interface Begun {
  taskId: string;
  /** Of its turn mark. */
  seq: number;
}

/** Messages that are being taken: who sends one again meanwhile waits for that. By server and message. */
const underWay = new WeakMap<A2AContext['store'], Map<string, Promise<unknown>>>();

/**
 * The turn that a message begins, or, where messages count once (`idempotentMessages`, §3.3.1), the one that the same
 * message has begun before: of the same caller and tenant, and for the same task or context, if it names one.
 */
export const takeMessage = (ctx: A2AContext, call: Call, request: SendMessageRequest): Promise<Turn> =>
  ctx.settings.idempotentMessages ? takeOnce(ctx, call, request) : ctx.impl.beginTurn(ctx, call, request);

async function takeOnce(ctx: A2AContext, call: Call, request: SendMessageRequest): Promise<Turn> {
  const { messageId, taskId = '', contextId = '' } = request.message;
  const key = JSON.stringify([call.tenant ?? '', taskId, contextId, messageId]);
  const waiting = underWay.get(ctx.store) ?? new Map<string, Promise<unknown>>();
  underWay.set(ctx.store, waiting);
  const place = `${JSON.stringify(call.owner)} ${key}`;
  for (let other = waiting.get(place); other; other = waiting.get(place)) await other.catch(() => {});
  const taken = take(ctx, call, request, key).finally(() => waiting.delete(place));
  waiting.set(place, taken);
  return taken;
}

const COLLECTION = 'a2a/messages';

async function take(ctx: A2AContext, call: Call, request: SendMessageRequest, key: string): Promise<Turn> {
  const { records } = ctx.store;
  const kept = await records.get(COLLECTION, call.owner, key);
  const earlier = kept && (await turnOf(ctx, kept.value as Begun));
  if (earlier) return earlier;
  const turn = await ctx.impl.beginTurn(ctx, call, request);
  const begun: Begun = { taskId: turn.id, seq: turn.seq };
  await records.put(COLLECTION, call.owner, key, begun, { runId: turn.id });
  return turn;
}

/** The turn as it stood right after its message, so that it can be told again. */
async function turnOf(ctx: A2AContext, { taskId, seq }: Begun): Promise<Turn | undefined> {
  const run = await ctx.store.runs.get(taskId);
  if (!run) return undefined;
  const turn: Turn = { ...run, seq, open: seq > 0 };
  if (seq === 0) return turn;
  const past = await logAt(ctx, run, seq - 1);
  return past && { ...turn, before: past.view };
}
