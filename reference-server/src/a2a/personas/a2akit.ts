import type { IncomingHttpHeaders } from 'node:http';
import type { Artifact, Message, Part, Task, TaskState } from '@agentproto/protocol/a2a/1.0';
import type { Answer } from '../../answer.ts';
import { HttpError } from '../../http-error.ts';
import { A2AError, type ErrorName } from '../a2a-error.ts';
import type { StreamItem } from '../call.ts';
import type { A2AContext, A2AImpl } from '../context.ts';
import type { TaskFold } from '../fold.ts';
import { begun, waitsWhenAsked } from './fasta2a.ts';
import { type Persona, trait } from './persona.ts';

/** a2akit: what it writes down of a task beside A2A, and its own words for errors. */

interface Transition {
  state: TaskState;
  timestamp: string;
  messageText?: string;
}

/** A task as far as it is read, with what a2akit keeps of it. */
type Kept = TaskFold & { transitions?: readonly Transition[]; said?: readonly string[] };

const textOf = ({ parts }: Message): string => parts.flatMap(({ text = [] }) => text).join('');

/** Every state is written down, each with its time; an update of what is worked on is not kept in the history. */
const transitions = (name: string, downState: (state: TaskState) => string) =>
  trait(`${name}.state-transitions`, 'metadata.stateTransitions has every state of a task.', (impl) => ({
    advance(ctx, fold: Kept, entry, made) {
      impl.advance(ctx, fold, entry, made);
      const { event } = entry;
      const { status } = fold;
      const at = ctx.impl.timestamp(ctx, entry.at).replace(/Z$/, '+00:00');
      const add = (...more: Transition[]) => (fold.transitions = [...(fold.transitions ?? []), ...more]);
      if (event.type === 'turn')
        add({ state: 'TASK_STATE_SUBMITTED', timestamp: at }, { state: 'TASK_STATE_WORKING', timestamp: at });
      else if (status.state !== 'TASK_STATE_WORKING' && status.state !== fold.transitions?.at(-1)?.state) {
        add({ state: status.state, timestamp: at, ...(status.message && { messageText: textOf(status.message) }) });
        if (status.message) fold.said = [...(fold.said ?? []), status.message.messageId];
      }
    },
    taskView(ctx, fold: Kept, { historyLength, ...options } = {}) {
      const { history = [], artifacts = [], ...task } = impl.taskView(ctx, fold, options);
      const { message } = task.status;
      const kept = [...history, ...(message ? [message] : [])].filter(
        ({ role, messageId }) => role === 'ROLE_USER' || fold.said?.includes(messageId),
      );
      const states = (fold.transitions ?? []).map((one) => ({ ...one, state: downState(one.state) }));
      return {
        ...task,
        artifacts,
        history: historyLength === undefined ? kept : historyLength === 0 ? [] : kept.slice(-historyLength),
        metadata: { stateTransitions: states },
      };
    },
  }));

/** The task as it was taken, before anything was done. */
function taken(task: Task): Task {
  const { stateTransitions = [] } = (task.metadata ?? {}) as { stateTransitions?: readonly object[] };
  return { ...begun(task), artifacts: [], metadata: { stateTransitions: stateTransitions.slice(0, 1) } };
}

/** A stream, and what is not waited for, begins with the task as it was taken; that it is worked on is an event of its own. */
const beginsSubmitted = (name: string) =>
  trait(`${name}.begins-submitted`, 'A task is SUBMITTED before it is WORKING.', (impl) => ({
    async SendMessage(ctx, call, request) {
      const result = await impl.SendMessage(ctx, call, request);
      return result.task && request.configuration?.returnImmediately ? { task: taken(result.task) } : result;
    },
    turnEvents: (...args) => submitted(impl.turnEvents(...args)),
  }));

async function* submitted(items: AsyncIterable<StreamItem>): AsyncGenerator<StreamItem> {
  for await (const item of items) {
    if ('fault' in item || !item.event.task) {
      yield item;
      continue;
    }
    const { task } = item.event;
    yield { event: { task: taken(task) } };
    const { id: taskId, contextId = '', status } = task;
    yield {
      ...item,
      event: {
        statusUpdate: { taskId, contextId, status: { state: 'TASK_STATE_WORKING', timestamp: status.timestamp! } },
      },
    };
  }
}

