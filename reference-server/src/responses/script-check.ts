import type { Script, Step, StepKind } from '@agentproto/script';
import type { ResponsesContext } from './context.ts';
import { invalid } from './responses-error.ts';

/** Throws, before anything is started, when a script has a step that cannot be shown here: it is never weakened. */
export function checkScript(ctx: ResponsesContext, script: Script): void {
  for (const { steps } of [script, ...(script.turns ?? [])]) {
    for (const step of steps) {
      const why = unsupported(ctx, step);
      if (why !== undefined) throw invalid(`script step ${why}`, { code: 'SCRIPT_STEP_UNSUPPORTED' });
    }
  }
}

/** Steps that nothing here can show. */
export const inexpressible = (_ctx: ResponsesContext): readonly StepKind[] => ['artifact', 'delegate'];

function unsupported(ctx: ResponsesContext, step: Step): string | undefined {
  const kinds = ctx.impl.inexpressible(ctx);
  const kind = (Object.keys(step) as StepKind[]).find((one) => kinds.includes(one));
  if (kind !== undefined) return `"${kind}": responses cannot show it`;
  if ('wire' in step && !ctx.wireFaults) return '"wire": faults of the wire are off on this server';
  if ('tool' in step && step.tool.by === 'approval' && !ctx.impl.knowsMcp(ctx))
    return '"tool": only responses@openai knows approvals';
  if ('reply' in step && step.reply.some(({ text, data }) => text === undefined && data === undefined))
    return '"reply": responses show text and JSON alone';
  return 'end' in step && step.end === 'auth-required' ? '"end": a response does not end auth-required' : undefined;
}

/** Tools of MCP servers, and approvals of them, are OpenAI's. */
export const knowsMcp = (_ctx: ResponsesContext): boolean => false;
