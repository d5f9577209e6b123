import { CARD_PATH, ERRORS, JSON_RPC_ERRORS, PATCH } from '@agentproto/protocol/a2a/0.1';
import type { Script } from '@agentproto/script';
import { Batches, batchesOf } from '../../batches.ts';
import { lateModule } from '../../late-module.ts';
import { ConflictError } from '../../store/store.ts';
import type { Run } from '../../store/store.ts';
import { A2AError, invalidParams } from '../a2a-error.ts';
import type { StreamItem } from '../call.ts';
import type { A2AImpl } from '../context.ts';
import { sendCard } from './card.ts';
import type { Era } from './era.ts';
import { errorsOf } from './errors.ts';
import { type Indexed, sendForm, WEBHOOK_ID } from './send.ts';

const errors = errorsOf(ERRORS[PATCH], JSON_RPC_ERRORS, 'OperationNotSupportedError');
const { InvalidTaskStateError, StreamingNotSupportedError } = ERRORS[PATCH];

export const era01: Era = {
  revision: '0.1',
  patch: PATCH,
  cardPath: CARD_PATH,
  cardVerbs: ['GET', 'HEAD', 'OPTIONS'],
  forms: { JSONRPC: sendForm },
  errors,
  extensionsHeader: undefined,
  card: (_ctx, card, main) => sendCard(card, main),
  rules: lateModule(() => import('@agentproto/rules/a2a/0.1')),
  rootRoutes: [],
  // Every answer is a task; one that takes long is answered while it works (§9.1).
  settings: { directReplyMs: 0, blockingMs: 1_000 },
  differences,
};

function differences(impl: A2AImpl): Partial<A2AImpl> {
  return {
    // The client names the task, whether it is there or not (§7.1.1).
    async followed({ store }, { owner, tenant }, { taskId = '' }) {
      const run = await store.runs.get(taskId);
      if (!run) return undefined;
      if (run.family === 'a2a' && run.owner === owner && run.tenant === tenant) return run;
      throw taken();
    },
    newTaskId: (_ctx, { taskId = '' }) => taskId,
    async beginTurn(...args) {
      try {
        return await impl.beginTurn(...args);
      } catch (error) {
        throw error instanceof ConflictError ? taken() : error;
      }
    },
    checkScript(ctx, script) {
      impl.checkScript(ctx, script);
      const step = inexpressible(script);
      if (step === undefined) return;
      const description = `script step "${step}": A2A 0.1 cannot show it`;
      throw invalidParams([{ field: 'message', description }], 'SCRIPT_STEP_UNSUPPORTED');
    },
    // Its table has a code for each of these (§8.2).
    checkFollowUp: (...args) => as(InvalidTaskStateError.code, () => impl.checkFollowUp(...args)),
    checkCapability: (...args) => as(StreamingNotSupportedError.code, () => impl.checkCapability(...args)),
    rpcErrorObject: (ctx, error) => {
      const object = impl.rpcErrorObject(ctx, error);
      return error instanceof CodedError ? { ...object, code: error.code } : object;
    },
    encode(ctx, fold, entry) {
      // The index by which an artifact is known (§6.7).
      const places = [...fold.artifacts.keys()];
      return impl.encode(ctx, fold, entry).map((update) => {
        const id = update.artifactUpdate?.artifact.artifactId;
        if (id === undefined) return update;
        const place = places.indexOf(id);
        return { ...update, index: place < 0 ? places.length : place } as typeof update & Indexed;
      });
    },
    turnEvents: (...args) => taskless(impl.turnEvents(...args)),
    taskEvents: (...args) => taskless(impl.taskEvents(...args)),
    async GetTaskPushNotificationConfig(ctx, call, { taskId }) {
      const run: Run = await ctx.impl.findTask(ctx, call, taskId);
      const [first] = await ctx.impl.pushConfigs(ctx, run);
      return first ?? { taskId, id: WEBHOOK_ID, url: '' };
    },
  };
}

const taken = () => invalidParams([{ field: 'id', description: 'id: expected one that is not taken' }]);

/** An error of the same name, with a code that only this revision has. */
class CodedError extends A2AError {
  readonly code: number;

  constructor({ error, message, details }: A2AError, code: number) {
    super(error, message, details);
    this.code = code;
  }
}

function as(code: number, check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof A2AError && error.error === 'UnsupportedOperationError'
      ? new CodedError(error, code)
      : error;
  }
}

/** There is no direct message, and neither of the states that came with 0.2. */
function inexpressible({ steps, turns = [] }: Script): string | undefined {
  const all = [...steps, ...turns.flatMap((turn) => turn.steps)];
  const found = all.find((step) => 'reply' in step || ('end' in step && LATER.has(String(step.end))));
  return found && ('reply' in found ? 'reply' : `end ${String((found as { end: unknown }).end)}`);
}

const LATER: ReadonlySet<string> = new Set(['rejected', 'auth-required']);

/** A stream has no event for a task: it begins with its status, and with the artifacts that are there (§7.2.1). */
function taskless(items: AsyncIterable<StreamItem>): AsyncIterable<StreamItem> {
  return new Batches(flattened(batchesOf(items)));
}

async function* flattened(batches: AsyncIterable<readonly StreamItem[]>): AsyncGenerator<readonly StreamItem[]> {
  for await (const batch of batches) yield batch.flatMap((item) => ('fault' in item ? [item] : withoutTask(item)));
}

function withoutTask(item: Exclude<StreamItem, { fault: unknown }>): StreamItem[] {
  const { task } = item.event;
  if (!task) return [item];
  const { id: taskId, contextId = '', status, artifacts = [] } = task;
  const events = [
    { statusUpdate: { taskId, contextId, status } },
    ...artifacts.map((artifact, index) => ({ artifactUpdate: { taskId, contextId, artifact, append: false }, index })),
  ];
  return events.map((event) => ({ ...item, event }));
}
