import { isObject, type Json } from '../../json.ts';
import { keepRaw } from '../raw.ts';
import { present } from './present.ts';

/**
 * `{ taskId, pushNotificationConfig }` in the flat form of 1.0; in 0.1 the task's id is `id`. A configuration without an id of its own
 * is the task's only one, and has the id of the task.
 */
export function upPushConfig(given: unknown): unknown {
  if (!isObject(given)) return given;
  const { taskId, id = taskId, name, pushNotificationConfig } = present(given);
  if (!isObject(pushNotificationConfig)) return given;
  const { authentication, ...rest } = present(pushNotificationConfig);
  // ProtoJSON has both ids in a path: tasks/{id}/pushNotificationConfigs/{id}.
  const [, ofTask = id, , own = ofTask] = typeof name === 'string' ? name.split('/') : [];
  return keepRaw(
    {
      taskId: ofTask,
      ...rest,
      id: rest['id'] === undefined || rest['id'] === '' ? own : rest['id'],
      ...(isObject(authentication) && { authentication: upAuthentication(authentication) }),
    },
    given,
  );
}

export function upPushConfigs(given: unknown): unknown {
  const list = isObject(given) ? (given['configs'] ?? []) : given;
  return Array.isArray(list) ? keepRaw({ configs: list.map(upPushConfig), nextPageToken: '' }, given) : given;
}

/** 1.0 has one scheme; the first is the one that is preferred. */
function upAuthentication({
  schemes,
  scheme = Array.isArray(schemes) ? (schemes[0] as unknown) : '',
  ...rest
}: Json): Json {
  return { scheme, ...present(rest) };
}
