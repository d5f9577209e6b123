import type { StoredAgent } from './agent-records.ts';
import type { Call } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { askedOf, wholeRun } from './run.ts';

/** What an agent answers to one message, for who has no request of the protocol's. Throws an OpenAgentError. */
export async function agentAnswer(
  ctx: OpenAgentContext,
  call: Call,
  agent: StoredAgent,
  message: string,
): Promise<string> {
  const { impl } = ctx;
  await impl.admit(ctx, call);
  const asked = askedOf(ctx, agent, { messages: [{ role: 'user', content: message }] }, false);
  const { fold } = await wholeRun(ctx, call.signal, await impl.beginRun(ctx, call, asked));
  return impl.finalContent(ctx, fold);
}
