import type { Script, Step, StepKind } from '@agentproto/script';
import type { ChatContext } from './context.ts';
import { ChatError } from './chat-error.ts';

/** Steps that nothing in chat can show. */
const INEXPRESSIBLE: ReadonlySet<StepKind> = new Set<StepKind>([
  'artifact',
  'pad',
  'reason',
  'refuse',
  'delegate',
  'usage',
  'busy',
]);

/** Throws, before anything is started, when a script has a step that cannot be shown here: it is never weakened. */
export function checkScript({ wireFaults }: ChatContext, script: Script): void {
  for (const { steps } of [script, ...(script.turns ?? [])]) {
    for (const step of steps) {
      const why = unsupported(step, wireFaults);
      if (why !== undefined) throw new ChatError(400, `script step ${why}`, 'SCRIPT_STEP_UNSUPPORTED');
    }
  }
}

function unsupported(step: Step, wireFaults: boolean): string | undefined {
  const kind = (Object.keys(step) as StepKind[]).find((one) => INEXPRESSIBLE.has(one));
  if (kind !== undefined) return `"${kind}": chat cannot show it`;
  if ('wire' in step && !wireFaults) return '"wire": faults of the wire are off on this server';
  if ('reply' in step && step.reply.some(({ text }) => text === undefined))
    return '"reply": chat shows nothing but text';
  if (!('end' in step) || step.end === 'failed' || step.end === 'rejected') return undefined;
  if (step.end === 'completed')
    return step.text === undefined ? undefined : '"end": in chat a completed turn says nothing more';
  return `"end": a turn of chat does not end ${step.end}`;
}
