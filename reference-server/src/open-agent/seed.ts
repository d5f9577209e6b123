import { made, uuidOf } from './accounts.ts';
import type { OpenAgentContext } from './context.ts';
import { makeKey } from './keys.ts';
import { SCOPES } from './options.ts';

/** Accounts of the options. */
export async function seed(ctx: OpenAgentContext): Promise<void> {
  for (const { email, name, keys = [], plan = 'Enterprise', balance } of ctx.settings.accounts) {
    const address = email.toLowerCase();
    const account = await made(
      ctx,
      { id: uuidOf(`account ${address}`), email: address, plan, ...(name !== undefined && { name }) },
      balance,
    );
    for (const given of keys) {
      const { key, scopes = SCOPES, expiresAt } = typeof given === 'string' ? { key: given } : given;
      const expires = expiresAt === undefined ? 0 : Date.parse(expiresAt);
      await makeKey(ctx, account.id, { id: uuidOf(`key ${key}`), name: 'seeded', scopes, expiresAt: expires }, key);
    }
  }
}
