import { createServer } from 'node:http';
import { listen } from './listen.ts';

/** Frames of one short stream: a task, eight pieces of the answer, the end. */
export const STREAM_FRAMES = 10;

/** What any server must do at the least: read, parse, answer. It checks nothing and keeps nothing. */
export function startBare(): Promise<string> {
  const ids = { taskId: 'task-1', contextId: 'context-1' };
  const status = (state: string) => ({ state, timestamp: new Date().toISOString() });
  const artifact = { artifactId: 'answer', parts: [{ text: 'hello' }] };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString()) as {
        id: unknown;
        method: string;
        params: { message: { parts: { text?: string }[] } };
      };
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
      // A held stream says that it is there, and then nothing.
      if (params.message.parts[0]?.text === 'hold') return;
      for (let n = 2; n < STREAM_FRAMES; n += 1)
        response.write(`data: ${result({ artifactUpdate: { ...ids, artifact, append: n > 2 } })}\n\n`);
      response.end(`data: ${result({ statusUpdate: { ...ids, status: status('TASK_STATE_COMPLETED') } })}\n\n`);
    });
  });
  return listen(server);
}
