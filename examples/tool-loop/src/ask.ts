import { functionTool, type ResponsesClient, run, type RunResult } from '@agentproto/client/responses';

export interface Asker {
  client: ResponsesClient;
  model: string;
  /** Is asked before anything runs that needs it. */
  approve(name: string, args: string): Promise<boolean>;
  /** Is told of each step. */
  log(line: string): void;
}

/** Asks the model, and runs what it calls, until it answers. */
export function ask(question: string, { client, model, approve, log }: Asker): Promise<RunResult> {
  const weather = functionTool<{ city: string }>({
    name: 'get_weather',
    description: 'The weather in a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    needsApproval: true,
    run: ({ city }) => ({ city, sky: 'sunny' }),
  });
  const time = functionTool({
    name: 'get_time',
    description: 'The time here',
    parameters: { type: 'object', properties: {} },
    run: () => new Date().toISOString(),
  });
  return run(
    client,
    { model, input: question },
    {
      tools: [weather, time],
      approve: async (call) =>
        (await approve(call.name, call.arguments)) || { approve: false, reason: 'the user said no' },
      onToolResult: ({ name }, { output }) => log(`${name}: ${typeof output === 'string' ? output : '…'}`),
    },
  );
}
