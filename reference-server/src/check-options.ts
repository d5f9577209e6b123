import { A2A_OPTIONS } from './a2a/options.ts';
import { CHAT_OPTIONS } from './chat/options.ts';
import { ServerOptionsError } from './options-error.ts';
import { checkNames } from './option-names.ts';
import { checkOpenAgent } from './open-agent/check-options.ts';
import { RESPONSES_OPTIONS } from './responses/options.ts';
import type { NamesOf } from './option-names.ts';
import type { Limits, PluginOptions, ServerOptions } from './server-options.ts';
import type { WebhookOptions } from './webhooks/webhooks.ts';

const PLUGIN: NamesOf<PluginOptions> = {
  a2a: true,
  agent: true,
  allowedOrigins: true,
  apiKey: true,
  chat: true,
  clock: true,
  hooks: true,
  identities: true,
  keepAliveMs: true,
  limits: true,
  openAgent: true,
  protocols: true,
  publicUrl: true,
  quirks: true,
  responses: true,
  store: true,
  trustForwarded: true,
  webhooks: true,
  wireFaults: true,
};
const SERVER: NamesOf<ServerOptions> = {
  ...PLUGIN,
  connectionIdleMs: true,
  control: true,
  failures: true,
  faults: true,
  host: true,
  insecure: true,
  listen: true,
  log: true,
  port: true,
  record: true,
  seed: true,
};
const LIMIT: NamesOf<Limits> = { bodyBytes: true, bodyMs: true, headersMs: true, runs: true, turnMs: true };
const WEBHOOK: NamesOf<WebhookOptions> = {
  allowHosts: true,
  attempts: true,
  backoffMs: true,
  concurrency: true,
  denyHosts: true,
  loopback: true,
  maxBackoffMs: true,
  onlyAllowed: true,
  perHost: true,
  onCall: true,
  plainHttp: true,
  timeoutMs: true,
};
/** What Fastify itself takes beside a plugin's own options. */
const FASTIFY = { prefix: true, logLevel: true, logSerializers: true } as const;

/** Throws a ServerOptionsError for what is no option of a server. */
export function checkServerOptions(options: ServerOptions): void {
  checkNames(options, SERVER);
  const { control = false, seed } = options;
  if (typeof control !== 'boolean' && control !== 'remote')
    throw new ServerOptionsError(`control: expected true, false or 'remote'; got ${JSON.stringify(control)}`);
  if (seed !== undefined && !Number.isSafeInteger(seed))
    throw new ServerOptionsError(`seed: expected a whole number; got ${JSON.stringify(seed)}`);
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
