/** A server that knows one long answer, in a process of its own, so that its time is not counted: `event-source.js EVENTS`. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { serve } from '../child.ts';
import { listen } from './listen.ts';

const WRITE_BYTES = 64 * 1024;

type Frame = (value: object) => string;

/** A beginning, `count - 2` equal pieces, an end. */
interface Stream {
  type: string;
  frame: Frame;
  first: object;
  piece: object;
  last: object;
}

const ids = { taskId: 'task-1', contextId: 'context-1' };
const status = (state: string) => ({ state, timestamp: '2026-11-28T00:00:00.000Z' });
const artifact = { artifactId: 'answer', parts: [{ text: 'sixteen letters.' }] };

const a2a = (id: unknown): Stream => ({
  type: 'text/event-stream',
  frame: (result) => `data: ${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`,
  first: { task: { id: ids.taskId, contextId: ids.contextId, status: status('TASK_STATE_WORKING') } },
  piece: { artifactUpdate: { ...ids, append: true, artifact } },
  last: { statusUpdate: { ...ids, status: status('TASK_STATE_COMPLETED') } },
});

const chat: Stream = {
  type: 'application/x-ndjson',
  frame: (event) => `${JSON.stringify(event)}\n`,
  first: { type: 'text_delta', text: 'It begins.' },
  piece: { type: 'text_delta', text: 'sixteen letters.' },
  last: { type: 'done', stop_reason: 'end_turn', meta_data: {} },
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
const responses: Stream = {
  type: 'text/event-stream',
  frame: (event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`,
  first: { type: 'response.created', sequence_number: 0, response },
  piece: {
    type: 'response.output_text.delta',
    sequence_number: 1,
    item_id: 'msg_1',
    output_index: 0,
    content_index: 0,
    delta: 'sixteen letters.',
  },
  last: { type: 'response.completed', sequence_number: 2, response: { ...response, status: 'completed' } },
};

/** In writes of about 64 KiB. */
function* written({ frame, first, piece, last }: Stream, count: number): Generator<string> {
  const one = frame(piece);
  const perWrite = Math.ceil(WRITE_BYTES / one.length);
  const write = one.repeat(perWrite);
  yield frame(first);
  let left = count - 2;
  for (; left > perWrite; left -= perWrite) yield write;
  yield one.repeat(left) + frame(last);
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
