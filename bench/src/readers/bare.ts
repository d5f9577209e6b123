import { request } from 'undici';
import type { Work } from './work.ts';

/** The least that any client must do. Right only for these streams: no CRLF, no comments, no limits. */

const JSON_HEADERS = { 'content-type': 'application/json' };
const MESSAGE = { messageId: 'message-1', role: 'ROLE_USER', parts: [{ text: 'go' }] };
export const STREAM_BODY = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'SendStreamingMessage',
  params: { message: MESSAGE },
});
const UNARY_BODY = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'SendMessage', params: { message: MESSAGE } });

export async function open(url: string, body: string): Promise<ReadableStream<Uint8Array>> {
  const response = await fetch(url, { method: 'POST', headers: JSON_HEADERS, body });
  return response.body!;
}

function splitting(url: string, body: string, separator: string, counts: (frame: string) => boolean): Work {
  return async () => {
    const decoder = new TextDecoder();
    let seen = 0;
    let rest = '';
    for await (const chunk of await open(url, body)) {
      const frames = (rest + decoder.decode(chunk, { stream: true })).split(separator);
      rest = frames.pop()!;
      for (const frame of frames) if (counts(frame)) seen += 1;
    }
    return seen;
  };
}

export const bareSse = (url: string): Work =>
  splitting(`${url}/json-rpc`, STREAM_BODY, '\n\n', (frame) => JSON.parse(frame.slice(6)).result !== undefined);

export const bareChat = (url: string): Work =>
  splitting(
    `${url}/api/chat-stream`,
    JSON.stringify({ messages: [{ role: 'user', content: 'go' }] }),
    '\n',
    (line) => JSON.parse(line).type !== undefined,
  );

export const bareResponses = (url: string): Work =>
  splitting(
    `${url}/v1/responses`,
    JSON.stringify({ model: 'm', input: 'go', stream: true }),
    '\n\n',
    (frame) => JSON.parse(frame.slice(frame.indexOf('\ndata: ') + 7)).type !== undefined,
  );

export const bareUnary =
  (url: string): Work =>
  async () => {
    const response = await fetch(`${url}/json-rpc`, { method: 'POST', headers: JSON_HEADERS, body: UNARY_BODY });
    return ((await response.json()) as { result?: object }).result ? 1 : 0;
  };

export const undiciUnary =
  (url: string): Work =>
  async () => {
    const { body } = await request(`${url}/json-rpc`, { method: 'POST', headers: JSON_HEADERS, body: UNARY_BODY });
    return ((await body.json()) as { result?: object }).result ? 1 : 0;
  };
