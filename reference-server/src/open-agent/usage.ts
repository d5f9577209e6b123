import type { ApiKeyUsageInfo } from '@agentproto/protocol/open-agent/0.7';
import type { Answer } from '../answer.ts';
import { accountOf, changeAccount, MICRODOLLARS } from './accounts.ts';
import type { Call, HttpRequest, Operation } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { json } from './errors.ts';
import { keyNamed } from './keys.ts';
import { OpenAgentError, unprocessable } from './open-agent-error.ts';
import { allowed, type Plan, type PlanLimits } from './plan-list.ts';
import { change, find } from './records.ts';
import type { Use } from './stored.ts';
import { added, addedToday, dayOf, monthEnd, monthOf, type KeyUsed, type Used } from './use-count.ts';

/** What one call used, and what it cost. */
interface Transaction extends Use {
  at: number;
  method: string;
  endpoint: string;
}

/** Operations that count, and that a plan limits. */
const METERED: ReadonlySet<Operation> = new Set<Operation>([
  'runAgent',
  'runTeam',
  'createChatCompletion',
  'createCompletion',
  'createEmbedding',
  'searchKnowledge',
]);

/** Prices of this double: a microdollar a token that is read, four for one that is written. */
export const microdollars = ({ input, output }: Use): number => input + 4 * output;

const TRANSACTIONS = 1_000;
/** What is held against a call. */
export const limitsOf = (ctx: OpenAgentContext, plan: Plan): PlanLimits => allowed(ctx.settings.plans, plan);

/**
 * Counts a call of an account, unless its plan allows no more, or what it owes is not paid (README: Stripe Integration).
 * Throws an OpenAgentError: 429, 402.
 */
export async function admit(ctx: OpenAgentContext, { owner, key, operation }: Call): Promise<void> {
  if (!METERED.has(operation)) return;
  const { calls } = ctx.impl.limitsOf(ctx, await ctx.impl.planOf(ctx, owner));
  // Whose calls are not limited is sent a bill.
  if (calls !== undefined && (await accountOf(ctx, owner))!.microdollars <= 0)
    throw new OpenAgentError(402, 'The balance is used up: pay in first', { code: 'insufficient_balance' });
  const now = ctx.clock.now();
  const month = monthOf(now);
  let refused = false;
  await change<Used>(ctx, 'use', owner, 'all', (used) => {
    refused = calls !== undefined && used?.month === month && used.calls >= calls;
    return refused ? undefined : added(used, month, 1, 0);
  });
  if (refused)
    throw new OpenAgentError(429, `The plan allows ${calls} calls in a month`, {
      code: 'rate_limit_exceeded',
      headers: { 'retry-after': String(Math.ceil((monthEnd(now) - now) / 1_000)) },
    });
  if (key !== undefined)
    await change<KeyUsed>(ctx, 'key-use', owner, key, (used) => ({ ...used, ...added(used, month, 1, 0) }));
}

/** Counts the tokens of a call when it is over, writes down what it cost, and takes that from the balance. */
export async function charge(ctx: OpenAgentContext, { owner, key, seen }: Call, use: Use): Promise<void> {
  const now = ctx.clock.now();
  const month = monthOf(now);
  const tokens = use.input + use.output;
  await change<Used>(ctx, 'use', owner, 'all', (used) => added(used, month, 0, tokens));
  if (key !== undefined)
    await change<KeyUsed>(ctx, 'key-use', owner, key, (used) => ({
      ...added(used, month, 0, tokens),
      days: addedToday(used?.days, now, use),
    }));
  await changeAccount(ctx, owner, (one) => ({ ...one, microdollars: one.microdollars - microdollars(use) }));
  const entry: Transaction = { at: now, ...use, method: String(seen['method']), endpoint: String(seen['path']) };
  await change<Transaction[]>(ctx, 'use', owner, 'transactions', (all = []) => [...all.slice(1 - TRANSACTIONS), entry]);
}

const transactionsOf = async (ctx: OpenAgentContext, owner: string): Promise<Transaction[]> =>
  (await find<Transaction[]>(ctx, 'use', owner, 'transactions')) ?? [];

/** README: `GET /account/usage`. */
export async function getUsage(ctx: OpenAgentContext, { owner }: Call): Promise<Answer> {
  const used = await find<Used>(ctx, 'use', owner, 'all');
  const transactions = await transactionsOf(ctx, owner);
  return json(ctx, {
    calls: used?.totalCalls ?? 0,
    tokens: used?.totalTokens ?? 0,
    transactions: transactions.map(({ at, input, output, method, endpoint }) => ({
      ...{ method, endpoint, input_tokens: input, output_tokens: output, credit_microdollars: 0 },
      debit_microdollars: microdollars({ input, output }),
      created_at: new Date(at).toISOString(),
    })),
  });
}

const GROUPS = ['day', 'week', 'month'];
const DATE = /^\d{4}-\d{2}-\d{2}$/;

export async function getKeyUsage(ctx: OpenAgentContext, { owner }: Call, http: HttpRequest): Promise<Answer> {
  const key = await keyNamed(ctx, owner, http);
  const group = http.query.get('group_by') ?? 'day';
  if (!GROUPS.includes(group))
    throw unprocessable(['query', 'group_by'], `Input should be ${GROUPS.join(', ')}`, 'enum');
  const from = dateIn(http.query, 'start_date') ?? '';
  const to = dateIn(http.query, 'end_date') ?? '~';
  const { days = {} } = (await find<KeyUsed>(ctx, 'key-use', owner, key.id)) ?? {};
  const own = Object.entries(days).flatMap(([day, use]) => (day >= from && day <= to ? [use] : []));
  const input = own.reduce((sum, use) => sum + use.input, 0);
  const output = own.reduce((sum, use) => sum + use.output, 0);
  const cents = (use: Use) => Math.ceil(microdollars(use) / MICRODOLLARS);
  const usage: ApiKeyUsageInfo = {
    ...{ input_tokens: input, output_tokens: output, total_tokens: input + output },
    ...{ prompt_tokens: input, completion_tokens: output },
    input_cost_usd_cents: cents({ input, output: 0 }),
    output_cost_usd_cents: cents({ input: 0, output }),
    total_cost_usd_cents: cents({ input, output }),
  };
  return json(ctx, usage);
}

/** Both days that are named belong to it. */
function dateIn(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const ms = DATE.test(text) ? Date.parse(text) : NaN;
  // There is no 31st of February, but it can be parsed.
  if (!Number.isNaN(ms) && dayOf(ms) === text) return text;
  throw unprocessable(['query', name], 'Input should be a valid date', 'date_parsing');
}

/** How many agents an account may have; undefined: as many as it likes. */
export const agentLimit = async (ctx: OpenAgentContext, owner: string): Promise<number | undefined> =>
  ctx.impl.limitsOf(ctx, await ctx.impl.planOf(ctx, owner)).agents;
