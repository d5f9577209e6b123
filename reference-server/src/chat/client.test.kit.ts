import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AgentMessage, Data, StreamEvent } from '@agentproto/protocol/chat/docs';
import { is, validate } from '@agentproto/rules/chat/docs';
import type { Script } from '@agentproto/script';
import { decodeNdjson, parseNdjsonLine } from '@agentproto/wire/ndjson';
import { expect, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createReferenceServer } from '../server.ts';
import type { ReferenceServer } from '../server.ts';
import type { ServerOptions } from '../server-options.ts';
import { memoryStore } from '../store/memory.ts';
import type { Run, Store } from '../store/store.ts';

/** A server that is gone when the test is over, and its store. */
export async function startServer(options: ServerOptions = {}): Promise<ReferenceServer & { store: Store }> {
  const { store = memoryStore() } = options;
  const server = await createReferenceServer({ ...options, store });
  onTestFinished(() => server.close());
  return { ...server, store };
}

export interface Said {
  role: string;
  content?: string;
  data?: object;
  [name: string]: unknown;
}

export const user = (content: string, more: object = {}): Said => ({ role: 'user', content, ...more });
export const assistant = (content: string, more: object = {}): Said => ({ role: 'assistant', content, ...more });
/** A user message that brings a script. */
export const scripted = (script: Script, more: object = {}): Said =>
  user('', { meta_data: { 'agentproto/script': script }, ...more });

export type Way = 'HTTP' | 'NDJSON' | 'WebSocket';
export const WAYS: readonly Way[] = ['HTTP', 'NDJSON', 'WebSocket'];
export const STREAMS = ['NDJSON', 'WebSocket'] as const;

export interface Posted {
  status: number;
  headers: Headers;
  text: string;
  /** Undefined for a body that is no JSON. */
  body: unknown;
}

/** A turn as it comes. */
export interface Turn {
  next(): Promise<StreamEvent | undefined>;
  rest(): Promise<StreamEvent[]>;
  leave(): void;
}

export interface Line extends Turn {
  response: IncomingMessage;
  /** Resolves with how the answer ended. */
  end: Promise<'complete' | 'broken'>;
}

export interface Conversation {
  socket: WebSocket;
  /** Sends a text, or a body as JSON. */
  send(body: unknown): void;
  /** The next event. */
  next(): Promise<StreamEvent>;
  /** Every frame so far, as it came. */
  frames: readonly string[];
  /** Resolves when the server has nothing more to say for now. */
  quiet(): Promise<void>;
  /** The events of one turn, or of what was none. */
  turn(): Promise<StreamEvent[]>;
  say(messages: readonly Said[], fields?: object): Promise<StreamEvent[]>;
  closed: Promise<{ code: number; reason: string }>;
}

export interface Client {
  url: string;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Posted>;
  chat(messages: readonly Said[], fields?: object): Promise<AgentMessage>;
  stream(messages: readonly Said[], fields?: object): Promise<Line>;
  connect(options?: object): Promise<Conversation>;
  /** The events of one turn by any way; over HTTP those that its answer stands for. */
  events(way: Way, messages: readonly Said[], fields?: object): Promise<StreamEvent[]>;
}

export function clientOf({ urls }: Pick<ReferenceServer, 'urls'>, id = 'chat@docs', key?: string): Client {
  const url = urls[id] ?? '';
  const auth = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const self: Client = {
    url,
    async post(path, body, headers = {}) {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...auth, ...headers },
        body: typeof body === 'string' || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, body: parsed(text) };
    },
    async chat(messages, fields = {}) {
      const { status, body, text } = await self.post('/api/chat', { messages, ...fields });
      expect([status, text]).toEqual([200, expect.anything()]);
      expect(validate('AgentMessage', body)).toEqual([]);
      return body as AgentMessage;
    },
    stream: (messages, fields = {}) => openLines(`${url}/api/chat-stream`, { messages, ...fields }, auth),
    connect: (options = {}) => openSocket(`${url.replace(/^http/, 'ws')}/api/chat-ws`, { headers: auth, ...options }),
    async events(way, messages, fields = {}) {
      if (way === 'HTTP') return eventsOf(await self.chat(messages, fields));
      if (way === 'NDJSON') return (await self.stream(messages, fields)).rest();
      const conversation = await self.connect();
      const events = await conversation.say(messages, fields);
      conversation.socket.close();
      return events;
    },
  };
  return self;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function checked(event: unknown): StreamEvent {
  expect(is('StreamEvent', event), JSON.stringify(event)).toBe(true);
  return event as StreamEvent;
}

