import { A2AError } from '../a2a-error.ts';
import { answersWithTheTaken, falls, knows, naive, saysInHistory, waitsWhenAsked } from './fasta2a.ts';
import { type Persona, trait } from './persona.ts';

/** A wrong parameter, as its errors tell it. */
class ParameterError extends A2AError {
  readonly value: string;
  readonly reason: string;

  constructor(value: string, reason: string) {
    super('InvalidParamsError', 'Invalid parameters');
    this.value = value;
    this.reason = reason;
  }
}

/** WayFlow's A2AServer 26.3: FastA2A's words of 0.3, blocking where it is asked for, and an agent whose answer is in the history alone. */
export const wayflowA2A263: Persona = {
  protocol: 'a2a@0.3',
  a2a: {
    capabilities: { streaming: false, pushNotifications: false },
    directReplyMs: 0,
    interfaces: [{ protocolBinding: 'JSONRPC' }],
    card: { name: 'agent', description: '', version: '0.0.1' },
  },
  quirks: [
    trait('wayflow-a2a.card', 'A card of few words, and without a protocol version.', () => ({
      writeCard: ({ baseUrl }, { name, description, version }) => ({
        name,
        description,
        url: baseUrl(),
        version,
        skills: [],
        defaultInputModes: ['application/json'],
        defaultOutputModes: ['application/json'],
        capabilities: { streaming: false, pushNotifications: false, stateTransitionHistory: false },
      }),
      checkInputModes: () => {},
    })),
    naive,
    saysInHistory,
    trait('wayflow-a2a.has-no-artifacts', 'There are no artifacts.', (impl) => ({
      taskView: (ctx, fold, options) => impl.taskView(ctx, fold, { ...options, includeArtifacts: false }),
    })),
    knows('wayflow-a2a', 'message/send', 'tasks/get', 'tasks/cancel'),
    waitsWhenAsked,
    answersWithTheTaken,
    falls('wayflow-a2a', -32_001, -32_602),
    trait('wayflow-a2a.names-the-parameter', 'A task that cannot go on is a wrong parameter.', (impl) => ({
      async followed({ store }, { owner }, { taskId = '' }) {
        if (taskId === '') return undefined;
        const run = await store.runs.get(taskId);
        if (run?.family !== 'a2a' || run.owner !== owner) throw new ParameterError(taskId, 'Task id not found');
        // Whatever it does, if only it asks for nothing.
        if (run.state !== 'input-required') throw new ParameterError(taskId, 'Cannot continue a completed task');
        return run;
      },
      rpcErrorObject: (ctx, error) => {
        const { code, message } = impl.rpcErrorObject(ctx, error);
        if (!(error instanceof ParameterError)) return { code, message };
        return { code, message, data: { parameter: 'task_id', value: error.value, reason: error.reason } };
      },
    })),
  ],
};
