/** What people write compiles: nothing with a default is owed, and objects take any member. */
import type * as v07 from './0.7.ts';
import type * as readme from './readme.ts';
import type { paths } from '../generated/open-agent/0.7/paths.ts';

export const run: v07.AgentCompletionRequest = {
  environment: { working_directory: '/', platform: 'linux' },
  messages: [{ role: 'user', content: 'Hi' }],
};
export const tools: v07.Toolkit[] = [
  {
    name: 'math',
    instructions: '',
    functions: [{ name: 'add', description: '', parameters: { type: 'object', properties: { a: {} } } }],
  },
];
export const chat: readme.AgentChatRequest = {
  messages: [{ role: 'user', content: 'Hi' }],
  tools: [{ name: 'search' }],
};
export const key: v07.ApiKeyCreationRequest = { name: 'ci', scopes: ['read'] };
export const inPaths: paths['/agents/{agentId}/run']['post']['requestBody']['content']['application/json'] = run;

/** Narrows by its name. */
export function textOf(event: v07.RunEvent): string | undefined {
  if (event.event === 'ToolRequest') return event.tool;
  return event.event === 'RunResponse' ? event.content : undefined;
}
