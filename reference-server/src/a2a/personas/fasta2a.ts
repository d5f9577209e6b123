import type { AgentCard, SendMessageRequest, Task, TaskState } from '@agentproto/protocol/a2a/1.0';
import type { Answer } from '../../answer.ts';
import { HttpError } from '../../http-error.ts';
import { A2AError } from '../a2a-error.ts';
import type { A2AContext, A2AImpl } from '../context.ts';
import { type Persona, trait } from './persona.ts';

/** FastA2A: JSON-RPC at the root, tasks and nothing else, and an Internal Server Error for all that it does not expect. */

const NOT_FOUND = -32_001;

/** Only these errors are told; all others are a 500 without a word. */
export const falls = (name: string, ...told: number[]) =>
  trait(`${name}.falls-over-what-it-does-not-expect`, 'Every other error is a 500 in plain text.', (impl) => ({
    async answerRpc(ctx, request) {
      const answer = await impl.answerRpc(ctx, request);
      if (!('body' in answer) || answer.status === 401) return answer;
      const { error } = JSON.parse(answer.body) as { error?: { code: number } };
      return error === undefined || told.includes(error.code) ? answer : FALLEN;
    },
    rpcErrorObject: (ctx, error) => {
      const { code, message } = impl.rpcErrorObject(ctx, error);
      return { code, message: code === NOT_FOUND ? 'Task not found' : message };
    },
  }));

const FALLEN: Answer = {
  status: 500,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'Internal Server Error',
};

/** A time without a zone, to the microsecond. */
export const naive = trait('fasta2a.naive-times', 'Timestamps have no offset.', (impl) => ({
  timestamp: (ctx, at) => impl.timestamp(ctx, at).replace(/Z$/, '000'),
}));

/** A task that was just taken. */
export const begun = (task: Task): Task => ({
  id: task.id,
  ...(task.contextId !== undefined && { contextId: task.contextId }),
  status: { ...task.status, state: 'TASK_STATE_SUBMITTED' },
  history: (task.history ?? []).slice(0, 1),
});

/** Work begins after the answer, which shows a task that was just taken. */
export const answersAtOnce = trait(
  'fasta2a.answers-at-once',
  'A send is answered with the task as it was taken.',
  (impl) => ({
    async SendMessage(ctx, call, request) {
      const { historyLength: _all, ...configuration } = request.configuration ?? {};
      const at: SendMessageRequest = { ...request, configuration: { ...configuration, returnImmediately: true } };
      const { task } = await impl.SendMessage(ctx, call, at);
      if (!task) throw new A2AError('InternalError', 'Expected a task.');
      return { task: begun(task) };
    },
  }),
);

/** A send is waited for where `blocking` says so, and not where nothing is said. */
export const waitsWhenAsked = trait(
  'waits-when-asked',
  'Without `blocking: true` a send is not waited for.',
  (impl) => ({
    readParams(ctx, method, given, binding) {
      const params = impl.readParams(ctx, method, given, binding);
      if (method !== 'SendMessage') return params;
      const { configuration } = given as { configuration?: { blocking?: unknown } };
      const { configuration: read } = params as SendMessageRequest;
      return { ...params, configuration: { ...read, returnImmediately: configuration?.blocking !== true } };
    },
  }),
);

/** What is not waited for is answered with the task as it was taken. */
export const answersWithTheTaken = trait(
  'answers-with-the-taken',
  'Who does not wait sees the task as it was taken.',
  (impl) => ({
    async SendMessage(ctx, call, request) {
      const result = await impl.SendMessage(ctx, call, request);
      return result.task && request.configuration?.returnImmediately ? { task: begun(result.task) } : result;
    },
  }),
);

/** What the agent says is a message of the history, and not of the status. */
export const saysInHistory = trait('fasta2a.says-in-the-history', 'A status has no message: history does.', (impl) => ({
  taskView(ctx, fold, options = {}) {
    const { status, ...task } = impl.taskView(ctx, fold, { ...options, historyLength: undefined });
    const { message, ...rest } = status;
    const { historyLength } = options;
    const all = [...(task.history ?? []), ...(message ? [message] : [])];
    const history = historyLength === undefined || historyLength === 0 ? all : all.slice(-historyLength);
    return { ...task, status: rest, history };
  },
}));

/** Only these operations are there. */
export const knows = (name: string, ...methods: string[]) =>
  trait(`${name}.knows-few-methods`, `Its methods are ${methods.join(', ')}.`, (impl) => ({
    operationOf: (ctx, binding, method) =>
      methods.includes(method) ? impl.operationOf(ctx, binding, method) : undefined,
  }));

const atRoot = ({ baseUrl }: A2AContext): string => baseUrl();

const JSON_MODES = { defaultInputModes: ['application/json'], defaultOutputModes: ['application/json'] };
const NOTHING = { streaming: false, pushNotifications: false, stateTransitionHistory: false };

function cardTrait(name: string, more: (ctx: A2AContext, card: AgentCard) => object) {
  return trait(`${name}.card`, 'A card of few words.', (_impl: A2AImpl) => ({
    writeCard: (ctx, card) => ({
      name: card.name,
      url: atRoot(ctx),
      version: card.version,
      skills: [],
      ...JSON_MODES,
      capabilities: NOTHING,
      ...more(ctx, card),
    }),
    // It looks at none.
    checkInputModes: () => {},
  }));
}

