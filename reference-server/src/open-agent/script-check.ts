import type { Script, Step } from '@agentproto/script';
import type { OpenAgentContext } from './context.ts';
import { bad, OpenAgentError } from './open-agent-error.ts';
import type { RunStart } from './run-start.ts';

/** Throws, before anything is started, when a script has a step that cannot be shown here: it is never weakened. */
export function checkScript({ wireFaults }: OpenAgentContext, { kind }: RunStart, script: Script): void {
  for (const { steps } of [script, ...(script.turns ?? [])]) {
    for (const step of steps) {
      const why = unsupported(step, kind, wireFaults);
      if (why !== undefined) throw bad(`script step ${why}`, { code: 'SCRIPT_STEP_UNSUPPORTED' });
    }
  }
}

function unsupported(step: Step, kind: RunStart['kind'], wireFaults: boolean): string | undefined {
  if ('artifact' in step) return '"artifact": the Open Agent API has none';
  if ('wire' in step && !wireFaults) return '"wire": faults of the wire are off on this server';
  if ('tool' in step && step.tool.by === 'approval') return '"tool": the Open Agent API knows no approvals';
  if ('reply' in step && step.reply.some(({ text, data }) => text === undefined && data === undefined))
    return '"reply": only text and JSON can be shown';
  if ('end' in step && step.end === 'auth-required') return '"end": a run does not end auth-required';
  if (kind !== 'completion') return undefined;
  if ('delegate' in step || 'status' in step) return `"${Object.keys(step)[0]}": a completion cannot show it`;
  return 'tool' in step && step.tool.by === 'server' ? '"tool": a completion runs no tools' : undefined;
}

/** Who is too busy says when to come again (RFC 6585, 4). */
export function tooMany(_ctx: OpenAgentContext, waitMs: number): OpenAgentError {
  const seconds = Math.ceil(waitMs / 1_000);
  return new OpenAgentError(429, `The agent is busy: try again in ${seconds} s.`, {
    code: 'rate_limit_exceeded',
    headers: { 'retry-after': String(seconds) },
  });
}
