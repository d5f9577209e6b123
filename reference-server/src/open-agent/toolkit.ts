import type { Toolkit, ToolkitFunction } from '@agentproto/protocol/open-agent/0.7';
import type { Tool } from '../server-tools.ts';

/** A function that the server runs. */
export interface ServerFunction extends ToolkitFunction {
  run: Tool;
}

/** Functions of the server that belong together. */
export interface ServerToolkit {
  name: string;
  instructions: string;
  functions: readonly ServerFunction[];
}

/** What a server has where nobody says otherwise: it says the same each time. */
export const DEFAULT_TOOLKITS: readonly ServerToolkit[] = [
  {
    name: 'weather',
    instructions: 'Use get_weather for the weather of a city.',
    functions: [
      {
        name: 'get_weather',
        description: 'The weather of a city.',
        parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
        run: ({ city }) => ({ city: city ?? null, sky: 'sunny', celsius: 21 }),
      },
    ],
  },
];

/** A tool of a request or an agent: a toolkit, a function, or a name with a description (OAA-X20). */
export type AnyTool = Partial<Toolkit & ToolkitFunction> & { name: string };
