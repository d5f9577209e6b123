import type { Message, Part, SendMessageRequest } from '@agentproto/protocol/a2a/1.0';
import type { Script, Step, StepKind } from '@agentproto/script';
import { isFinished, isInterrupted } from '../store/run-event.ts';
import type { Run } from '../store/store.ts';
import type { A2AContext } from './context.ts';
import type { Call } from './call.ts';
import { A2AError, invalidParams } from './a2a-error.ts';

/** The caller's task. Of a foreign one no more is said than of one that does not exist (§3.3.2, §13.1). */
export async function findTask({ store }: A2AContext, { owner, tenant }: Call, id: string): Promise<Run> {
  const run = await store.runs.get(id);
  if (run?.family === 'a2a' && run.open && run.owner === owner && run.tenant === tenant) return run;
  return taskNotFound(id);
}

export function taskNotFound(id: string): never {
  throw new A2AError('TaskNotFoundError', `Task not found: ${id}`, { metadata: { taskId: id } });
}

/** Throws when a message cannot be taken, whatever task it is for. */
export function checkMessage(ctx: A2AContext, { message, configuration }: SendMessageRequest): void {
  ctx.impl.checkInputModes(ctx, message.parts);
  const webhook = configuration?.taskPushNotificationConfig;
  if (!webhook) return;
  if (!ctx.settings.capabilities.pushNotifications) {
    throw new A2AError(
      'PushNotificationNotSupportedError',
      'configuration.taskPushNotificationConfig: this agent sends no push notifications',
    );
  }
  ctx.impl.checkWebhook(ctx, webhook, 'configuration.taskPushNotificationConfig.');
}

/** Throws for a part of a media type that the card does not list (§3.1.1). */
export function checkInputModes(ctx: A2AContext, parts: readonly Part[]): void {
  // Mostly nobody says one, and then no card is made.
  if (parts.every(({ mediaType }) => !mediaType)) return;
  const modes = ctx.impl.card(ctx).defaultInputModes.map(essence);
  const index = parts.findIndex(({ mediaType }) => mediaType && !takes(modes, essence(mediaType)));
  if (index < 0) return;
  const field = `message.parts[${index}].mediaType`;
  const description = `${field}: expected one of ${modes.join(', ')}, got ${parts[index]?.mediaType}`;
  throw new A2AError('ContentTypeNotSupportedError', description, { violations: [{ field, description }] });
}

/** Throws when the task cannot go on with the message (§3.1.1, §3.4.3). */
export function checkFollowUp(_ctx: A2AContext, run: Run, message: Message): void {
  if (message.contextId && message.contextId !== run.contextId) {
    const field = 'message.contextId';
    throw invalidParams([{ field, description: `${field}: expected the context of the task, got another one` }]);
  }
  if (isFinished(run.state)) throw unsupported(run, `is ${run.state}, and such a task takes no more messages`);
  if (!isInterrupted(run.state)) throw unsupported(run, 'is at work, and takes a message only when it asks for one');
}

/** What happened between the check and the deed. */
export const goneOn = (run: Run): A2AError => unsupported(run, 'has gone on in the meantime');

const unsupported = (run: Run, why: string): A2AError =>
  new A2AError('UnsupportedOperationError', `The task ${why}.`, { metadata: { taskId: run.id } });

/** Steps that nothing in A2A can show. */
const INEXPRESSIBLE: ReadonlySet<string> = new Set<StepKind>(['reason', 'refuse', 'delegate', 'usage', 'busy']);

/** Throws, before anything is started, when a script has a step that cannot be shown here: it is never weakened. */
export function checkScript(ctx: A2AContext, script: Script): void {
  for (const step of script.steps) checkStep(ctx, step);
  for (const { steps } of script.turns ?? []) for (const step of steps) checkStep(ctx, step);
}

function checkStep({ wireFaults }: A2AContext, step: Step): void {
  for (const kind in step) {
    if (!INEXPRESSIBLE.has(kind) && (kind !== 'wire' || wireFaults)) continue;
    const why = kind === 'wire' ? 'faults of the wire are off on this server' : 'A2A cannot show it';
    const description = `script step "${kind}": ${why}`;
    throw invalidParams([{ field: 'message', description }], 'SCRIPT_STEP_UNSUPPORTED');
  }
}

/** Whether one of the modes, which may be ranges (RFC 9110, 12.5.1), takes a media type. */
export const takes = (modes: readonly string[], type: string): boolean =>
  modes.some((mode) => mode === type || mode === '*/*' || (mode.endsWith('/*') && type.startsWith(mode.slice(0, -1))));

/** A media type without its parameters; case does not count (RFC 9110, 8.3.1). */
export const essence = (mediaType: string): string => mediaType.split(';', 1)[0]!.trim().toLowerCase();
