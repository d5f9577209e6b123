import { createHash, randomUUID } from 'node:crypto';
import type { OpenAgentContext } from './context.ts';
import { change, drop, find, keepFirst } from './records.ts';
import type { Account } from './stored.ts';

/** In one cent. */
export const MICRODOLLARS = 10_000;
/** What an account begins with. */
const FIRST_CENTS = 1_000;

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
  cents = FIRST_CENTS,
): Promise<Account> {
  const { email } = given;
  const known = await find<string>(ctx, 'email', '', email);
  if (known !== undefined) return (await accountOf(ctx, known))!;
  const account: Account = {
    ...given,
    username: email.split('@', 1)[0]!,
    createdAt: ctx.clock.now(),
    microdollars: cents * MICRODOLLARS,
  };
  // The account comes before the address: whoever finds the address finds the account.
  await keepFirst(ctx, 'account', '', given.id, account);
  if (!(await keepFirst(ctx, 'email', '', email, given.id))) {
    const first = (await find<string>(ctx, 'email', '', email))!;
    if (first !== given.id) await drop(ctx, 'account', '', given.id);
    return (await accountOf(ctx, first))!;
  }
  return account;
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
  const plain = caller.toLowerCase().replaceAll(/[^a-z0-9._-]/g, '-');
  // Two callers that differ in other characters are two.
  const own = plain === caller ? plain : `${plain}-${uuidOf(caller).slice(0, 8)}`;
  const email = `${own}@callers.example.com`;
  return made(ctx, { id: uuidOf(`account ${email}`), email, name: caller, plan: 'Enterprise' });
}
