import { isObject, type Json, type Place } from '../../json.ts';
import type { Report } from '../deviation.ts';
import { keepRaw } from '../raw.ts';
import { present } from './present.ts';

/** How an earlier revision writes: with `kind` in everything (0.2, 0.3), with `type` in parts (0.1), or as ProtoJSON (0.3 over HTTP+JSON). */
export type Form = 'kind' | 'type' | 'proto';

export interface Reading {
  form: Form;
  where: Place;
  report: Report;
}

/**
 * What an agent of an earlier revision wrote, in the members of 1.0, as a copy; `rawOf` has the original. What is not in the form of
 * its revision is read all the same, and reported; what is no object is left to the checks of 1.0, which say so.
 */
export function upTask(given: unknown, to: Reading): unknown {
  if (!isObject(given)) return given;
  const { kind, status, artifacts, history, ...rest } = present(given);
  expectKind(kind, 'task', to);
  return keepRaw(
    {
      ...rest,
      ...(status !== undefined && { status: upStatus(status, to) }),
      ...(Array.isArray(artifacts) && { artifacts: artifacts.map((each) => upArtifact(each, to)) }),
      ...(Array.isArray(history) && { history: history.map((each) => upMessage(each, to)) }),
    },
    given,
  );
}

export function upMessage(given: unknown, to: Reading): unknown {
  if (!isObject(given)) return given;
  const { kind, role, parts, content, ...rest } = present(given);
  expectKind(kind, 'message', to);
  if (parts === undefined && content !== undefined && to.form !== 'proto')
    to.report('other-spelling', `${to.where}: expected the member parts, got content`);
  // The defaults of the proto, which some write out.
  for (const member of ['taskId', 'contextId']) if (rest[member] === '') delete rest[member];
  return keepRaw({ ...rest, role: upRole(role, to), parts: upParts(parts ?? content, to) }, given);
}

/** One of `{ task }`, `{ message }`, `{ statusUpdate }`, `{ artifactUpdate }`; undefined: nothing that is known. */
export function upEvent(given: unknown, to: Reading): unknown {
  if (!isObject(given)) return given;
  const member = MEMBERS[String(given['kind'])];
  if (member) return keepRaw({ [member]: UP[member](given, to) }, given);
  for (const name of Object.keys(UP) as Member[]) {
    if (!isObject(given[name])) continue;
    if (to.form === 'kind') to.report('other-spelling', `${to.where}: expected a bare ${name}, got it in a member`);
    return keepRaw({ [name]: UP[name](given[name], to) }, given);
  }
  // The name of this member in the proto itself.
  if (isObject(given['msg'])) return keepRaw({ message: upMessage(given['msg'], to) }, given);
  const meant = memberOf(given);
  return meant ? keepRaw({ [meant]: UP[meant](given, to) }, given) : given;
}

type Member = 'task' | 'message' | 'statusUpdate' | 'artifactUpdate';

const MEMBERS: { readonly [kind: string]: Member } = {
  task: 'task',
  message: 'message',
  'status-update': 'statusUpdate',
  'artifact-update': 'artifactUpdate',
};

const UP: { readonly [Name in Member]: (given: unknown, to: Reading) => unknown } = {
  task: upTask,
  message: upMessage,
  statusUpdate: upStatusUpdate,
  artifactUpdate: upArtifactUpdate,
};

/** What something without a kind can only be. */
function memberOf({ artifact, status, taskId, role, parts }: Json): Member | undefined {
  if (artifact) return 'artifactUpdate';
  if (status) return taskId === undefined ? 'task' : 'statusUpdate';
  return role && parts ? 'message' : undefined;
}

const ENDS = ['TASK_STATE_COMPLETED', 'TASK_STATE_FAILED', 'TASK_STATE_CANCELED', 'TASK_STATE_REJECTED'];

function upStatusUpdate(given: unknown, to: Reading): unknown {
  if (!isObject(given)) return given;
  const { kind, status, final, ...rest } = present(given);
  expectKind(kind, 'status-update', to);
  const upped = upStatus(status, to);
  const { state } = isObject(upped) ? upped : {};
  if (final !== true && ENDS.includes(String(state)))
    to.report('not-final', `${to.where}: expected final: true with ${String(state)}, got ${String(final)}`);
  return { contextId: '', ...rest, status: upped };
}

function upArtifactUpdate(given: unknown, to: Reading): unknown {
  if (!isObject(given)) return given;
  const { kind, artifact, ...rest } = present(given);
  expectKind(kind, 'artifact-update', to);
  return { contextId: '', ...rest, artifact: upArtifact(artifact, to) };
}

function upStatus(given: unknown, to: Reading): unknown {
  if (!isObject(given)) return given;
  const { state, message, update, ...rest } = present(given);
  const told = message ?? update;
  const said = typeof told === 'string' ? toldIn(told, to) : told;
  return { ...rest, state: upState(state, to), ...(said !== undefined && { message: upMessage(said, to) }) };
}

