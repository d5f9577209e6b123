import { A2AClient, type BindingName, textOf } from '@agentproto/client/a2a';
import { createReferenceServer } from '@agentproto/reference-server';
import { expect, test } from 'vitest';

const CHUNKS = 10_000;
const CUTS = 5;
/** How far the agent may be ahead of who reads: it is still at work whenever a connection is cut. */
const AHEAD = 1_000;

const whole = Array.from({ length: CHUNKS }, (_, index) => `${index} `).join('');

/** An agent that says the numbers one by one, and waits for its reader. */
function counting(read: () => number) {
  return async function* () {
    for (let index = 0; index < CHUNKS; index++) {
      while (index > read() + AHEAD) await new Promise((resolve) => setTimeout(resolve, 1));
      yield { type: 'text' as const, text: `${index} ` };
    }
    yield { type: 'end' as const, state: 'completed' as const };
  };
}

/** `fetch`, and a way to cut the streams that it gave. */
function cuttable() {
  const streams = new Set<ReadableStreamDefaultController>();
  return {
    cut() {
      for (const controller of streams) controller.error(new TypeError('cut'));
      const count = streams.size;
      streams.clear();
      return count;
    },
    async fetch(...args: Parameters<typeof fetch>) {
      const response = await fetch(...args);
      if (!response.headers.get('content-type')?.includes('event-stream')) return response;
      const reader = response.body!.getReader();
      let own: ReadableStreamDefaultController;
      const body = new ReadableStream({
        start: (controller) => void streams.add((own = controller)),
        async pull(controller) {
          const { done, value } = await reader.read();
          // A stream that was cut takes nothing more.
          if (!streams.has(own)) return reader.cancel();
          if (done) {
            streams.delete(own);
            controller.close();
          } else controller.enqueue(value);
        },
        cancel: () => (streams.delete(own), reader.cancel()),
      });
      return new Response(body, response);
    },
  };
}

test.each<[BindingName, number]>([
  ['JSONRPC', 0],
  ['HTTP+JSON', 0],
  ['JSONRPC', CUTS],
  ['HTTP+JSON', CUTS],
])('10,000 chunks over %s, cut %i times on the way, come whole and in order', async (binding, cuts) => {
  let seen = 0;
  const wire = cuttable();
  await using server = await createReferenceServer({ agent: () => counting(() => seen)() });
  await using client = await A2AClient.connect(server.url, { binding, fetch: wire.fetch, retry: { baseMs: 1 } });
  const stream = client.stream('count', { resume: { attempts: 1 } });
  let text = '';
  let made = 0;
  let tasks = 0;
  for await (const event of stream) {
    if (event.task && ++tasks) continue;
    if (!event.artifactUpdate) continue;
    text += textOf(event);
    seen = Number(text.slice(text.lastIndexOf(' ', text.length - 2) + 1)) + 1;
    if (made < cuts && seen > (made + 1) * (CHUNKS / (cuts + 1))) made += wire.cut();
  }
  expect(made).toBe(cuts);
  // The task began the stream, and nothing had to be said again.
  expect(tasks).toBe(1);
  expect(text === whole).toBe(true);
  const { task } = await stream.final();
  expect(task?.status.state).toBe('TASK_STATE_COMPLETED');
  expect(textOf({ task: task! }) === whole).toBe(true);
});
