import type { ServerResponse } from 'node:http';
import type { ChatRequest, StreamEvent } from '@agentproto/client/chat';
import { expect } from 'vitest';
import type { Script } from '../scripted-server.ts';
import { type ScriptedSockets as Scripted, scriptedSockets as scripted } from '../scripted-sockets.ts';

export type { Connected } from '../scripted-sockets.ts';

export const delta = (text: string): StreamEvent => ({ type: 'text_delta', text });
export const DONE: StreamEvent = { type: 'done', stop_reason: null, meta_data: {} };
export const call = (id: string, more: object = {}) => ({ id, name: 'delete_pod', input: { name: 'nginx' }, ...more });

export const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('expected a failure'),
    (error: unknown) => error,
  );

export function beginNdjson(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.flushHeaders();
}

/** One event; resolves once the bytes are handed to the system, so that a following cut comes after them. */
export function writeLine(response: ServerResponse, event: unknown): Promise<void> {
  return new Promise((resolve) => response.write(`${JSON.stringify(event)}\n`, () => resolve()));
}

/** Streams the events, then ends. */
export const plays =
  (...events: unknown[]): Script =>
  async (response) => {
    beginNdjson(response);
    for (const event of events) await writeLine(response, event);
    response.end();
  };

/** A `fetch` whose answer is a stream of exactly these chunks. */
export function fetchOf(...chunks: (string | Uint8Array)[]): typeof fetch {
  return async () =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (const chunk of chunks) controller.enqueue(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
          controller.close();
        },
      }),
      { headers: { 'content-type': 'application/x-ndjson' } },
    );
}

export type ScriptedSockets = Scripted<ChatRequest>;
export const scriptedSockets = scripted<ChatRequest>;

/** What the user says in a turn. */
export const saidIn = (turn: ChatRequest | undefined) => turn?.messages.at(-1)?.content;
/** `done` as a server sends it that gives request fields back. */
export const doneOf = ({ messages: _messages, ...fields }: ChatRequest) => ({
  type: 'done',
  meta_data: { request_context: fields },
});
