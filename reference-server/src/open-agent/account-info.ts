import type { Answer } from '../answer.ts';
import { accountOf } from './accounts.ts';
import type { Call } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { json } from './errors.ts';
import { subscriptionsOf } from './subscriptions.ts';

export async function getAccount(ctx: OpenAgentContext, { owner }: Call): Promise<Answer> {
  const { id, email, name, username, createdAt } = (await accountOf(ctx, owner))!;
  return json(ctx, {
    ...{ id, email, ...(name !== undefined && { name }), username },
    created_at: new Date(createdAt).toISOString(),
    subscriptions: await subscriptionsOf(ctx, owner),
  });
}