/** To the microsecond, with the offset of UTC written out. */
const offsets = (name: string) =>
  trait(`${name}.offsets`, 'Timestamps end with +00:00.', (impl) => ({
    timestamp: (ctx, at) => impl.timestamp(ctx, at).replace(/Z$/, '000+00:00'),
  }));

/** What its agents say has metadata, if none. */
const emptyMetadata = (name: string) =>
  trait(`${name}.empty-metadata`, 'Messages of the agent have an empty metadata.', (impl) => ({
    encode: (...args) =>
      impl.encode(...args).map((update) =>
        update.statusUpdate?.status.message
          ? {
              statusUpdate: {
                ...update.statusUpdate,
                status: { ...update.statusUpdate.status, message: withMetadata(update.statusUpdate.status.message) },
              },
            }
          : update,
      ),
    taskView: (...args) => {
      const { status, history = [], ...task } = impl.taskView(...args);
      const { message } = status;
      return {
        ...task,
        status: { ...status, ...(message && { message: withMetadata(message) }) },
        history: history.map((one) => (one.role === 'ROLE_AGENT' ? withMetadata(one) : one)),
      };
    },
    directMessage: (...args) => withMetadata(impl.directMessage(...args)),
  }));

const withMetadata = (message: Message): Message => ({ metadata: {}, ...message });

/** Each answer says the version, and a request that says another one is refused before it is looked at. */
const version = (name: string, said: string, speaks: RegExp, refusal: (got: string) => object) =>
  trait(`${name}.says-its-version`, 'A2A-Version is in every answer, and another one is refused.', (impl) => {
    const headers = { 'a2a-version': said };
    const refused = (asked: IncomingHttpHeaders): Answer | undefined => {
      const got = asked['a2a-version'];
      if (typeof got !== 'string' || speaks.test(got)) return undefined;
      const body = JSON.stringify(refusal(got));
      return { status: 400, headers: { ...headers, 'content-type': 'application/json' }, body };
    };
    return {
      checkVersion: () => {},
      answerRpc: async (ctx, request) => refused(request.headers) ?? impl.answerRpc(ctx, request),
      answerRest: async (ctx, request) => refused(request.headers) ?? impl.answerRest(ctx, request),
      rpcHeaders: (ctx) => ({ ...impl.rpcHeaders(ctx), ...headers }),
      restHeaders: (...args) => ({ ...impl.restHeaders(...args), ...headers }),
      cardHeaders: (...args) => ({ ...impl.cardHeaders(...args), ...headers }),
      streamHeaders: (ctx) => ({
        ...impl.streamHeaders(ctx),
        ...headers,
        'content-type': 'text/event-stream; charset=utf-8',
      }),
    };
  });

const TEXTS: { readonly [Name in ErrorName]?: string } = {
  TaskNotFoundError: 'Task not found',
  TaskNotCancelableError: 'Task is not cancelable',
};

/** Its own sentences, and no details. */
const errors03 = trait('a2akit-0.3.sentences', 'Errors have sentences of their own, and no details.', (impl) => ({
  rpcErrorObject(ctx, error) {
    const { code, message } = impl.rpcErrorObject(ctx, error);
    const text = TEXTS[error.error] ?? message;
    return error.error === 'MethodNotFoundError'
      ? { code, message: text, data: { method: text.replace('Method not found: ', '') } }
      : { code, message: text };
  },
  writeRestError: (ctx, body, error) =>
    error instanceof HttpError ? { detail: 'Not Found' } : impl.writeRestError(ctx, body, error),
  checkFollowUp: (ctx, run, message) => {
    try {
      impl.checkFollowUp(ctx, run, message);
    } catch (error) {
      if (!(error instanceof A2AError)) throw error;
      if (error.error === 'InvalidParamsError') throw new A2AError(error.error, 'contextId does not match task');
      if (run.state === 'working') throw new A2AError('InvalidParamsError', 'Task does not accept messages');
      throw new A2AError(error.error, 'Task is terminal; cannot continue');
    }
  },
  async dispatch(ctx, operation) {
    try {
      return await impl.dispatch(ctx, operation);
    } catch (error) {
      if (!(error instanceof A2AError) || !breaksSchema(error)) throw error;
      throw operation.binding === 'JSONRPC'
        ? new A2AError('InvalidParamsError', `Invalid params for ${operation.method}`)
        : new A2AError('InvalidRequestError', 'Invalid request parameters');
    }
  },
}));

