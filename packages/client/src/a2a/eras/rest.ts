import type * as v03 from '@agentproto/protocol/a2a/0.3';
import {
  JSON_MEDIA_TYPE,
  type Message,
  type MethodName,
  type Part,
  type SendMessageRequest,
  type TaskPushNotificationConfig,
} from '@agentproto/protocol/a2a/1.0';
import { isObject, type Json, type Place } from '../../json.ts';
import type { Binding, WireCall } from '../binding.ts';
import { A2AError, type A2AErrorName, fromError, isA2AError, isRpcError } from '../error.ts';
import { routed } from '../http-json.ts';
import { upCard } from './card.ts';
import { downConfiguration, downMessage, downPart, downPushConfig, downState } from './down.ts';
import { upPushConfig, upPushConfigs } from './push-config.ts';
import { bare, withHistory } from './rpc.ts';
import { type Reading, upEvent, upTask } from './up.ts';

/**
 * HTTP+JSON of A2A 0.3 (§3.2.3), in the form that servers speak: the ProtoJSON of its a2a.proto. Servers that take only the JSON of
 * its schema, with `kind`, refuse the first message and get it once more in that form, and are sent that from then on.
 */
export function earlierRest(url: string): Binding {
  // Some cards have the version's segment in the url already.
  const base = new URL(url);
  base.pathname = base.pathname.replace(/\/v1\/*$/, '');
  let form: keyof typeof BODIES | undefined;
  return (name, params) => {
    const [path, ...verbs] = ROUTES[name];
    const { tenant: _, ...given } = params as Json;
    const { metadata: __, ...named } = given;
    if (name === 'GetTask') named['historyLength'] ??= ALL;
    if (name === 'ListTasks' && named['status']) named['status'] = downState(String(named['status']));
    const call = (method: string, body: object | undefined, made?: keyof typeof BODIES): WireCall => ({
      method,
      mediaType: JSON_MEDIA_TYPE,
      ...routed(base.href, path, body ? pathOnly(named) : named, method, body),
      ...(made && { yields: isRefused }),
      result(answer, httpStatus, where, report) {
        checkError(answer, httpStatus, where, name);
        if (made) form = made;
        return up(name, answer, { form: 'proto', where, report }, given);
      },
    });
    const bodies = BODY[name];
    if (!bodies) return verbs.map((verb) => call(verb, verb === 'POST' ? metadataOf(given) : undefined));
    const forms = form ? [form] : (['proto', 'kind'] as const);
    return forms.flatMap((each) => bodies(given, BODIES[each]).map((body) => call('POST', body, each)));
  };
}

/** It is the server's to say how much history it has; some refuse a request that does not say how much is wanted. */
const ALL = 2 ** 31 - 1;

const CONFIGS = '/v1/tasks/{taskId}/pushNotificationConfigs';

/** §3.5.6; the proto has GET for subscriptions, where the specification has POST. */
const ROUTES: { readonly [Name in MethodName]: readonly [path: string, ...verbs: string[]] } = {
  SendMessage: ['/v1/message:send', 'POST'],
  SendStreamingMessage: ['/v1/message:stream', 'POST'],
  GetTask: ['/v1/tasks/{id}', 'GET'],
  ListTasks: ['/v1/tasks', 'GET'],
  CancelTask: ['/v1/tasks/{id}:cancel', 'POST'],
  SubscribeToTask: ['/v1/tasks/{id}:subscribe', 'POST', 'GET'],
  CreateTaskPushNotificationConfig: [CONFIGS, 'POST'],
  GetTaskPushNotificationConfig: [`${CONFIGS}/{id}`, 'GET'],
  ListTaskPushNotificationConfigs: [CONFIGS, 'GET'],
  DeleteTaskPushNotificationConfig: [`${CONFIGS}/{id}`, 'DELETE'],
  GetExtendedAgentCard: ['/v1/card', 'GET'],
};

interface Bodies {
  message(message: Message): v03.Message | v03.ProtoMessage;
  /** What the webhook of a message is called. */
  push: string;
  /** Best first. */
  pushConfig(config: TaskPushNotificationConfig): object[];
}

const BODIES = {
  proto: {
    message: protoMessage,
    push: 'pushNotification',
    // In ProtoJSON no id is an empty one, which servers keep.
    pushConfig: ({ taskId, id = crypto.randomUUID(), ...config }) => [
      {
        parent: `tasks/${taskId}`,
        configId: id,
        config: {
          name: `tasks/${taskId}/pushNotificationConfigs/${id}`,
          pushNotificationConfig: downPushConfig({ ...config, id }),
        },
      } satisfies Omit<v03.ProtoCreateTaskPushNotificationConfigRequest, 'id'>,
    ],
  },
  kind: {
    message: downMessage,
    push: 'pushNotificationConfig',
    // The task stands in the path, too: some servers want nothing but the configuration.
    pushConfig: (config) => [
      { taskId: config.taskId, pushNotificationConfig: downPushConfig(config) },
      downPushConfig(config),
    ],
  },
} as const satisfies { [form: string]: Bodies };

const send =
  (streams: boolean) =>
  (params: Json, bodies: Bodies): object[] => {
    const { message, configuration, metadata } = params as unknown as SendMessageRequest;
    const { pushNotificationConfig, ...rest } = downConfiguration(configuration, streams, undefined);
    const webhook = pushNotificationConfig === undefined ? {} : { [bodies.push]: pushNotificationConfig };
    const body = { message: bodies.message(message), configuration: { ...rest, ...webhook } };
    return [metadata === undefined ? body : { ...body, metadata }];
  };

const BODY: { readonly [Name in MethodName]?: (params: Json, bodies: Bodies) => object[] } = {
  SendMessage: send(false),
  SendStreamingMessage: send(true),
  CreateTaskPushNotificationConfig: (params, bodies) =>
    bodies.pushConfig(params as unknown as TaskPushNotificationConfig),
};

/** `referenceTaskIds` is not in the proto, and parsers that are strict refuse what is not. */
function protoMessage({ parts, referenceTaskIds: _, ...rest }: Message): v03.ProtoMessage {
  return { ...rest, content: parts.map(protoPart) };
}

function protoPart(part: Part): v03.ProtoPart {
  const { kind: _, ...old } = downPart(part);
  if ('text' in old) return old;
  if ('data' in old) return { ...old, data: { data: old.data } };
  const { bytes, uri, ...named } = old.file;
  return { ...old, file: bytes === undefined ? { fileWithUri: uri, ...named } : { fileWithBytes: bytes, ...named } };
}

function up(name: MethodName, answer: unknown, to: Reading, params: Json): unknown {
  const { configuration, historyLength } = params;
  switch (name) {
    case 'SendMessage':
      return withHistory(upEvent(answer, to), isObject(configuration) ? configuration['historyLength'] : undefined);
    case 'SendStreamingMessage':
    case 'SubscribeToTask':
      return upEvent(answer, to);
    case 'GetTask':
      return withHistory(upTask(bare(answer, to), to), historyLength);
    case 'CancelTask':
      return upTask(bare(answer, to), to);
    case 'ListTasks':
      return upTasks(answer, to);
    case 'GetExtendedAgentCard':
      return isObject(answer) ? upCard(answer, '') : answer;
    case 'ListTaskPushNotificationConfigs':
      return upPushConfigs(answer);
    case 'DeleteTaskPushNotificationConfig':
      return answer;
    default:
      return upPushConfig(answer);
  }
}

/** The specification has a plain list; servers that have pages write them as 1.0 does. */
function upTasks(answer: unknown, to: Reading): unknown {
  const { tasks = answer, ...page } = isObject(answer) ? answer : {};
  if (!Array.isArray(tasks)) return answer;
  const own = { nextPageToken: '', pageSize: tasks.length, totalSize: tasks.length };
  return { ...own, ...page, tasks: tasks.map((task) => upTask(task, to)) };
}

/** What is left of a body that is no message: `{}`, or its metadata. */
function metadataOf({ metadata }: Json): Json {
  return metadata === undefined ? {} : { metadata };
}

function pathOnly({ id, taskId }: Json): Json {
  return { id, taskId };
}

/** A body in a form that the server does not know: it has not begun with anything. */
function isRefused(error: unknown): boolean {
  return isA2AError(error) ? REFUSED.includes(error.name) : [400, 422].includes((error as { status?: number }).status!);
}

const REFUSED: readonly string[] = ['InvalidRequest', 'InvalidParams', 'JSONParse'] satisfies A2AErrorName[];

/** 0.3 asks for a consistent shape of errors and does not say which: `{ code, message }`, that in `error`, or `{ message }` alone. */
function checkError(answer: unknown, httpStatus: number, where: Place, name: MethodName): void {
  if (!isObject(answer)) return;
  if (isRpcError(answer)) throw fromError(answer, httpStatus, where, true);
  const { error, message } = answer;
  if (isObject(error)) throw fromError(error, httpStatus, where, true);
  if (httpStatus < 400 || typeof message !== 'string') return;
  throw new A2AError(nameOf(httpStatus, name), `${where}: ${message}`, { httpStatus });
}

const BY_STATUS: { readonly [status: number]: A2AErrorName } = {
  400: 'InvalidRequest',
  404: 'TaskNotFound',
  409: 'TaskNotCancelable',
  415: 'ContentTypeNotSupported',
  422: 'InvalidParams',
  500: 'Internal',
  501: 'UnsupportedOperation',
  502: 'InvalidAgentResponse',
};

function nameOf(status: number, name: MethodName): A2AErrorName {
  if (status === 404 && name === 'GetExtendedAgentCard') return 'ExtendedAgentCardNotConfigured';
  if (status === 501 && name.includes('PushNotification')) return 'PushNotificationNotSupported';
  return BY_STATUS[status] ?? 'Unrecognized';
}
