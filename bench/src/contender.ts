import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { startA2AJsServer } from '@agentproto/example-a2a-js-server';
import { createReferenceServer } from '@agentproto/reference-server';

/** A server in a thread of its own, whose processor time can be asked for. */
export interface Contender {
  /** Where its JSON-RPC interface is. */
  url: string;
  cpuMs(): Promise<number>;
  close(): Promise<unknown>;
}

export type Kind = 'bare' | 'reference' | 'a2a-js';

/** Frames of one stream: a task, eight pieces of the answer, the end. */
export const STREAM_FRAMES = 10;

export async function startContender(kind: Kind): Promise<Contender> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { kind } });
  const next = async <T>() => (await once(worker, 'message'))[0] as T;
  const base = await next<string>();
  return {
    url: kind === 'bare' ? base : await jsonRpcUrl(base),
    async cpuMs() {
      const answer = next<number>();
      worker.postMessage('cpu');
      return answer;
    },
    close: () => worker.terminate(),
  };
}

async function jsonRpcUrl(base: string): Promise<string> {
  const card = (await (await fetch(`${base}/.well-known/agent-card.json`)).json()) as {
    supportedInterfaces: { url: string; protocolBinding: string }[];
  };
  return card.supportedInterfaces.find(({ protocolBinding }) => protocolBinding === 'JSONRPC')!.url;
}

/** What any server must do at the least: read, parse, answer. It checks nothing and keeps nothing. */
async function startBare(): Promise<string> {
  const ids = { taskId: 'task-1', contextId: 'context-1' };
  const status = (state: string) => ({ state, timestamp: new Date().toISOString() });
  const artifact = { artifactId: 'answer', parts: [{ text: 'hello' }] };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString()) as { id: unknown; method: string };
      const result = (value: object) => JSON.stringify({ jsonrpc: '2.0', id, result: value });
      const task = (state: string) => ({
        task: { id: ids.taskId, contextId: ids.contextId, status: status(state), artifacts: [artifact] },
      });
      if (method === 'SendMessage') {
        response.setHeader('content-type', 'application/json');
        response.end(result(task('TASK_STATE_COMPLETED')));
        return;
      }
      response.setHeader('content-type', 'text/event-stream');
      response.write(`data: ${result(task('TASK_STATE_SUBMITTED'))}\n\n`);
      for (let n = 2; n < STREAM_FRAMES; n += 1)
        response.write(`data: ${result({ artifactUpdate: { ...ids, artifact, append: n > 2 } })}\n\n`);
      response.end(`data: ${result({ statusUpdate: { ...ids, status: status('TASK_STATE_COMPLETED') } })}\n\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

if (!isMainThread) {
  const { kind } = workerData as { kind: Kind };
  const url =
    kind === 'bare'
      ? await startBare()
      : (await (kind === 'reference' ? createReferenceServer() : startA2AJsServer())).url;
  parentPort!.on('message', () => {
    const { user, system } = process.threadCpuUsage();
    parentPort!.postMessage((user + system) / 1000);
  });
  parentPort!.postMessage(url);
}
