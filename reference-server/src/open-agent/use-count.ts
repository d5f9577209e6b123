import type { OpenAgentContext } from './context.ts';
import { change, find } from './records.ts';
import type { Use } from './stored.ts';

/** What an account, or a key, has used. */
export interface Used {
  /** The month that `calls` counts: `2026-11`. */
  month: string;
  calls: number;
  tokens: number;
  totalCalls: number;
  totalTokens: number;
}

type Days = Readonly<Record<string, Use>>;

/** Of a key, with its tokens by day, such as `2026-11-29`. */
export interface KeyUsed extends Used {
  days?: Days;
}

/** Such as `2026-11-29`. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

export function addedToday(days: Days = {}, now: number, { input, output }: Use): Days {
  const day = dayOf(now);
  const before = days[day] ?? { input: 0, output: 0 };
  return { ...days, [day]: { input: before.input + input, output: before.output + output } };
}

/** When the month is over. */
export function monthEnd(ms: number): number {
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/** The account has paid: what it used of its plan counts from 0 again. */
export async function beginPeriod(ctx: OpenAgentContext, owner: string): Promise<void> {
  await change<Used>(ctx, 'use', owner, 'all', (used) => used && { ...used, calls: 0, tokens: 0 });
}

/** Such as `2026-11`. */
export const monthOf = (ms: number): string => new Date(ms).toISOString().slice(0, 7);

export const added = (before: Used | undefined, month: string, calls: number, tokens: number): Used => {
  const same = before?.month === month ? before : { calls: 0, tokens: 0 };
  return {
    month,
    calls: same.calls + calls,
    tokens: same.tokens + tokens,
    totalCalls: (before?.totalCalls ?? 0) + calls,
    totalTokens: (before?.totalTokens ?? 0) + tokens,
  };
};

export async function keyUse(ctx: OpenAgentContext, owner: string, key: string) {
  const used = await find<KeyUsed>(ctx, 'key-use', owner, key);
  const isNow = used?.month === monthOf(ctx.clock.now());
  return {
    calls: used?.totalCalls ?? 0,
    tokens: used?.totalTokens ?? 0,
    monthCalls: isNow ? used.calls : 0,
    monthTokens: isNow ? used.tokens : 0,
  };
}
