import type { MethodName } from '@agentproto/protocol/a2a/1.0';
import { isRecord } from '../../kit/json.ts';
import { writeConfig, writeConfiguration, writeParams } from './kind-json.ts';

/** Requests of 0.3 over HTTP+JSON, in either of two forms: ProtoJSON of its proto, or the objects of section 6. */

type Json = Record<string, unknown>;

function writePart(raw: unknown): unknown {
  if (!isRecord(raw)) return raw;
  const { text, data, raw: bytes, url, mediaType } = raw;
  if ('text' in raw) return { text };
  if ('data' in raw) return { data: { data } };
  if (bytes === undefined && url === undefined) return raw;
  return { file: { ...(bytes === undefined ? { fileWithUri: url } : { fileWithBytes: bytes }), mimeType: mediaType } };
}

function writeMessage(raw: unknown): unknown {
  if (!isRecord(raw)) return raw;
  const { parts, ...rest } = raw;
  return {
    ...rest,
    ...('parts' in raw ? { content: Array.isArray(parts) ? parts.map(writePart) : parts } : {}),
  };
}

/** Bodies, with what stands in the path as `taskId` and `id`. `messageName`: what the proto calls the message; `fresh`: an id of the caller's. */
export function writeProto(
  method: MethodName,
  params: Json,
  modes: readonly string[],
  { messageName, fresh }: { messageName: string; fresh: () => string },
): Json | undefined {
  const { id, taskId } = params;
  switch (method) {
    case 'SendMessage':
    case 'SendStreamingMessage': {
      const { message, configuration, ...rest } = params;
      return {
        ...('message' in params ? { [messageName]: writeMessage(message) } : {}),
        configuration: writeConfiguration(configuration, modes, 'pushNotification'),
        ...rest,
      };
    }
    case 'CancelTask':
    case 'SubscribeToTask':
      return { id, name: `tasks/${String(id)}` };
    case 'CreateTaskPushNotificationConfig': {
      // The proto requires an id of the caller, the objects of section 6 do not.
      const configId = id === undefined ? fresh() : String(id);
      return {
        taskId,
        parent: `tasks/${String(taskId)}`,
        configId,
        config: {
          name: `tasks/${String(taskId)}/pushNotificationConfigs/${configId}`,
          pushNotificationConfig: writeConfig(params),
        },
      };
    }
    default:
      return params;
  }
}

/** The same in the objects of section 6. */
export function writeText(method: MethodName, params: Json, modes: readonly string[]): Json | undefined {
  const { id, taskId } = params;
  switch (method) {
    case 'CancelTask':
    case 'SubscribeToTask':
      return { id };
    case 'CreateTaskPushNotificationConfig':
      return { config: { taskId, pushNotificationConfig: writeConfig(params) }, taskId };
    case 'GetTaskPushNotificationConfig':
    case 'DeleteTaskPushNotificationConfig':
      return { taskId, id };
    case 'ListTaskPushNotificationConfigs':
      return { taskId };
    case 'GetExtendedAgentCard':
      return {};
    default:
      return writeParams(method, params, modes);
  }
}