const DESCRIPTION = 'An AI agent exposed as an A2A agent.';
const TASKS_ONLY = { capabilities: { streaming: false, pushNotifications: false }, directReplyMs: 0 } as const;

/** tasks/send; the last of them is 0.2.20. */
export const fasta2a02: Persona = {
  protocol: 'a2a@0.1',
  a2a: { ...TASKS_ONLY, card: { name: 'Agent' } },
  quirks: [
    cardTrait('fasta2a-0.2', () => ({ authentication: { schemes: [] } })),
    naive,
    answersAtOnce,
    saysInHistory,
    knows('fasta2a-0.2', 'tasks/send', 'tasks/get', 'tasks/cancel'),
    falls('fasta2a-0.2', NOT_FOUND),
    trait('fasta2a-0.2.ids-of-its-own', 'tasks/send is answered under an id that nobody asked by.', (impl) => ({
      async answerRpc(ctx, request) {
        const answer = await impl.answerRpc(ctx, request);
        if (!('body' in answer) || answer.status !== 200 || !request.body.includes('"tasks/send"')) return answer;
        return { ...answer, body: JSON.stringify({ ...(JSON.parse(answer.body) as object), id: ctx.impl.newId(ctx) }) };
      },
    })),
  ],
};

/** message/send of A2A 0.2.5. */
export const fasta2a05: Persona = {
  protocol: 'a2a@0.2',
  a2a: { ...TASKS_ONLY, card: { name: 'My Agent' } },
  quirks: [
    cardTrait('fasta2a-0.5', () => ({ description: DESCRIPTION, protocolVersion: '0.2.5' })),
    naive,
    answersAtOnce,
    saysInHistory,
    knows('fasta2a-0.5', 'message/send', 'tasks/get', 'tasks/cancel'),
    falls('fasta2a-0.5', NOT_FOUND),
    trait('fasta2a-0.5.begins-anew', 'A message for a task begins another one.', () => ({
      followed: async () => undefined,
      newTaskId: (ctx) => ctx.impl.newId(ctx),
    })),
    trait('fasta2a-0.5.needs-modes', 'A configuration without acceptedOutputModes is refused.', (impl) => ({
      validate(ctx, name, value, binding) {
        const { configuration } = value as { configuration?: object };
        if (name !== 'SendMessageRequest' || !configuration || 'acceptedOutputModes' in configuration)
          return impl.validate(ctx, name, value, binding);
        throw new HttpError('INTERNAL', 'acceptedOutputModes is missing.');
      },
    })),
  ],
};

/** A2A 1.0, by its names and those of 0.3: what it is asked by the old ones is answered with the old states and roles. */
export const fasta2a21: Persona = {
  protocol: 'a2a@1.0',
  a2a: {
    capabilities: { streaming: true, pushNotifications: false },
    directReplyMs: 0,
    interfaces: [{ protocolBinding: 'JSONRPC' }],
    card: { name: 'My Agent', description: DESCRIPTION, skills: [] },
  },
  quirks: [
    trait('fasta2a-2.1.card', 'A card of few words.', (impl) => ({
      checkInputModes: () => {},
      card: (ctx) => ({
        ...impl.card(ctx),
        ...JSON_MODES,
        supportedInterfaces: [{ protocolBinding: 'JSONRPC', url: atRoot(ctx), protocolVersion: '1.0' }],
      }),
    })),
    naive,
    answersAtOnce,
    saysInHistory,
    knows(
      'fasta2a-2.1',
      'SendMessage',
      'SendStreamingMessage',
      'GetTask',
      'ListTasks',
      'CancelTask',
      'SubscribeToTask',
    ),
    falls('fasta2a-2.1', NOT_FOUND, -32_004),
    trait('fasta2a-2.1.any-version', 'A2A-Version is not looked at.', () => ({ checkVersion: () => {} })),
    trait('fasta2a-2.1.has-no-lists', 'ListTasks is there, and not supported.', () => ({
      ListTasks() {
        throw new A2AError('UnsupportedOperationError', 'This operation is not supported');
      },
    })),
    trait(
      'fasta2a-2.1.streams-states',
      'A stream begins with a task that was just taken; its updates have no time or text, and no id.',
      (impl) => ({
        turnEvents: (ctx, call, turn, historyLength) => ({
          async *[Symbol.asyncIterator]() {
            for await (const item of impl.turnEvents(ctx, call, turn, historyLength)) {
              if ('fault' in item) yield item;
              else if (item.event.task) yield { event: { task: begun(item.event.task) } };
              else if (item.event.artifactUpdate) {
                const { lastChunk = false, ...update } = item.event.artifactUpdate;
                yield { event: { artifactUpdate: { ...update, lastChunk } } };
              } else if (item.event.statusUpdate && ENDS.has(item.event.statusUpdate.status.state)) {
                const { status, ...update } = item.event.statusUpdate;
                yield { event: { statusUpdate: { ...update, status: { state: status.state } } } };
              }
            }
          },
        }),
      }),
    ),
  ],
};

const ENDS: ReadonlySet<TaskState> = new Set<TaskState>([
  'TASK_STATE_COMPLETED',
  'TASK_STATE_FAILED',
  'TASK_STATE_CANCELED',
  'TASK_STATE_REJECTED',
  'TASK_STATE_INPUT_REQUIRED',
  'TASK_STATE_AUTH_REQUIRED',
]);
