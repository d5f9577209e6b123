import { A2A_MEDIA_TYPE, type MethodName, type METHODS } from '@agentproto/protocol/a2a/1.0';
import { InvalidInputError } from '../errors.ts';
import type { Binding } from './binding.ts';
import type { Report } from './deviation.ts';
import { fromError, isInShape } from './error.ts';
import type { Place } from '../json.ts';

type Http<Name extends MethodName> = (typeof METHODS)[Name]['http'];

/** §11.3. The compiler holds them to the protocol's own table, which is too large to ship. */
const ROUTES: { readonly [Name in MethodName]: readonly [Http<Name>['path'], ...Http<Name>['verbs']] } = {
  SendMessage: ['/message:send', 'POST'],
  SendStreamingMessage: ['/message:stream', 'POST'],
  GetTask: ['/tasks/{id}', 'GET'],
  ListTasks: ['/tasks', 'GET'],
  CancelTask: ['/tasks/{id}:cancel', 'POST'],
  SubscribeToTask: ['/tasks/{id}:subscribe', 'POST', 'GET'],
  CreateTaskPushNotificationConfig: ['/tasks/{taskId}/pushNotificationConfigs', 'POST'],
  GetTaskPushNotificationConfig: ['/tasks/{taskId}/pushNotificationConfigs/{id}', 'GET'],
  ListTaskPushNotificationConfigs: ['/tasks/{taskId}/pushNotificationConfigs', 'GET'],
  DeleteTaskPushNotificationConfig: ['/tasks/{taskId}/pushNotificationConfigs/{id}', 'DELETE'],
  GetExtendedAgentCard: ['/extendedAgentCard', 'GET'],
};

/** §11: a route for every operation, below the interface's url and its tenant. */
export function httpJson(interfaceUrl: string): Binding {
  const base = new URL(interfaceUrl);
  return (operation, params) => {
    const [path, ...verbs] = ROUTES[operation];
    // ProtoJSON: what is unset is absent.
    const { tenant, ...rest } = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
    const target = path.replace(/\{(\w+)\}/g, (_, member: string) => {
      const value = String(rest[member]);
      delete rest[member];
      return segment(value);
    });
    const url = new URL(base);
    url.pathname = `${base.pathname.replace(/\/+$/, '')}${tenant ? `/${segment(String(tenant))}` : ''}${target}`;
    return verbs.map((verb: string) => ({
      method: verb,
      mediaType: A2A_MEDIA_TYPE,
      // §11.5: GET and DELETE have their parameters in path and query only.
      ...(verb === 'POST' ? { url: url.href, body: JSON.stringify(rest) } : { url: withQuery(url, rest) }),
      result(answer: unknown, httpStatus: number, where: Place, report: Report) {
        const { error } = (answer ?? {}) as { error?: unknown };
        if (!error) return answer;
        if (!isInShape(error)) report('error-shape', `${where}: expected an error with code and message`);
        const { code } = error as { code?: unknown };
        // In a stream the HTTP status has long been sent; the body of §11.6 has it too.
        const status = typeof code === 'number' && code >= 100 && code < 600 ? code : httpStatus;
        throw fromError(error, status, where, true);
      },
    }));
  };
}

function segment(value: string): string {
  // A url drops such a segment, and the request would go to another route.
  if (value === '.' || value === '..')
    throw new InvalidInputError(`expected an id that can stand in a path, got "${value}"`);
  return encodeURIComponent(value);
}

function withQuery(url: URL, params: { [member: string]: unknown }): string {
  const full = new URL(url);
  for (const [member, value] of Object.entries(params)) full.searchParams.set(member, String(value));
  return full.href;
}