/** A status whose message is a mere text says what went wrong all the same. */
function toldIn(text: string, { form, where, report }: Reading): Json {
  report('plain-message', `${where}: expected a message in the status, got a text`);
  const part = form === 'proto' ? { text } : { [form === 'kind' ? 'kind' : 'type']: 'text', text };
  return {
    ...(form === 'kind' && { kind: 'message' }),
    messageId: '',
    role: form === 'proto' ? 'ROLE_AGENT' : 'agent',
    parts: [part],
  };
}

function upArtifact(given: unknown, to: Reading): unknown {
  if (!isObject(given)) return given;
  const { parts, ...rest } = present(given);
  return { ...rest, parts: upParts(parts, to) };
}

const STATE = 'TASK_STATE_';

function upState(given: unknown, to: Reading): unknown {
  if (typeof given !== 'string') return given;
  if (given.startsWith(STATE) !== (to.form === 'proto')) reportSpelling(given, to);
  const name = (given.startsWith(STATE) ? given : STATE + given.toUpperCase().replaceAll('-', '_')) as string;
  if (name === 'TASK_STATE_UNKNOWN') return 'TASK_STATE_UNSPECIFIED';
  return name === 'TASK_STATE_CANCELLED' ? 'TASK_STATE_CANCELED' : name;
}

function upRole(given: unknown, to: Reading): unknown {
  if (typeof given !== 'string') return given;
  if (given.startsWith('ROLE_') !== (to.form === 'proto')) reportSpelling(given, to);
  return given.startsWith('ROLE_') ? given : `ROLE_${given.toUpperCase()}`;
}

function upParts(given: unknown, to: Reading): unknown {
  return Array.isArray(given) ? given.map((part: unknown) => upPart(part, to)) : given;
}

/** A part of 1.0 has its content in one member, by which it is known. */
function upPart(given: unknown, to: Reading): unknown {
  if (!isObject(given)) return given;
  const { kind, type, file, data, metadata, ...rest } = given;
  const content =
    typeof rest['text'] === 'string' ? 'text' : isObject(file) ? 'file' : 'data' in given ? 'data' : undefined;
  const more = { ...rest, ...(metadata !== null && metadata !== undefined && { metadata }) };
  if (content === undefined) return { ...(kind !== undefined && { kind }), ...more };
  if (to.form !== 'proto') {
    const [member, named] = to.form === 'kind' ? (['kind', kind] as const) : (['type', type] as const);
    if (named !== content)
      to.report(
        'missing-kind',
        `${to.where}: expected a part whose ${member} is ${content}, got ${String(named ?? kind ?? type)}`,
      );
  }
  if (content === 'text') return more;
  if (content === 'file') return { ...more, ...upFile(file as Json) };
  return upData(data, more, to.form === 'proto' && kind === undefined);
}

/** `bytes` or `uri`; in the proto `fileWithBytes` or `fileWithUri`; in the first FastA2A `data` or `url`. */
function upFile(file: Json): Json {
  const {
    bytes,
    fileWithBytes = bytes,
    data = fileWithBytes,
    uri,
    fileWithUri = uri,
    url = fileWithUri,
  } = present(file);
  const { mimeType, mediaType = mimeType, name } = present(file);
  return {
    ...(url === undefined || url === '' ? { raw: data ?? '' } : { url }),
    ...(mediaType !== undefined && mediaType !== '' && { mediaType }),
    ...(name !== undefined && name !== '' && { filename: name }),
  };
}

/**
 * Before 1.0 data was an object. Another value goes as its member `value`, which `metadata.data_part_compat` says: so do the SDKs that
 * speak both.
 */
function upData(given: unknown, { metadata, ...rest }: Json, inMember: boolean): Json {
  const data =
    inMember && isObject(given) && 'data' in given && Object.keys(given).length === 1 ? given['data'] : given;
  const { data_part_compat: wrapped, ...more } = isObject(metadata) ? metadata : {};
  const value = wrapped === true && isObject(data) && 'value' in data ? data['value'] : data;
  const left = wrapped === true ? more : metadata;
  return {
    ...rest,
    data: value,
    ...(left !== undefined && Object.keys(left as object).length > 0 && { metadata: left }),
  };
}

function expectKind(given: unknown, expected: string, { form, where, report }: Reading): void {
  if (form === 'kind' && given !== expected) {
    const got = given === undefined ? 'none' : JSON.stringify(given);
    report('missing-kind', `${where}: expected the kind ${expected}, got ${got}`);
  }
}

function reportSpelling(given: string, { where, report }: Reading): void {
  report('other-spelling', `${where}: expected the spelling of the interface's version, got ${given}`);
}
