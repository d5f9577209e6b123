import { METHODS, type MethodName } from '@agentproto/protocol/a2a/1.0';
import type { Headers } from '@agentproto/recording';
import { isRecord } from '../kit/json.ts';
import { done } from '../kit/steps.ts';
import type { A2AAgent } from './agent.ts';
import { NOWHERE } from './push.ts';
import type { Reply } from './reply.ts';
import type { TaskStream } from './task-stream.ts';

/** What a card says of who may call (4.5). */

/** Nobody gets in without showing something: requirements are there, and none of them is empty. */
export function demandsCredentials({ securityRequirements }: Record<string, unknown>): boolean {
  const all = Array.isArray(securityRequirements) ? securityRequirements : [];
  return (
    all.length > 0 && all.every((one) => isRecord(one) && isRecord(one.schemes) && Object.keys(one.schemes).length > 0)
  );
}

/** Declared schemes as they show on the wire: `bearer`, `basic` …, and the headers of API keys. */
export function schemesOf({ securitySchemes }: Record<string, unknown>): { http: string[]; headers: string[] } {
  const http: string[] = [];
  const headers: string[] = [];
  for (const scheme of isRecord(securitySchemes) ? Object.values(securitySchemes) : []) {
    if (!isRecord(scheme)) continue;
    const { httpAuthSecurityScheme: auth, apiKeySecurityScheme: key } = scheme;
    if (isRecord(auth) && typeof auth.scheme === 'string') http.push(auth.scheme.toLowerCase());
    if (isRecord(key) && typeof key.name === 'string') headers.push(key.name.toLowerCase());
    // Tokens of OAuth 2.0 and OpenID Connect are shown as RFC 6750 has it.
    if (isRecord(scheme.oauth2SecurityScheme) || isRecord(scheme.openIdConnectSecurityScheme)) http.push('bearer');
  }
  return { http, headers };
}

/** The same credentials with other values, which nobody was ever given. */
export function wrongCredentials(own: Headers, unique: string): Headers {
  return own.map(([name, value]) => {
    const [, scheme] = /^([\w-]+) +\S/.exec(value) ?? [];
    return [name, scheme ? `${scheme} wrong-${unique}` : `wrong-${unique}`];
  });
}

/** The door, an error, or not found, where existence is hidden: anything but what was asked for. */
export function isRefused({ exchange, value: { error } }: Reply | TaskStream): boolean {
  // Who learns that the task is over was let in.
  const knows = error?.by !== 'status' && error?.names.some((name) => ABOUT_THE_TASK.includes(name));
  return !knows && ((exchange.response?.status ?? 0) >= 400 || error !== undefined);
}

const ABOUT_THE_TASK = ['TaskNotCancelableError', 'UnsupportedOperationError'];

/** Every operation that the card declares, on a task that is there, as somebody else calls it. */
export async function* everyOperation(
  agent: A2AAgent,
  stranger: A2AAgent,
  taskId: string,
): AsyncGenerator<{ method: MethodName; reply: Reply | TaskStream }> {
  const capabilities = isRecord(agent.card.capabilities) ? agent.card.capabilities : {};
  const config = { taskId, id: 'config' };
  const params: Record<MethodName, Record<string, unknown>> = {
    SendMessage: { message: stranger.message(done) },
    SendStreamingMessage: { message: stranger.message(done) },
    GetTask: { id: taskId },
    ListTasks: {},
    CancelTask: { id: taskId },
    SubscribeToTask: { id: taskId },
    CreateTaskPushNotificationConfig: { taskId, url: NOWHERE },
    GetTaskPushNotificationConfig: config,
    ListTaskPushNotificationConfigs: { taskId },
    DeleteTaskPushNotificationConfig: config,
    GetExtendedAgentCard: {},
  };
  // Not all are there in every era.
  for (const method of agent.binding.methods) {
    const row = METHODS[method];
    if ('capability' in row && capabilities[row.capability] !== true) continue;
    const options = { hostile: true };
    if (row.stream) {
      const stream = await (await stranger.open(method, params[method], options)).answer();
      await stream.leave();
      yield { method, reply: stream };
    } else yield { method, reply: await stranger.call(method, params[method], options) };
  }
}
