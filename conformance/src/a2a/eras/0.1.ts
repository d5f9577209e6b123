import type { MethodName } from '@agentproto/protocol/a2a/1.0';
import { isRecord } from '../../kit/json.ts';
import { jsonRpc, type Binding } from '../binding.ts';
import { looseErrorView } from '../error-view.ts';
import type { RpcSpeech } from '../speech.ts';
import { anyError, owedBy } from './0.3.ts';
import type { AgentInterface, Era, Operations, Refusals } from './era.ts';
import { writeConfig, writePart } from './kind-json.ts';
import { saysNoVersion } from './old-card.ts';
import { readEvent, readResult, readTask } from './read.ts';

/** The time of tasks/send: the client names the task, and there are no messages but in tasks. */

type Json = Record<string, unknown>;

const NAMES: Operations<string> = {
  SendMessage: 'tasks/send',
  SendStreamingMessage: 'tasks/sendSubscribe',
  GetTask: 'tasks/get',
  CancelTask: 'tasks/cancel',
  SubscribeToTask: 'tasks/resubscribe',
  CreateTaskPushNotificationConfig: 'tasks/pushNotification/set',
  GetTaskPushNotificationConfig: 'tasks/pushNotification/get',
};

const role = (value: unknown): unknown =>
  typeof value === 'string' ? value.replace(/^ROLE_/, '').toLowerCase() : value;

function writeMessage(raw: unknown): unknown {
  if (!isRecord(raw)) return raw;
  const { parts, metadata } = raw;
  return {
    ...('role' in raw ? { role: role(raw.role) } : {}),
    ...('parts' in raw ? { parts: Array.isArray(parts) ? parts.map((part) => writePart(part, 'type')) : parts } : {}),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function write(method: MethodName, params: Json, unique: () => string): Json {
  const { id, taskId } = params;
  switch (method) {
    case 'SendMessage':
    case 'SendStreamingMessage': {
      const { message, configuration, ...rest } = params;
      const { taskId: task, contextId } = isRecord(message) ? message : {};
      const { historyLength, taskPushNotificationConfig: config } = isRecord(configuration) ? configuration : {};
      return {
        id: task ?? unique(),
        ...(contextId === undefined ? {} : { sessionId: contextId }),
        ...('message' in params ? { message: writeMessage(message) } : {}),
        ...(historyLength === undefined ? {} : { historyLength }),
        ...(isRecord(config) ? { pushNotification: writeConfig(config) } : {}),
        ...rest,
      };
    }
    case 'CreateTaskPushNotificationConfig': {
      // A task has one configuration, without an id.
      const { id: _id, ...config } = params;
      return { id: taskId, pushNotificationConfig: writeConfig(config) };
    }
    case 'GetTaskPushNotificationConfig':
      return { id: taskId };
    case 'GetTask':
      // What is not asked for is not told (7.3.1).
      return { historyLength: 1_000, ...params };
    default:
      return id === undefined && taskId !== undefined ? { id: taskId } : params;
  }
}

const speechOf = (unique: () => string): RpcSpeech => ({
  version: [],
  mediaTypes: ['application/json'],
  methods: Object.keys(NAMES) as MethodName[],
  nameOf: (method) => NAMES[method]!,
  write: (method, params) => write(method, params, unique),
  read: (method, result) =>
    method === 'SendMessage'
      ? isRecord(result) && ('id' in result || 'status' in result)
        ? { task: readTask(result) }
        : result
      : readResult(method, result),
  readEvent,
});

/** That a stream is refused may be said by HTTP alone (7.2, 7.7). */
function takingHttp(binding: Binding): Binding {
  return {
    ...binding,
    read(exchange) {
      const told = binding.read(exchange);
      const { status = 0, json } = exchange.response ?? {};
      const isStream = exchange.operation === 'SendStreamingMessage' || exchange.operation === 'SubscribeToTask';
      const isBare = isStream && told.error === undefined && told.result === undefined && status >= 400;
      return isBare ? { error: looseErrorView(json, status) } : told;
    },
  };
}

function interfacesOf({ url }: Json): AgentInterface[] {
  return typeof url === 'string' && URL.canParse(url)
    ? [{ url, protocolBinding: 'JSONRPC', protocolVersion: '0.1.0' }]
    : [];
}

/** In the words of 1.0: its `authentication` names schemes of HTTP. */
function readCard(card: Json): Json {
  const { authentication } = card;
  const named = isRecord(authentication) && Array.isArray(authentication.schemes) ? authentication.schemes : [];
  const schemes = named.filter((one): one is string => typeof one === 'string');
  return {
    ...card,
    supportedInterfaces: interfacesOf(card),
    ...(schemes.length > 0 && {
      securitySchemes: Object.fromEntries(schemes.map((scheme) => [scheme, { httpAuthSecurityScheme: { scheme } }])),
      securityRequirements: schemes.map((scheme) => ({ schemes: { [scheme]: { list: [] } } })),
    }),
  };
}

const refusals: Refusals = {
  endedTask: anyError,
  noStreaming: anyError,
  noPush: anyError,
  noExtendedCard: anyError,
  requiredExtension: anyError,
  tellsEnded: false,
};

const reading = speechOf(() => '');

export const era01: Era = {
  id: 'a2a@0.1',
  cards: ['agent.json'],
  bindings: ['JSONRPC'],
  readCard(card, _cardUrl, isNamed) {
    const interfaces = interfacesOf(card);
    const isOfThis = saysNoVersion(card, isNamed) && (isNamed || 'authentication' in card);
    return interfaces.length > 0 && isOfThis ? { card: readCard(card), interfaces } : undefined;
  },
  speak: ({ url }, _card, { unique }) => takingHttp(jsonRpc(url, undefined, unique, speechOf(unique))),
  owed: owedBy,
  reads: (binding) => (binding === 'JSONRPC' ? reading : undefined),
  extensionsHeader: 'X-A2A-Extensions',
  version: [],
  scriptIn: 'metadata',
  namesArtifacts: false,
  refusals,
  allows: () => ['no messageId', 'a messageId that is a number'],
};
