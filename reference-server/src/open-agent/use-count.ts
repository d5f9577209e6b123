import type { OpenAgentContext } from './context.ts';
import { find } from './records.ts';

/** What an account, or a key, has used. */
export interface Used {
  /** The month that `calls` counts: `2026-11`. */
  month: string;
  calls: number;
  tokens: number;
  totalCalls: number;
  totalTokens: number;
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
  const used = await find<Used>(ctx, 'key-use', owner, key);
  const isNow = used?.month === monthOf(ctx.clock.now());
  return {
    calls: used?.totalCalls ?? 0,
    tokens: used?.totalTokens ?? 0,
    monthCalls: isNow ? used.calls : 0,
    monthTokens: isNow ? used.tokens : 0,
  };
}
