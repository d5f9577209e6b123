import { createHash, randomUUID } from 'node:crypto';
import type { OpenAgentContext } from './context.ts';
import { change, find, keep, keepFirst } from './records.ts';
import type { Account } from './stored.ts';

/** The same on every server: tests can name it. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The account of an address; made with the first login (README: Authentication). */
export async function accountFor(ctx: OpenAgentContext, email: string, name?: string): Promise<Account> {
  return made(ctx, { id: randomUUID(), email: email.toLowerCase(), ...(name !== undefined && { name }), plan: 'Free' });
}

export async function made(
  ctx: OpenAgentContext,
  given: Pick<Account, 'id' | 'email' | 'plan'> & { name?: string },
): Promise<Account> {
  const { email } = given;
  if (await keepFirst(ctx, 'email', '', email, given.id)) {
    const account: Account = {
      ...given,
      username: email.split('@', 1)[0]!,
      createdAt: ctx.clock.now(),
      balanceCents: 1_000,
    };
    await keep(ctx, 'account', '', given.id, account);
    return account;
  }
  const id = (await find<string>(ctx, 'email', '', email))!;
  // Whoever is first writes the account after the address.
  for (;;) {
    const account = await accountOf(ctx, id);
    if (account) return account;
    await new Promise(setImmediate);
  }
}

export const accountOf = (ctx: OpenAgentContext, id: string): Promise<Account | undefined> =>
  find<Account>(ctx, 'account', '', id);

export const changeAccount = (
  ctx: OpenAgentContext,
  id: string,
  how: (account: Account) => Account,
): Promise<Account | undefined> => change<Account>(ctx, 'account', '', id, (account) => account && how(account));

/** Whoever the server's own key belongs to has an account, too. */
export async function accountOfCaller(ctx: OpenAgentContext, caller: string): Promise<Account> {
  const email = `${caller.toLowerCase().replaceAll(/[^a-z0-9._-]/g, '-')}@callers.example.com`;
  return made(ctx, { id: uuidOf(`account ${email}`), email, name: caller, plan: 'Enterprise' });
}
