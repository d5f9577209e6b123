import { made, uuidOf } from './accounts.ts';
import type { OpenAgentContext } from './context.ts';
import { makeKey } from './keys.ts';
import { SCOPES } from './options.ts';
import { planNamed } from './plan-list.ts';

/** Accounts of the options. */
export async function seed(ctx: OpenAgentContext): Promise<void> {
  for (const { email, name, keys = [], plan = 'Enterprise' } of ctx.settings.accounts) {
    const address = email.toLowerCase();
    const account = await made(ctx, {
      ...{ id: uuidOf(`account ${address}`), email: address, plan: planNamed(plan).name },
      ...(name !== undefined && { name }),
    });
    for (const given of keys) {
      const { key, scopes = SCOPES } = typeof given === 'string' ? { key: given } : given;
      await makeKey(ctx, account.id, { id: uuidOf(`key ${key}`), name: 'seeded', scopes, expiresInDays: 0 }, key);
    }
  }
}
