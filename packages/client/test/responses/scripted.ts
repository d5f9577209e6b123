import type { ServerResponse } from 'node:http';
import { responsesClient, type ResponsesOptions } from '@agentproto/client/responses';
import { type Script, type ScriptedServer, scriptedServer } from '../scripted-server.ts';

/** A server that answers as a test says, and a client of it. */
export async function scripted(script: Script, options: ResponsesOptions = {}) {
  const server = await scriptedServer(script);
  const client = responsesClient(`${server.url}/v1`, { model: 'm', ...options });
  return {
    client,
    server,
    requests: server.requests,
    async [Symbol.asyncDispose]() {
      await client.close();
      await (server as ScriptedServer)[Symbol.asyncDispose]();
    },
  };
}

export const responseIn = (status: string, more: object = {}) => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status,
  model: 'm',
  output: [],
  error: null,
  incomplete_details: null,
  ...more,
});

export const messageOf = (text: string, id = 'msg_1') => ({
  type: 'message',
  id,
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [] }],
});

type Sent = Record<string, unknown>;

/** A whole stream of one message, without its end. */
export function messageEvents(...deltas: string[]): Sent[] {
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  const part = { type: 'output_text', text: deltas.join(''), annotations: [] };
  return [
    { type: 'response.created', response: responseIn('in_progress') },
    { type: 'response.in_progress', response: responseIn('in_progress') },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...messageOf(''), status: 'in_progress', content: [] },
    },
    { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
    ...deltas.map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...at, text: part.text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part },
    { type: 'response.output_item.done', output_index: 0, item: messageOf(part.text) },
  ];
}

export const endOf = (status: string, more: object = {}): Sent => ({
  type: `response.${status}`,
  response: responseIn(status, more),
});

export const numbered = (events: Sent[], from = 0): Sent[] =>
  events.map((event, index) => ({ ...event, sequence_number: from + index }));

/** Writes events; resolves once they are handed to the system. */
export function write(response: ServerResponse, events: Sent[], named = true): Promise<void> {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  const text = events.map((event) => `${named ? `event: ${event['type']}\n` : ''}data: ${JSON.stringify(event)}\n\n`);
  return new Promise((resolve) => response.write(text.join(''), () => resolve()));
}
