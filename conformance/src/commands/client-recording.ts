import type { Exchange } from '@agentproto/recording';
import type { createReferenceServer, ServerOptions } from '@agentproto/reference-server';
import type { ClientSituation } from '../kit/client-check.ts';
import type { Recorded } from '../kit/client-run.ts';
import type { RunEvent } from '../kit/run-log.ts';
import { bodyOf } from '../recorder/body.ts';
import { RecordingProxy } from '../recorder/recording-proxy.ts';
import { count } from '../report/text.ts';
import { runChild, type ChildEnd } from './child.ts';
import { ClientOutput, quoteOf } from './client-output.ts';
import { resultListener } from './client-result.ts';

export interface ClientRecordingOptions {
  createReferenceServer: typeof createReferenceServer;
  /** The id of the protocol. */
  protocol: string;
  command: readonly string[];
  timeoutMs: number;
  /** An abort ends the client. */
  signal: AbortSignal;
  /** Told all that the client writes, line by line, without secrets. */
  onOutput?: ((text: string) => void) | undefined;
  /** Told the last that a client has written that did not end well, without secrets. */
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
    const given = {
      ...env,
      ...(apiKey !== undefined && { AGENTPROTO_API_KEY: apiKey }),
      AGENTPROTO_URL: proxy.url,
      AGENTPROTO_PROTOCOL: protocol,
      AGENTPROTO_SCENARIO: name,
    };
    const quote = quoteOf({ ...process.env, ...given }, () => [...proxy.exchanges, ...webhooks]);
    const output = new ClientOutput(quote, onOutput);
    const listener = resultListener(quote);
    const ended = await runChild(command, {
      ...{ env: given, timeoutMs, signal },
      onOutput(text, stream) {
        listener.onOutput(text, stream);
        output.write(text, stream);
      },
    });
    output.end();
    const endedAtMs = proxy.clock.nowMs();
    await proxy.close();
    const exchanges = [...proxy.exchanges, ...webhooks].sort((a, b) => a.request.atMs - b.request.atMs);
    const { told: { failed, ...got } = {}, misread } = listener;
    const told = listener.told && { ...got, ...(failed !== undefined && { failed: quote(failed) }) };
    // Who rightly gives up may say so by its exit code as well.
    const mayFail = situation.expected === 'failed' || told?.failed !== undefined;
    const stop = stopOf(ended, { name, mayFail, requests: proxy.exchanges.length, misread });
    if (stop && output.tail() !== '') onTail?.(output.tail());
    return { exchanges, endedAtMs, situation, told, ...(keys && { keys }), ...(stop && { stop }) };
  } finally {
    await server.close();
  }
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
