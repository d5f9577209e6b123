import type { ServerResponse } from 'node:http';
import { type Clock, openAgentClient, type OpenAgentOptions } from '@agentproto/client/open-agent';
import { type Script, type ScriptedServer, scriptedServer } from '../scripted-server.ts';

/** A server that answers as a test says, and a client of it. */
export async function scripted(script: Script, options: OpenAgentOptions = {}) {
  const server = await scriptedServer(script);
  const client = openAgentClient(`${server.url}/v1`, { apiKey: 'oaa_test_key', ...options });
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

/** Time that goes on only when somebody sleeps; `sleeps` says how long, each time. */
export function testClock(start = 1_700_000_000_000): Clock & { time: number; sleeps: number[] } {
  return {
    time: start,
    sleeps: [],
    now() {
      return this.time;
    },
    async sleep(ms, signal) {
      signal.throwIfAborted();
      this.sleeps.push(ms);
      this.time += ms;
    },
  };
}

type Sent = Record<string, unknown>;

/** What all events of one run have. */
const RUN = { run_id: 'run_1', session_id: 's_1', created_at: 1, content_type: 'str' };

export const started: Sent = { event: 'RunStarted', ...RUN, content: 'Run started', agent_id: 'a1', model: 'm' };
export const said = (content: string, more: object = {}): Sent => ({ event: 'RunResponse', ...RUN, content, ...more });
export const completed = (content: string, more: object = {}): Sent => ({
  event: 'RunCompleted',
  ...RUN,
  content,
  status: 'succeeded',
  ...more,
});
export const toolRequest = (tool: string, input: unknown, more: object = {}): Sent => ({
  type: 'ToolRequest',
  tool,
  input,
  ...more,
});

/** Writes events as `data:` lines alone; resolves once they are handed to the system. */
export function write(response: ServerResponse, events: (Sent | string)[]): Promise<void> {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  const text = events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
  return new Promise((resolve) => response.write(text.join(''), () => resolve()));
}

export async function writeAll(response: ServerResponse, events: (Sent | string)[]): Promise<void> {
  await write(response, events);
  response.end();
}
