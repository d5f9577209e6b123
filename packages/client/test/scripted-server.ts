import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { A2AClient, type AgentCard, type BindingName, type ConnectOptions } from '@agentproto/client/a2a';
import { expect } from 'vitest';

export interface SeenRequest {
  method: string;
  /** Path and query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Called with every request; `count` begins at 1. */
export type Script = (response: ServerResponse, request: SeenRequest, count: number) => void | Promise<void>;

export interface ScriptedServer extends AsyncDisposable {
  url: string;
  requests: SeenRequest[];
  /** Resolves once `count` connections have been closed by whichever side. */
  closed(count: number): Promise<void>;
}

/** A server that does exactly what a test says, faults included. */
export async function scriptedServer(script: Script): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  let closedConnections = 0;
  let wake = () => {};
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const seen = {
        method: incoming.method!,
        path: incoming.url!,
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      };
      requests.push(seen);
      void script(response, seen, requests.length);
    });
  });
  server.on('connection', (socket) =>
    socket.on('close', () => {
      closedConnections++;
      wake();
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async closed(count) {
      while (closedConnections < count) await new Promise<void>((resolve) => (wake = resolve));
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function cardFor(url: string, ...bindings: string[]): AgentCard {
  return {
    name: 'Test agent',
    description: 'Does what a test says',
    version: '1',
    supportedInterfaces: (bindings.length > 0 ? bindings : ['JSONRPC']).map((protocolBinding) => ({
      url,
      protocolBinding,
      protocolVersion: '1.0',
    })),
    capabilities: { streaming: true },
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [],
  };
}

/** A client of a scripted server, without a card request. */
export function clientOf(
  server: ScriptedServer,
  binding: BindingName = 'JSONRPC',
  options: ConnectOptions = {},
): Promise<A2AClient> {
  return A2AClient.connect(server.url, { card: cardFor(server.url, binding), ...options });
}

export function sendJson(response: ServerResponse, value: unknown, status = 200, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(value));
}

/** The envelope around a result, with the id of the request that it answers. */
export function rpc(request: SeenRequest, result: unknown): object {
  return { jsonrpc: '2.0', id: JSON.parse(request.body).id, result };
}

export function beginSse(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
}

/** One event; resolves once the bytes are handed to the system, so that a following cut comes after them. */
export function writeEvent(response: ServerResponse, value: unknown): Promise<void> {
  return new Promise((resolve) => response.write(`data: ${JSON.stringify(value)}\n\n`, () => resolve()));
}

export const taskIn = (state: string, more: object = {}) => ({
  task: { id: 't1', contextId: 'c1', status: { state }, ...more },
});
export const statusOf = (state: string) => ({ statusUpdate: { taskId: 't1', contextId: 'c1', status: { state } } });
export const artifactOf = (text: string, more: object = {}) => ({
  artifactUpdate: { taskId: 't1', contextId: 'c1', artifact: { artifactId: 'a1', parts: [{ text }] }, ...more },
});

/** What a call that must fail fails with. */
export const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('expected a failure'),
    (error: unknown) => error,
  );
