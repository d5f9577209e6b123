import { createRedactor, type Exchange } from '@agentproto/recording';
import type { createReferenceServer, ServerOptions } from '@agentproto/reference-server';
import type { ClientSituation, Told } from '../kit/client-check.ts';
import type { Recorded } from '../kit/client-run.ts';
import type { RunEvent } from '../kit/run-log.ts';
import { bodyOf } from '../recorder/body.ts';
import { RecordingProxy } from '../recorder/recording-proxy.ts';
import { count } from '../report/text.ts';
import { secretsOf } from '../run-file.ts';
import { runChild, type ChildEnd } from './child.ts';
import { resultListener } from './client-result.ts';

export interface ClientRecordingOptions {
  createReferenceServer: typeof createReferenceServer;
  /** The id of the protocol. */
  protocol: string;
  command: readonly string[];
  timeoutMs: number;
  /** An abort ends the client. */
  signal: AbortSignal;
  /** Told all that the client writes. */
  onOutput?: ((text: string) => void) | undefined;
  /** Told the last that a client has written that did not end well. */
  onTail?: ((text: string) => void) | undefined;
}

/** Puts a client before one situation: starts the server and a proxy that records before it, and runs the client's command to its end. */
export async function recordClient(
  situation: ClientSituation,
  { createReferenceServer: create, protocol, command, timeoutMs, signal, onOutput, onTail }: ClientRecordingOptions,
  onExchange: (exchange: Exchange) => void,
): Promise<Recorded> {
  const { name, apiKey, options } = situation;
  await using proxy = await RecordingProxy.start({ onExchange });
  const { env, keys, began, options: own } = situation.setUp?.(proxy.origin) ?? { options: {} };
  const webhooks: Exchange[] = [];
  const server = await create({
    ...withWebhooks({ ...options, ...own }, proxy, (exchange) => {
      webhooks.push(exchange);
      onExchange(exchange);
    }),
    ...(apiKey !== undefined && { apiKey }),
    protocols: options.protocols ?? [protocol],
    publicUrl: proxy.origin,
  });
  try {
    // A client of A2A begins with the card, which is at the root.
    proxy.target = protocol.startsWith('a2a@') ? server.url : server.urls[protocol]!;
    began?.(server);
    const listener = resultListener(onOutput);
    const ended = await runChild(command, {
      env: {
        ...env,
        ...(apiKey !== undefined && { AGENTPROTO_API_KEY: apiKey }),
        AGENTPROTO_URL: proxy.url,
        AGENTPROTO_PROTOCOL: protocol,
        AGENTPROTO_SCENARIO: name,
      },
      timeoutMs,
      signal,
      onOutput: listener.onOutput,
    });
    const endedAtMs = proxy.clock.nowMs();
    await proxy.close();
    const exchanges = [...proxy.exchanges, ...webhooks].sort((a, b) => a.request.atMs - b.request.atMs);
    const told = withoutSecrets(listener.told, exchanges);
    // Who rightly gives up may say so by its exit code as well.
    const mayFail = situation.expected === 'failed' || told?.failed !== undefined;
    const stop = stopOf(ended, { name, mayFail, requests: proxy.exchanges.length, misread: listener.misread });
    if (stop && ended.tail !== '') onTail?.(ended.tail);
    return { exchanges, endedAtMs, situation, told, ...(keys && { keys }), ...(stop && { stop }) };
  } finally {
    await server.close();
  }
}

/** What a client says of its failing may hold what it showed who it is by. */
function withoutSecrets(told: Told | undefined, exchanges: readonly Exchange[]): Told | undefined {
  if (told?.failed === undefined) return told;
  const secrets = exchanges.flatMap(({ request }) => secretsOf(request.headers));
  const shown = told.failed.replace(/(\bauthorization["']?\s*[:=]\s*["']?(?:\w+ +)?)[^\s"',;]+/gi, '$1[redacted]');
  return { ...told, failed: createRedactor(secrets).text(shown) };
}

/** The options, with somebody who writes webhook calls down as the proxy does what it sees. */
function withWebhooks(
  options: ServerOptions,
  { clock }: RecordingProxy,
  onExchange: (exchange: Exchange) => void,
): ServerOptions {
  return {
    ...options,
    webhooks: {
      ...options.webhooks,
      onCall({ url, headers, body, tookMs, status, problem }) {
        const now = clock.nowMs();
        const content = bodyOf(Buffer.from(body));
        onExchange({
          id: clock.nextExchangeId(),
          binding: 'webhook',
          request: {
            ...{ atMs: now - tookMs, method: 'POST', url, headers: Object.entries(headers) },
            ...(content && { body: content }),
          },
          ...(status !== undefined && { response: { atMs: now, status, headers: [] } }),
          frames: [],
          end:
            problem === undefined ? { atMs: now, kind: 'complete' } : { atMs: now, kind: 'broken', message: problem },
        });
      },
    },
  };
}

function stopOf(
  { fault, exitCode }: ChildEnd,
  {
    name,
    mayFail,
    requests,
    misread,
  }: { name: string; mayFail: boolean; requests: number; misread?: string | undefined },
): Extract<RunEvent, { type: 'stop' }> | undefined {
  const message =
    fault !== undefined && !(mayFail && exitCode !== undefined && requests > 0)
      ? `The client ${fault} in the scenario ${name}, after ${count(requests, 'request')}.`
      : requests === 0
        ? `The client sent no request in the scenario ${name}; it finds the URL in AGENTPROTO_URL.`
        : misread !== undefined
          ? `What the client tells in the scenario ${name} cannot be read: ${misread}`
          : undefined;
  return message === undefined ? undefined : { type: 'stop', outcome: 'incomplete', message };
}
