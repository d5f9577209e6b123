import type { MessageName } from '@agentproto/protocol/responses/2026-01-15';
import { lateModule } from '../late-module.ts';
import type { ResponsesImpl } from './context.ts';

export const firstRules = lateModule(() => import('@agentproto/rules/responses/2026-01-15'));

/** The first release has no phase, no compaction and no WebSocket; see specs/responses/2026-01-15/changes.yaml. */
export function first(impl: ResponsesImpl): Partial<ResponsesImpl> {
  const { compactResponse: _, ...operations } = impl.operations;
  return {
    operations,
    hasSocket: () => false,
    hasPhase: () => false,
    validate: (ctx, name, value) =>
      name === 'CreateResponseBody'
        ? firstRules.loaded.validate(name as MessageName, value)
        : impl.validate(ctx, name, value),
    // A remark on the way cannot be told from the answer.
    inexpressible: (ctx) => [...impl.inexpressible(ctx), 'status'],
  };
}
