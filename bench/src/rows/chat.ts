import { startChild } from '../child.ts';
import type { Child, Usage } from '../child.ts';
import type { Figures, Mode, Row } from '../row.ts';

const TURNS = 5;
const HEALTH_EVERY_MS = 20;

interface ChatEvent {
  type: string;
  text?: string;
  meta_data?: { request_context?: { turn_id?: string } };
}

/** One conversation: five turns on one socket, each with a history; rejects where anything is lost, or is another's. */
function converse(url: string, name: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/chat-ws`);
  const messages: object[] = [];
  let turn = 0;
  let text = '';
  const said = () => `${name}, turn ${turn}`;
  const next = () => {
    messages.push({ role: 'user', content: said() });
    socket.send(JSON.stringify({ messages, turn_id: said() }));
  };
  socket.addEventListener('open', next);
  socket.addEventListener('error', () => reject(new Error(`${said()}: the socket failed`)));
  // Once all is said, that it closes is as it should be: then this comes too late.
  socket.addEventListener('close', ({ code }) => reject(new Error(`${said()}: closed with ${code}`)));
  socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
    const event = JSON.parse(data) as ChatEvent;
    if (event.type === 'text_delta') text += event.text;
    else if (event.type !== 'done') reject(new Error(`${said()}: got ${data}`));
    else {
      const id = event.meta_data?.request_context?.turn_id;
      if (text !== said() || id !== said()) return reject(new Error(`${said()}: got ${text}, of ${id}`));
      messages.push({ role: 'assistant', content: text });
      text = '';
      turn += 1;
      if (turn < TURNS) return next();
      resolve();
      socket.close(1000);
    }
  });
  return promise;
}

/** Asks for the health again and again; how long the answers took, in ms. */
async function watchHealth(url: string, until: AbortSignal): Promise<number[]> {
  const took: number[] = [];
  while (!until.aborted) {
    const began = performance.now();
    const { status } = await fetch(`${url}/health`);
    if (status !== 200) throw new Error(`/health: HTTP ${status}`);
    took.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, HEALTH_EVERY_MS));
  }
  return took;
}

async function peakOf(server: Child, until: AbortSignal): Promise<number> {
  let peak = 0;
  while (!until.aborted) {
    peak = Math.max(peak, (await server.call<Usage>('usage')).rssKb);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return peak;
}

async function conversations(count: number, mode: Mode): Promise<Figures> {
  const some = mode === 'brief' ? Math.min(count, 50) : count;
  await using server = await startChild('./servers/chat.js');
  const url = await server.call<string>('url');
  await converse(url, 'warm');
  const before = await server.call<Usage>('collect');
  const over = new AbortController();
  const [health, peak] = [watchHealth(url, over.signal), peakOf(server, over.signal)];
  const began = performance.now();
  try {
    await Promise.all(Array.from({ length: some }, (_, index) => converse(url, `conversation ${index}`)));
  } finally {
    over.abort();
  }
  const tookMs = performance.now() - began;
  const times = (await health).sort((a, b) => a - b);
  const after = await server.call<Usage>('collect');
  return {
    conversations: some,
    'all, ms': tookMs,
    '/health p99, ms': times[Math.floor(times.length * 0.99)] ?? 0,
    'peak RSS, MB': (await peak) / 1_024,
    'more than before, MB': ((await peak) - before.rssKb) / 1_024,
    'heap kept, MB': (after.heapKb - before.heapKb) / 1_024,
  };
}

export const chatSockets: Row = {
  name: 'chat-sockets',
  title: 'Server: many chat conversations at once',
  what: 'Conversations of five turns, each on a WebSocket of its own, all at once, from one process; every turn is looked at for its own text and its own request fields, and a lost or mixed up one stops the row. What the server holds, and how long /health takes meanwhile, client and server on the same processors.',
  goal: 'nothing lost or mixed up; memory bounded; /health at once',
  shows: 'absolute',
  unit: '',
  rounds: 1,
  subjects: [100, 1_000].map((count) => ({
    name: `${count.toLocaleString('en')} conversations`,
    run: (mode) => conversations(count, mode),
  })),
};
