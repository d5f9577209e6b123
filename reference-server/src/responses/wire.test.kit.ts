import { WebSocket } from 'ws';
import { decodeSse } from '@agentproto/wire/sse';

/** What goes over the wire of one server of responses, without a client in between. */
export interface Wire {
  post(path: string, body: unknown): Promise<{ status: number; headers: Headers; text: string; json: Json }>;
  send(method: string, path: string): Promise<{ status: number; json: Json }>;
  /** The data of every event of a stream, in order; `[DONE]` as it is. */
  stream(
    body: object,
    path?: string,
  ): Promise<{ events: Json[]; names: (string | undefined)[]; last: string; headers: Headers }>;
  socket(): Promise<Socket>;
}
/** What comes, as far as tests look into it; the rest is compared. */
export interface Json {
  id: string;
  type: string;
  status: string;
  response: { id: string; status: string; output: Item[]; error: { message: string } | null };
  output: Item[];
  error: { code: string | null; message: string; type: string };
  event?: { type: string };
  data: { id: string }[];
  delta: string;
  [member: string]: unknown;
}
export interface Item {
  id: string;
  type: string;
  status: string;
  name: string;
  call_id: string;
  arguments: string;
  content: { text: string }[];
}

export interface Socket {
  say(frame: object | string): void;
  /** The frames up to the next that ends a response, or is an error. */
  answer(): Promise<Json[]>;
  closed: Promise<number>;
  close(): void;
}

const ENDS = new Set(['response.completed', 'response.failed', 'response.incomplete', 'error']);

export function wireTo(base: string): Wire {
  const parsed = (text: string): Json => {
    try {
      return JSON.parse(text) as Json;
    } catch {
      return {} as Json;
    }
  };
  const post: Wire['post'] = async (path, body) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: text,
    });
    const answer = await response.text();
    return { status: response.status, headers: response.headers, text: answer, json: parsed(answer) };
  };
  return {
    post,
    async send(method, path) {
      const response = await fetch(base + path, { method });
      return { status: response.status, json: parsed(await response.text()) };
    },
    async stream(body, path = '/responses') {
      const response = await fetch(base + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, stream: true }),
      });
      const events: Json[] = [];
      const names: (string | undefined)[] = [];
      let last = '';
      for await (const { data, event } of decodeSse(response.body!)) {
        last = data;
        const value = parsed(data);
        if (value.type !== undefined || value.id !== undefined) {
          events.push(value);
          names.push(event);
        }
      }
      return { events, names, last, headers: response.headers };
    },
    socket: () => openSocket(`${base.replace('http', 'ws')}/responses`),
  };
}

async function openSocket(url: string): Promise<Socket> {
  const socket = new WebSocket(url);
  const frames: Json[] = [];
  let wake = () => {};
  socket.on('message', (data) => {
    frames.push(JSON.parse(String(data)) as Json);
    wake();
  });
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => {
      resolve(code);
      wake();
    });
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  let taken = 0;
  return {
    say: (frame) =>
      socket.send(typeof frame === 'string' ? frame : JSON.stringify({ type: 'response.create', ...frame })),
    async answer() {
      for (;;) {
        const end = frames.findIndex(({ type, event }, at) => at >= taken && ENDS.has(type ?? event?.type ?? 'error'));
        if (end >= 0) {
          const found = frames.slice(taken, end + 1);
          taken = end + 1;
          return found;
        }
        if (socket.readyState > WebSocket.OPEN) return frames.slice(taken);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    closed,
    close: () => socket.close(),
  };
}
