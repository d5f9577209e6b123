import { A2A_MEDIA_TYPE, type MethodName, type METHODS } from '@agentproto/protocol/a2a/1.0';
import { InvalidInputError } from '../errors.ts';
import type { Binding, WireCall } from './binding.ts';
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
  return (operation, params) => {
    const [path, ...verbs] = ROUTES[operation];
    const { tenant, ...rest } = params as { tenant?: string };
    const route = `${tenant ? `/${segment(tenant)}` : ''}${path}`;
    return verbs.map((verb: string) => ({
      method: verb,
      mediaType: A2A_MEDIA_TYPE,
      ...routed(interfaceUrl, route, rest, verb),
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

/** Where an operation goes, and its body: what of the params is not in the path. §11.5: GET and DELETE have that in the query. */
export function routed(
  base: string,
  path: string,
  params: object,
  verb: string,
  body?: object,
): Pick<WireCall, 'url' | 'body'> {
  // ProtoJSON: what is unset is absent.
  const rest: { [member: string]: unknown } = {};
  for (const [member, value] of Object.entries(params)) if (value !== undefined) rest[member] = value;
  const target = path.replace(/\{(\w+)\}/g, (_, member: string) => {
    const value = String(rest[member]);
    delete rest[member];
    return segment(value);
  });
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${target}`;
  if (verb === 'POST') return { url: url.href, body: JSON.stringify(body ?? rest) };
  for (const [member, value] of Object.entries(rest)) url.searchParams.set(member, String(value));
  return { url: url.href };
}

function segment(value: string): string {
  // A url drops such a segment, and the request would go to another route.
  if (value === '.' || value === '..')
    throw new InvalidInputError(`expected an id that can stand in a path, got "${value}"`);
  return encodeURIComponent(value);
}