/** HTTP+JSON has the words of JSON-RPC, and its url ends with /v1. */
const kindOverRest = trait('a2akit-0.3.kind-over-rest', 'HTTP+JSON has `kind`, as JSON-RPC has it.', (impl) => ({
  readParams: (ctx, method, given, binding) =>
    impl.readParams(
      ctx,
      method,
      binding === 'HTTP+JSON' ? asRpc(method, given as Record<string, unknown>) : given,
      'JSONRPC',
    ),
  writeResult: (ctx, _binding, method, result) => impl.writeResult(ctx, 'JSONRPC', method, result),
  writeEvent: (ctx, _binding, event) => impl.writeEvent(ctx, 'JSONRPC', event),
}));

/** What stands in the path, by the names of JSON-RPC. */
function asRpc(method: string, { id, configId, ...body }: Record<string, unknown>): object {
  if (method === 'CreateTaskPushNotificationConfig')
    return { taskId: id, pushNotificationConfig: body['pushNotificationConfig'] ?? body };
  return {
    ...body,
    ...(id !== undefined && { id }),
    ...(configId !== undefined && { pushNotificationConfigId: configId }),
  };
}

const card03 = trait('a2akit-0.3.card', 'The card names HTTP+JSON beside JSON-RPC, below /v1.', (impl) => ({
  writeCard(ctx, card) {
    const { iconUrl: _icon, ...written } = impl.writeCard(ctx, card) as Record<string, unknown>;
    return {
      ...written,
      url: ctx.baseUrl(),
      additionalInterfaces: [{ transport: 'HTTP+JSON', url: `${ctx.baseUrl()}/v1` }],
    };
  },
}));

const MODES = ['application/json', 'text/plain'];
const OPTIONS = {
  capabilities: { streaming: true, pushNotifications: true },
  // A cancel is not waited for.
  cancelWaitMs: 0,
  idempotentMessages: true,
} as const;

/** Of A2A 0.3. */
export const a2akit03: Persona = {
  protocol: 'a2a@0.3',
  a2a: { ...OPTIONS, card: { defaultInputModes: MODES, defaultOutputModes: MODES } },
  quirks: [
    offsets('a2akit-0.3'),
    transitions('a2akit-0.3', (state) => state.slice('TASK_STATE_'.length).toLowerCase().replaceAll('_', '-')),
    emptyMetadata('a2akit-0.3'),
    waitsWhenAsked,
    beginsSubmitted('a2akit-0.3'),
    card03,
    kindOverRest,
    errors03,
    version('a2akit-0.3', '0.3.0', /^0\.3(\.|$)/, (got) => ({
      code: -32_009,
      message: `Unsupported A2A version: ${got}. This server supports 0.3.0.`,
    })),
  ],
};

const filled = ({ name = '', description = '', ...artifact }: Artifact): Artifact => ({
  ...artifact,
  name,
  description,
});
const echoed = (part: Part): Part => ({ filename: '', mediaType: '', ...part });

