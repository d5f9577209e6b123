import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

export interface EventSource {
  url: string;
  close(): Promise<unknown>;
}

const WRITE_BYTES = 64 * 1024;

/** An A2A server that knows one answer: a stream of `events` small events. In a thread of its own, so that its time is not counted. */
export async function startEventSource(events: number): Promise<EventSource> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { events } });
  const [url] = (await once(worker, 'message')) as [string];
  return { url, close: () => worker.terminate() };
}

/** A task, `count - 2` pieces of an artifact, the end; in writes of about 64 KiB. */
function* streamBody(count: number, id: unknown): Generator<string> {
  const ids = { taskId: 'task-1', contextId: 'context-1' };
  const frame = (result: object) =>
    `data: ${JSON.stringify(id === undefined ? result : { jsonrpc: '2.0', id, result })}\n\n`;
  const piece = frame({
    artifactUpdate: { ...ids, append: true, artifact: { artifactId: 'answer', parts: [{ text: 'sixteen letters.' }] } },
  });
  const perWrite = Math.ceil(WRITE_BYTES / piece.length);
  const write = piece.repeat(perWrite);
  yield frame({ task: { id: ids.taskId, contextId: ids.contextId, status: { state: 'TASK_STATE_WORKING' } } });
  let left = count - 2;
  for (; left > perWrite; left -= perWrite) yield write;
  yield piece.repeat(left) + frame({ statusUpdate: { ...ids, status: { state: 'TASK_STATE_COMPLETED' } } });
}

function card(url: string) {
  const at = (path: string, protocolBinding: string) => ({
    url: `${url}${path}`,
    protocolBinding,
    protocolVersion: '1.0',
  });
  return {
    name: 'Event source',
    description: 'One long stream.',
    version: '0.0.0',
    capabilities: { streaming: true },
    supportedInterfaces: [at('/json-rpc', 'JSONRPC'), at('/rest', 'HTTP+JSON')],
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [],
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, events: number): Promise<void> {
  let text = '';
  for await (const chunk of request) text += chunk;
  if (request.method === 'GET') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(card(`http://${request.headers.host}`)));
    return;
  }
  response.setHeader('content-type', 'text/event-stream');
  for (const frames of streamBody(events, JSON.parse(text).id)) {
    if (!response.write(frames)) await once(response, 'drain');
  }
  response.end();
}

if (!isMainThread) {
  const { events } = workerData as { events: number };
  const server = createServer((request, response) => void answer(request, response, events));
  server.listen(0, '127.0.0.1', () =>
    parentPort!.postMessage(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
  );
}
