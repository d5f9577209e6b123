import { A2A_OPTIONS } from './a2a/options.ts';
import { CHAT_OPTIONS } from './chat/options.ts';
import { AMOUNT, BOOLEAN, FUNCTION, having, LIST, OBJECT, oneOf, secret, TEXT, texts, whole } from './option-kinds.ts';
import { checkNames } from './option-names.ts';
import { checkOpenAgent } from './open-agent/check-options.ts';
import { RESPONSES_OPTIONS } from './responses/options.ts';
import type { NamesOf } from './option-names.ts';
import { LOG_LEVELS } from './server-options.ts';
import type { Limits, PluginOptions, ServerOptions } from './server-options.ts';
import type { WebhookOptions } from './webhooks/webhooks.ts';

const PLUGIN: NamesOf<PluginOptions> = {
  a2a: OBJECT,
  agent: FUNCTION,
  allowedOrigins: texts('a list of origins, loopback or *'),
  apiKey: secret(TEXT),
  chat: OBJECT,
  clock: having('now', 'sleep'),
  hooks: OBJECT,
  identities: secret(OBJECT),
  keepAliveMs: AMOUNT,
  limits: OBJECT,
  openAgent: OBJECT,
  protocols: texts('a list of ids such as a2a@1.0'),
  publicUrl: TEXT,
  quirks: LIST,
  responses: OBJECT,
  store: OBJECT,
  trustForwarded: BOOLEAN,
  webhooks: OBJECT,
  wireFaults: BOOLEAN,
};
const SERVER: NamesOf<ServerOptions> = {
  ...PLUGIN,
  connectionIdleMs: AMOUNT,
  control: oneOf(true, false, 'remote'),
  failures: LIST,
  faults: LIST,
  host: TEXT,
  insecure: BOOLEAN,
  listen: BOOLEAN,
  log: oneOf(...LOG_LEVELS),
  port: whole(0, 65_535),
  record: BOOLEAN,
  seed: whole(),
};
const LIMIT: NamesOf<Limits> = {
  bodyBytes: AMOUNT,
  bodyMs: AMOUNT,
  headersMs: AMOUNT,
  runs: AMOUNT,
  turnMs: AMOUNT,
};
const WEBHOOK: NamesOf<WebhookOptions> = {
  allowHosts: texts(),
  attempts: AMOUNT,
  backoffMs: AMOUNT,
  concurrency: AMOUNT,
  denyHosts: texts(),
  loopback: BOOLEAN,
  maxBackoffMs: AMOUNT,
  onlyAllowed: BOOLEAN,
  perHost: AMOUNT,
  onCall: FUNCTION,
  plainHttp: BOOLEAN,
  timeoutMs: AMOUNT,
};
/** What Fastify itself takes beside a plugin's own options. */
const FASTIFY = { prefix: true, logLevel: true, logSerializers: true } as const;

/** Throws a ServerOptionsError for what is no option of a server. */
export function checkServerOptions(options: ServerOptions): void {
  checkNames(options, SERVER);
  checkParts(options);
}

/** Throws a ServerOptionsError for what is no option of the plugin. */
export function checkPluginOptions(options: PluginOptions): void {
  checkNames(options, { ...PLUGIN, ...FASTIFY });
  checkParts(options);
}

function checkParts({ a2a, chat, limits, openAgent, responses, webhooks }: PluginOptions): void {
  checkNames(a2a, A2A_OPTIONS, 'a2a.');
  checkNames(chat, CHAT_OPTIONS, 'chat.');
  checkOpenAgent(openAgent);
  checkNames(responses, RESPONSES_OPTIONS, 'responses.');
  checkNames(limits, LIMIT, 'limits.');
  checkNames(webhooks, WEBHOOK, 'webhooks.');
}
