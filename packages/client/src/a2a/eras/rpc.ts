import type * as v03 from '@agentproto/protocol/a2a/0.3';
import type { MethodName, SendMessageRequest, TaskPushNotificationConfig } from '@agentproto/protocol/a2a/1.0';
import { isObject, type Json } from '../../json.ts';
import type { Binding } from '../binding.ts';
import { A2AError } from '../error.ts';
import { jsonRpc } from '../json-rpc.ts';
import { downConfiguration, downMessage, downPushConfig } from './down.ts';
import { upPushConfig, upPushConfigs } from './push-config.ts';
import { type Reading, upEvent, upTask } from './up.ts';

/** One operation of an earlier revision over JSON-RPC. */
export interface RpcMethod {
  name: string;
  /** Its params, from those of 1.0. */
  down(params: Json): object | undefined;
  /** The result of 1.0, from its own. `params`: what was asked, as 1.0 has it. */
  up(result: unknown, to: Reading, params: Json): unknown;
}

export type RpcMethods = { [Name in MethodName]?: RpcMethod };

/** A binding of 1.0's operations to the methods of an earlier revision. */
export function earlierRpc(url: string, version: string, form: Reading['form'], methods: RpcMethods): Binding {
  const rpc = jsonRpc(url);
  return (name, params) => {
    const method = methods[name];
    if (!method) throw lacking(name, `A2A ${version} over JSON-RPC`);
    return rpc(method.name, method.down(params as Json)).map((call) => ({
      ...call,
      result: (answer, httpStatus, where, report) =>
        method.up(call.result(answer, httpStatus, where, report), { form, where, report }, params as Json),
    }));
  };
}

/** For an operation that a revision does not have: nothing is sent. */
export function lacking(operation: string, what: string): A2AError {
  return new A2AError('UnsupportedOperation', `${operation}: ${what} has no such operation; nothing was sent`, {});
}

/**
 * The methods of 0.3, which 0.2 has too. Until 0.2.6 a configuration had to say which outputs are taken, and servers of 0.3 still ask for
 * it: where the caller says nothing, all that the agent makes, which are its `modes`.
 */
export function kindMethods(modes: readonly string[]): RpcMethods {
  const send =
    (streams: boolean) =>
    (params: Json): v03.MessageSendParams => {
      const { message, configuration, metadata } = params as unknown as SendMessageRequest;
      return {
        message: downMessage(message),
        configuration: downConfiguration(configuration, streams, modes),
        ...(metadata !== undefined && { metadata }),
      };
    };
  return {
    SendMessage: {
      name: 'message/send',
      down: send(false),
      up: (result, to, { configuration }) =>
        withHistory(upEvent(result, to), isObject(configuration) ? configuration['historyLength'] : undefined),
    },
    SendStreamingMessage: { name: 'message/stream', down: send(true), up: upEvent },
    GetTask: {
      name: 'tasks/get',
      down: untenanted,
      up: (result, to, { historyLength }) => withHistory(upTask(bare(result, to), to), historyLength),
    },
    CancelTask: { name: 'tasks/cancel', down: untenanted, up: (result, to) => upTask(bare(result, to), to) },
    SubscribeToTask: { name: 'tasks/resubscribe', down: untenanted, up: upEvent },
    CreateTaskPushNotificationConfig: {
      name: 'tasks/pushNotificationConfig/set',
      down: (params) => ({
        taskId: params['taskId'],
        pushNotificationConfig: downPushConfig(params as unknown as TaskPushNotificationConfig),
      }),
      up: upPushConfig,
    },
    GetTaskPushNotificationConfig: { name: 'tasks/pushNotificationConfig/get', down: whichConfig, up: upPushConfig },
    ListTaskPushNotificationConfigs: {
      name: 'tasks/pushNotificationConfig/list',
      down: ({ taskId }) => ({ id: taskId }),
      up: upPushConfigs,
    },
    DeleteTaskPushNotificationConfig: {
      name: 'tasks/pushNotificationConfig/delete',
      down: whichConfig,
      up: (result) => result,
    },
  };
}

function untenanted({ tenant: _, ...params }: Json): Json {
  return params;
}

function whichConfig({ taskId, id }: Json): object {
  return { id: taskId, pushNotificationConfigId: id };
}

/** The task itself, where a server has put it into a member. */
export function bare(result: unknown, { where, report }: Reading): unknown {
  if (!isObject(result) || result['id'] !== undefined || !isObject(result['task'])) return result;
  report('wrapped-task', `${where}: expected a bare task`);
  return result['task'];
}

/** At most so many messages, the latest (§3.2.4 of 1.0): earlier revisions left it to the server what is meant. */
export function withHistory(result: unknown, historyLength: unknown): unknown {
  const { task = result } = isObject(result) ? result : {};
  if (typeof historyLength !== 'number' || !isObject(task) || !Array.isArray(task['history'])) return result;
  if (historyLength === 0) delete task['history'];
  else task['history'] = task['history'].slice(-historyLength);
  return result;
}
