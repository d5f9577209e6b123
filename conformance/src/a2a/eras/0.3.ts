import { METHODS, type MethodName } from '@agentproto/protocol/a2a/1.0';
import type { DriverTools } from '../../kit/family.ts';
import { isRecord } from '../../kit/json.ts';
import { matcher } from '../../kit/match.ts';
import { httpJson, jsonRpc, type Binding, type CallOptions } from '../binding.ts';
import { looseErrorView } from '../error-view.ts';
import { refusesAsInput } from '../refusal.ts';
import type { RestSpeech, RpcSpeech, Speech } from '../speech.ts';
import type { AgentInterface, Era, Operations, Refusals } from './era.ts';
import { writeConfig, writeParams } from './kind-json.ts';
import { named } from './naming.ts';
import { declaredIn, modesOf, readCard, saysNoVersion } from './old-card.ts';
import { writeProto, writeText } from './proto-json.ts';
import { readEvent, readMessage, readResult, readTask } from './read.ts';

/** JSON-RPC methods (3.5.6). */
export const NAMES: Operations<string> = {
  SendMessage: 'message/send',
  SendStreamingMessage: 'message/stream',
  GetTask: 'tasks/get',
  CancelTask: 'tasks/cancel',
  SubscribeToTask: 'tasks/resubscribe',
  CreateTaskPushNotificationConfig: 'tasks/pushNotificationConfig/set',
  GetTaskPushNotificationConfig: 'tasks/pushNotificationConfig/get',
  ListTaskPushNotificationConfigs: 'tasks/pushNotificationConfig/list',
  DeleteTaskPushNotificationConfig: 'tasks/pushNotificationConfig/delete',
  GetExtendedAgentCard: 'agent/getAuthenticatedExtendedCard',
};

const CONFIGS = '/v1/tasks/{taskId}/pushNotificationConfigs';
/** Routes (3.5.6); a subscription is POST by the text, GET by the proto. */
const ROUTES: Operations<{ verbs: readonly string[]; path: string }> = {
  SendMessage: { verbs: ['POST'], path: '/v1/message:send' },
  SendStreamingMessage: { verbs: ['POST'], path: '/v1/message:stream' },
  GetTask: { verbs: ['GET'], path: '/v1/tasks/{id}' },
  CancelTask: { verbs: ['POST'], path: '/v1/tasks/{id}:cancel' },
  SubscribeToTask: { verbs: ['POST', 'GET'], path: '/v1/tasks/{id}:subscribe' },
  CreateTaskPushNotificationConfig: { verbs: ['POST'], path: CONFIGS },
  GetTaskPushNotificationConfig: { verbs: ['GET'], path: `${CONFIGS}/{id}` },
  ListTaskPushNotificationConfigs: { verbs: ['GET'], path: CONFIGS },
  DeleteTaskPushNotificationConfig: { verbs: ['DELETE'], path: `${CONFIGS}/{id}` },
  GetExtendedAgentCard: { verbs: ['GET'], path: '/v1/card' },
};

/** Where the objects of section 6 are taken instead of ProtoJSON: noted under this row. */
const FORM = 'A2A03-TRANS-010';

/** Where a configuration is taken as the whole body, as neither the text nor the proto has it: noted under this row. */
const BARE_CONFIG = 'A2A03-PUSH-012';
const CREATE: MethodName = 'CreateTaskPushNotificationConfig';

/** A result that says by `kind` which it is, as the members of 1.0 do. */
function readSent(result: unknown): unknown {
  const event = readEvent(result, true);
  return isRecord(event) && (isRecord(event.task) || isRecord(event.message)) ? event : result;
}

export function rpcSpeech(card: Record<string, unknown>, names: Operations<string> = NAMES): RpcSpeech {
  const modes = modesOf(card);
  return {
    version: [],
    mediaTypes: ['application/json'],
    methods: Object.keys(names) as MethodName[],
    nameOf: (method) => names[method]!,
    write: (method, params) => writeParams(method, params, modes),
    read(method, result) {
      if (method === 'SendMessage') return readSent(result);
      if (method === 'GetExtendedAgentCard' && isRecord(result)) return readCard(result);
      // That a configuration is gone is said by null.
      return method === 'DeleteTaskPushNotificationConfig' ? (result ?? {}) : readResult(method, result);
    },
    readEvent,
  };
}

function restSpeech(
  card: Record<string, unknown>,
  isText: () => boolean,
  { messageName = 'message', base, fresh }: { messageName?: string; base: string; fresh: () => string },
): RestSpeech {
  const modes = modesOf(card);
  // Some name the version in the url of the interface already.
  const isBelow = /\/v1\/?$/.test(base);
  return {
    version: [],
    mediaTypes: ['application/json'],
    methods: Object.keys(ROUTES) as MethodName[],
    routeOf(method) {
      const { verbs, path } = ROUTES[method]!;
      return { verbs, path: isBelow ? path.replace('/v1', '') : path };
    },
    write: (method, params) =>
      isText() ? writeText(method, params, modes) : writeProto(method, params, modes, { messageName, fresh }),
    read(method, result) {
      // Here a task or a message has a member of its own (7.1): that there is none around it, the row about that tells.
      if (method === 'SendMessage') {
        if (!isRecord(result)) return result;
        const { task, message = result.msg } = result;
        if (task === undefined && message === undefined) return readTask(result);
        return {
          ...(task === undefined ? {} : { task: readTask(task) }),
          ...(message === undefined ? {} : { message: readMessage(message) }),
        };
      }
      if (method === 'GetExtendedAgentCard' && isRecord(result)) return readCard(result);
      return readResult(method, result);
    },
    readEvent,
    readError: looseErrorView,
    isFailure: isRecord,
    isFailedEvent: (event): event is Record<string, unknown> =>
      isRecord(event) && (isRecord(event.error) || typeof event.error === 'string'),
  };
}

