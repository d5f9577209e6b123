/** A server that knows one long answer, in a process of its own, so that its time is not counted: `event-source.js EVENTS`. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { serve } from '../child.ts';
import { listen } from './listen.ts';

const WRITE_BYTES = 64 * 1024;

type Frame = (value: object) => string;

/** A beginning, equal pieces as many as the count leaves, an end. */
interface Stream {
  type: string;
  frame: Frame;
  first: object[];
  piece: object;
  last: object[];
}

const ids = { taskId: 'task-1', contextId: 'context-1' };
const status = (state: string) => ({ state, timestamp: '2026-11-28T00:00:00.000Z' });
const artifact = { artifactId: 'answer', parts: [{ text: 'sixteen letters.' }] };

const a2a = (id: unknown): Stream => ({
  type: 'text/event-stream',
  frame: (result) => `data: ${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`,
  first: [{ task: { id: ids.taskId, contextId: ids.contextId, status: status('TASK_STATE_WORKING') } }],
  piece: { artifactUpdate: { ...ids, append: true, artifact } },
  last: [{ statusUpdate: { ...ids, status: status('TASK_STATE_COMPLETED') } }],
});

const chat: Stream = {
  type: 'application/x-ndjson',
  frame: (event) => `${JSON.stringify(event)}\n`,
  first: [{ type: 'text_delta', text: 'It begins.' }],
  piece: { type: 'text_delta', text: 'sixteen letters.' },
  last: [{ type: 'done', stop_reason: 'end_turn', meta_data: {} }],
};

const response = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  model: 'm',
  status: 'in_progress',
  output: [],
  tools: [],
};
const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const part = { type: 'output_text', text: '', annotations: [] };
const message = { type: 'message', id: 'msg_1', role: 'assistant', status: 'in_progress', content: [] };
const responses: Stream = {
  type: 'text/event-stream',
  frame: (event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`,
  first: [
    { type: 'response.created', sequence_number: 0, response },
    { type: 'response.output_item.added', sequence_number: 1, output_index: 0, item: message },
    { type: 'response.content_part.added', sequence_number: 2, ...at, part },
  ],
  piece: { type: 'response.output_text.delta', sequence_number: 3, ...at, delta: 'sixteen letters.' },
  last: [
    {
      type: 'response.output_item.done',
      sequence_number: 4,
      output_index: 0,
      item: { ...message, status: 'completed', content: [part] },
    },
    {
      type: 'response.completed',
      sequence_number: 5,
      response: { ...response, status: 'completed', output: [message] },
    },
  ],
};

/** In writes of about 64 KiB. */
function* written({ frame, first, piece, last }: Stream, count: number): Generator<string> {
  const one = frame(piece);
  const perWrite = Math.ceil(WRITE_BYTES / one.length);
  const write = one.repeat(perWrite);
  yield first.map(frame).join('');
  let left = count - first.length - last.length;
  for (; left > perWrite; left -= perWrite) yield write;
  yield one.repeat(left) + last.map(frame).join('');
}

const TASK = {
  task: { id: ids.taskId, contextId: ids.contextId, status: status('TASK_STATE_COMPLETED'), artifacts: [artifact] },
};

function card(url: string) {
  return {
    name: 'Event source',
    description: 'One long stream.',
    version: '0.0.0',
    capabilities: { streaming: true },
    supportedInterfaces: [{ url: `${url}/json-rpc`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' }],
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [],
  };
}

function plain(answer: ServerResponse, value: object): void {
  answer.setHeader('content-type', 'application/json');
  answer.end(JSON.stringify(value));
}

async function answer(request: IncomingMessage, reply: ServerResponse, events: number): Promise<void> {
  let text = '';
  for await (const chunk of request) text += chunk;
  if (request.method === 'GET') return plain(reply, card(`http://${request.headers.host}`));
  const body = JSON.parse(text) as { id?: unknown; method?: string; stream?: boolean };
  if (body.method === 'SendMessage') return plain(reply, { jsonrpc: '2.0', id: body.id, result: TASK });
  if (request.url === '/v1/responses' && !body.stream) return plain(reply, { ...response, status: 'completed' });
  const stream = request.url === '/v1/responses' ? responses : request.url === '/api/chat-stream' ? chat : a2a(body.id);
  reply.setHeader('content-type', stream.type);
  for (const frames of written(stream, events)) {
    if (!reply.write(frames)) await once(reply, 'drain');
  }
  reply.end();
}

const server = createServer((request, reply) => void answer(request, reply, Number(process.argv[2])));
const url = await listen(server);
serve({ url: () => url });
