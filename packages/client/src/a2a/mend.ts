import type { Report } from './deviation.ts';
import type { Json, Place } from '../json.ts';

/** What agents in the field write otherwise than A2A 1.0 does, as it should have been. Most of it is A2A 0.3's. */

const RENAMED: { readonly [member: string]: string } = {
  taskStatusUpdate: 'statusUpdate',
  taskArtifactUpdate: 'artifactUpdate',
};

/** An event with its member; undefined: nothing that is known. */
export function mendedEvent(event: Json, where: Place, report: Report): Json | undefined {
  const renamed = Object.keys(RENAMED).find((member) => event[member]);
  if (renamed) {
    const member = RENAMED[renamed]!;
    report('member-name', `${where}: expected ${member}, got ${renamed}`);
    return { [member]: event[renamed] };
  }
  const member = memberOf(event);
  if (!member) return undefined;
  const kind = typeof event['kind'] === 'string' ? ` of kind ${event['kind']}` : '';
  report('bare-payload', `${where}: expected the member ${member}, got its members${kind}`);
  return { [member]: event };
}

/** Where a bare payload belongs, by its shape. */
function memberOf({ artifact, status, taskId, id, role, parts }: Json): string | undefined {
  if (artifact) return 'artifactUpdate';
  if (status) return taskId === undefined && id !== undefined ? 'task' : 'statusUpdate';
  return role && parts ? 'message' : undefined;
}

/** A configuration of 0.3 had its members in an object of its own. */
export function mendedConfig({ pushNotificationConfig, ...rest }: Json, where: Place, report: Report): Json {
  report('old-spelling', `${where}: expected the members of the configuration, got pushNotificationConfig`, CONFIG_ROW);
  return { ...rest, ...(pushNotificationConfig as Json) };
}

const CONFIG_ROW = 'A2A10-PUSH-001';

/** `input-required` is TASK_STATE_INPUT_REQUIRED, and so on for all. */
export function mendedState(state: string, where: Place, report: Report): string {
  const mended = `TASK_STATE_${state.toUpperCase().replaceAll('-', '_').replace('CANCELLED', 'CANCELED')}`;
  report('old-spelling', `${where}: expected ${mended}, got ${state}`);
  return mended;
}

export function mendedRole(role: string, where: Place, report: Report): string {
  const mended = `ROLE_${role.toUpperCase()}`;
  report('old-spelling', `${where}: expected ${mended}, got ${role}`);
  return mended;
}

/** A file of 0.3 had its members in an object of its own. */
export function mendedPart({ file, ...rest }: Json, where: Place, report: Report): Json {
  report('old-spelling', `${where}: expected url or raw in a part, got file`);
  const { uri, bytes, mimeType, name } = file as Json;
  return {
    ...rest,
    ...(uri === undefined ? { raw: bytes } : { url: uri }),
    ...(mimeType !== undefined && { mediaType: mimeType }),
    ...(name !== undefined && { filename: name }),
  };
}