/** The binding of an interface of 0.3 or 0.2. */
export function speakOld(
  one: AgentInterface,
  card: Record<string, unknown>,
  { lenience, unique }: DriverTools,
  { names, messageName }: { names?: Operations<string>; messageName?: string } = {},
): Binding {
  if (one.protocolBinding !== 'HTTP+JSON') return jsonRpc(one.url, undefined, unique, rpcSpeech(card, names));
  const base = one.url;
  const how = { base, fresh: unique, ...(messageName ? { messageName } : {}) };
  const isText = () => lenience.knows(FORM, 'HTTP+JSON');
  const proto = httpJson(base, undefined, undefined, restSpeech(card, isText, how));
  const text = restSpeech(card, () => true, how);
  const plain = httpJson(base, undefined, undefined, text);
  const flat = httpJson(base, undefined, undefined, {
    ...text,
    write: (_method, params) => ({ ...writeConfig(params), taskId: params.taskId }),
  });
  const takesBare = () => lenience.knows(BARE_CONFIG, 'HTTP+JSON');
  return {
    ...proto,
    request(method, params, options = {}) {
      const isFlat = options.form === 'flat' || (takesBare() && options.body === undefined);
      if (method === CREATE && isFlat) return flat.request(method, params, options);
      return (options.form === 'text' ? plain : proto).request(method, params, options);
    },
    isUnknownVerb: (exchange) =>
      exchange.operation === 'SubscribeToTask' &&
      (exchange.response?.status === 405 ||
        (exchange.response?.status === 404 &&
          !(
            proto.read(exchange).error?.by !== 'status' &&
            proto.read(exchange).error?.names.includes('TaskNotFoundError')
          ))),
    brokeOff: ({ end, response }) =>
      end?.kind === 'broken'
        ? {
            by: 'A2A03-TRANS-006',
            expected: 'a failure with a status of 400 or more, and a JSON object',
            actual: { httpStatus: response?.status, end: end.message },
          }
        : undefined,
    otherwise(exchange, given: CallOptions) {
      const { operation, request } = exchange;
      const { error } = proto.read(exchange);
      if (given.form || given.body !== undefined || given.hostile || !error || !refusesAsInput(error)) return undefined;
      if (operation === CREATE && !takesBare()) {
        const what = 'takes a push configuration as the whole body, and not in `config`';
        return { options: { ...given, form: 'flat' }, row: BARE_CONFIG, what, mustBeTaken: true };
      }
      const isMessage = operation === 'SendMessage' || operation === 'SendStreamingMessage';
      const isFollowUp = request.body && 'text' in request.body && request.body.text.includes('"taskId"');
      if (!isMessage || isFollowUp || isText()) return undefined;
      const what = 'takes messages as section 6 has them, and not as ProtoJSON of the proto';
      return { options: { ...given, form: 'text' }, row: FORM, what, mustBeTaken: true };
    },
  };
}

const READS = {
  JSONRPC: rpcSpeech({}),
  'HTTP+JSON': restSpeech({}, () => false, { base: '', fresh: () => '' }),
};

export const readsOld = (binding: string | undefined): Speech | undefined => READS[binding as keyof typeof READS];

/** Operations without a capability, and those whose capability the card declares. */
export function owedBy(methods: readonly MethodName[], { capabilities }: Record<string, unknown>): MethodName[] {
  const declared = isRecord(capabilities) ? capabilities : {};
  return methods.filter((method) => {
    const row = METHODS[method];
    return !('capability' in row) || declared[row.capability] === true;
  });
}

export const anyError = { error: {} };
const oneOf = (...names: string[]) => ({
  error: matcher(
    names.join(' or '),
    (error) =>
      isRecord(error) && Array.isArray(error.names) && error.names.some((name) => names.includes(name as string)),
  ),
});

/** Which errors 0.3 names for what, in 8.2; elsewhere it says only that there is one. */
export const refusals03: Refusals = {
  endedTask: anyError,
  noStreaming: oneOf('UnsupportedOperationError', 'MethodNotFoundError'),
  noPush: oneOf('PushNotificationNotSupportedError', 'UnsupportedOperationError', 'MethodNotFoundError'),
  noExtendedCard: anyError,
  requiredExtension: anyError,
  tellsEnded: false,
};

export const era03: Era = {
  id: 'a2a@0.3',
  cards: ['agent-card.json', 'agent.json'],
  bindings: ['JSONRPC', 'HTTP+JSON'],
  readCard(card, cardUrl, isNamed) {
    const { protocolVersion } = card;
    // Some cards of the time say no version; their place is that of 0.3 (5.3).
    const isOfNone = saysNoVersion(card, isNamed);
    const isHere = isNamed || cardUrl.endsWith('/agent-card.json');
    const isOfThis = typeof protocolVersion === 'string' && /^0\.3(\.|$)/.test(protocolVersion);
    const interfaces = declaredIn(card);
    if (interfaces.length === 0 || !(isOfThis || (isOfNone && isHere))) return undefined;
    return { card: readCard(card), interfaces };
  },
  speak: (one, card, tools) => named(speakOld(one, card, tools), card, 'X-A2A-Extensions'),
  owed: owedBy,
  reads: readsOld,
  extensionsHeader: 'X-A2A-Extensions',
  version: [],
  scriptIn: 'metadata',
  namesArtifacts: true,
  refusals: refusals03,
  // The model has no least number of parts (6.4), and ProtoJSON no required members at all.
  allows: (binding) =>
    binding === 'HTTP+JSON'
      ? ['an empty list of parts', 'no parts', 'no role', 'no messageId']
      : ['an empty list of parts'],
};