async function openLines(url: string, body: object, headers: object): Promise<Line> {
  const ask = request(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', ...headers },
  });
  ask.on('error', () => {});
  ask.end(JSON.stringify(body));
  const [response] = (await once(ask, 'response')) as [IncomingMessage];
  expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'application/x-ndjson']);
  response.on('error', () => {});
  const end = new Promise<'complete' | 'broken'>((resolve) =>
    response.once('close', () => resolve(response.complete ? 'complete' : 'broken')),
  );
  // Not before the first event is taken: a test may want to read the bytes itself.
  let lines: ReturnType<typeof decodeNdjson> | undefined;
  const next = async () => {
    lines ??= decodeNdjson(response);
    const step = await lines.next();
    return step.done ? undefined : checked(parseNdjsonLine(step.value));
  };
  const rest = async () => {
    const all: StreamEvent[] = [];
    for (let one = await next(); one; one = await next()) all.push(one);
    return all;
  };
  return { response, end, next, rest, leave: () => void ask.destroy() };
}

async function openSocket(url: string, options: object): Promise<Conversation> {
  const socket = new WebSocket(url, options);
  const frames: string[] = [];
  let taken = 0;
  const waiting: (() => void)[] = [];
  socket.on('message', (data, isBinary) => {
    expect(isBinary).toBe(false);
    frames.push(String(data));
    waiting.shift()?.();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
  );
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  socket.on('error', () => {});
  const self: Conversation = {
    socket,
    closed,
    frames,
    send: (body) => socket.send(typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)),
    async next() {
      const place = taken++;
      const came =
        place < frames.length
          ? undefined
          : await Promise.race([new Promise<void>((resolve) => waiting.push(resolve)), closed]);
      if (came) throw new Error(`the socket has closed: ${came.code} ${came.reason}`);
      return checked(JSON.parse(frames[place]!));
    },
    async quiet() {
      const pong = once(socket, 'pong');
      socket.ping();
      await pong;
    },
    async turn() {
      const all: StreamEvent[] = [];
      for (;;) {
        const event = await self.next();
        all.push(event);
        if (event.type === 'done' || event.type === 'error') return all;
      }
    },
    say(messages, fields = {}) {
      self.send({ messages, ...fields });
      return self.turn();
    },
  };
  return self;
}

function eventsOf({ content, data = {}, meta_data: metaData = {} }: AgentMessage): StreamEvent[] {
  const some = <Name extends keyof Data>(name: Name, event: StreamEvent): StreamEvent[] =>
    (data[name] as unknown[] | undefined)?.length ? [event] : [];
  const {
    tool_calls = [],
    executed_tool_calls = [],
    approvals = [],
    executed_approvals = [],
    executed_cmds = [],
  } = data;
  return [
    ...some('executed_tool_calls', { type: 'executed_tool_calls', executed_tool_calls }),
    ...some('executed_cmds', { type: 'executed_commands', executed_cmds }),
    ...some('executed_approvals', { type: 'executed_approvals', executed_approvals }),
    ...(content === '' ? [] : [{ type: 'text_delta' as const, text: content }]),
    ...some('approvals', { type: 'approvals', approvals }),
    ...some('tool_calls', { type: 'tool_calls', tool_calls }),
    { type: 'done', meta_data: metaData },
  ];
}

/** An event in few words: `text Hi`, `error Oh`, `tool_calls call-1`, `executed_tool_calls call-1=3`. */
export function brief(event: StreamEvent): string {
  const some = (items: readonly { id?: string; command?: string; output?: string }[]) =>
    items.map(({ id, command, output }) => (output === undefined ? id : `${id ?? command}=${output}`)).join(' ');
  switch (event.type) {
    case 'text_delta':
      return `text ${event.text}`;
    case 'intermittent_update':
      return `update ${event.text}`;
    case 'error':
      return `error ${event.error}`;
    case 'done':
      return 'done';
    case 'tool_calls':
      return `tool_calls ${some(event.tool_calls)}`;
    case 'approvals':
      return `approvals ${some(event.approvals)}`;
    case 'executed_tool_calls':
      return `executed_tool_calls ${some(event.executed_tool_calls)}`;
    case 'executed_commands':
      return `executed_commands ${some(event.executed_cmds)}`;
    case 'executed_approvals':
      return `executed_approvals ${some(event.executed_approvals)}`;
    default:
      return event.type;
  }
}

export const briefs = (events: readonly StreamEvent[]): string[] => events.map(brief);

/** The runs of chat, the newest first. */
export async function runsIn(store: Store, owner = 'anonymous'): Promise<Run[]> {
  return (await store.runs.list({ family: 'chat', owner, limit: 100 })).runs;
}

/** The log of a run, as its events' types; a turn's end with its state. */
export async function logOf(store: Store, run: Run): Promise<string[]> {
  const types: string[] = [];
  for await (const batch of store.logs.read(run.id)) {
    for (const { event } of batch) types.push(event.type === 'end' ? `end ${event.state}` : event.type);
    if (batch.at(-1)!.seq >= run.seq) break;
  }
  return types;
}