/** Of A2A 1.0: what it writes is the proto's defaults, too, and a few members have other names. */
export const a2akit10: Persona = {
  protocol: 'a2a@1.0',
  a2a: { ...OPTIONS, card: { defaultInputModes: MODES, defaultOutputModes: MODES } },
  quirks: [
    transitions('a2akit-1.0', (state) => state),
    emptyMetadata('a2akit-1.0'),
    beginsSubmitted('a2akit-1.0'),
    trait('a2akit-1.0.defaults', 'Empty texts and lists are written.', (impl) => ({
      taskView: (...args) => {
        const task = impl.taskView(...args);
        return {
          ...task,
          artifacts: (task.artifacts ?? []).map(filled),
          history: (task.history ?? []).map((message) =>
            message.role === 'ROLE_USER' ? { ...message, parts: message.parts.map(echoed) } : message,
          ),
        };
      },
      encode: (...args) =>
        impl
          .encode(...args)
          .map((update) =>
            update.artifactUpdate
              ? { artifactUpdate: { ...update.artifactUpdate, artifact: filled(update.artifactUpdate.artifact) } }
              : update,
          ),
      card(ctx: A2AContext) {
        const card = impl.card(ctx);
        return {
          ...card,
          capabilities: { extensions: [], ...card.capabilities },
          documentationUrl: '',
          iconUrl: '',
          securityRequirements: [],
          securitySchemes: {},
          signatures: [],
          skills: card.skills.map((skill) => ({ examples: [], inputModes: [], outputModes: [], ...skill })),
          supportedInterfaces: card.supportedInterfaces.map((one) => ({ ...one, tenant: '', url: ctx.baseUrl() })),
        };
      },
    })),
    trait(
      'a2akit-1.0.update-names',
      'Updates are in members of other names, and a stream of HTTP+JSON begins with a bare task.',
      (impl) => ({
        writeEvent: (ctx, binding, event) => {
          const { task, statusUpdate: taskStatusUpdate, artifactUpdate: taskArtifactUpdate } = event;
          if (taskStatusUpdate) return { taskStatusUpdate } as never;
          if (taskArtifactUpdate) return { taskArtifactUpdate } as never;
          return task && binding === 'HTTP+JSON' ? (task as never) : impl.writeEvent(ctx, binding, event);
        },
      }),
    ),
    trait('a2akit-1.0.errors', 'Errors have other names and statuses.', errors10),
    version('a2akit-1.0', '1.0', /^1(\.|$)/, (got) => ({
      error: {
        code: 400,
        status: 'INVALID_ARGUMENT',
        message: `Unsupported A2A version: ${got}. This server supports A2A 1.0.`,
      },
    })),
  ],
};

/** A media type that the card does not list is an error of its own, there as here. */
const breaksSchema = ({ error, details }: A2AError): boolean =>
  error === 'InvalidParamsError' && details.violations !== undefined && !details.reason;

function errors10(impl: A2AImpl): Partial<A2AImpl> {
  return {
    errorRow: (ctx, name) => ({ ...impl.errorRow(ctx, name), ...ROWS[name] }),
    errorDetails: (ctx, error) => impl.errorDetails(ctx, error).slice(0, 1),
    async dispatch(ctx, operation) {
      try {
        return await impl.dispatch(ctx, operation);
      } catch (error) {
        if (!(error instanceof A2AError)) throw error;
        if (breaksSchema(error)) throw new A2AError('InvalidRequestError', `Invalid params for ${operation.method}`);
        throw new A2AError(
          error.error,
          error.error === 'TaskNotFoundError' ? 'Task not found' : error.message,
          error.details,
        );
      }
    },
    checkFollowUp(ctx, run, message) {
      try {
        impl.checkFollowUp(ctx, run, message);
      } catch (error) {
        if (!(error instanceof A2AError) || error.error !== 'UnsupportedOperationError' || run.state === 'working')
          throw error;
        throw new A2AError(error.error, 'task is terminal', { reason: 'TASK_TERMINAL_STATE' });
      }
    },
    checkCancelable(ctx, run) {
      try {
        impl.checkCancelable(ctx, run);
      } catch (error) {
        if (!(error instanceof A2AError)) throw error;
        const state = `TASK_STATE_${run.state.toUpperCase()}`;
        throw new A2AError(error.error, `Task ${run.id} is in terminal state ${state}`);
      }
    },
    checkContentType(ctx, headers) {
      if (/^application\/json\b/.test(headers['content-type'] ?? '')) return impl.checkContentType(ctx, headers);
      throw new HttpError(
        'UNSUPPORTED_MEDIA_TYPE',
        `Unsupported Content-Type: ${headers['content-type'] ?? ''}. Expected application/json.`,
      );
    },
    restHeaders: () => ({ 'content-type': 'application/json' }),
  };
}

const ROWS: { readonly [Name in ErrorName]?: { http?: number; reason?: string } } = {
  TaskNotCancelableError: { http: 409 },
  UnsupportedOperationError: { http: 409 },
  PushNotificationNotSupportedError: { http: 501, reason: 'PUSH_NOTIFICATIONS_NOT_SUPPORTED' },
  ContentTypeNotSupportedError: { http: 415 },
  ExtendedAgentCardNotConfiguredError: { http: 404, reason: 'EXTENDED_CARD_NOT_CONFIGURED' },
};
