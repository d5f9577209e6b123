import { METHODS } from '@agentproto/protocol/a2a/1.0';
import type { Message, MethodName, Part, StreamResponse, Task } from '@agentproto/protocol/a2a/1.0';
import { is } from '@agentproto/rules/a2a/1.0';
import type { Script } from '@agentproto/script';
import { decodeSse } from '@agentproto/wire/sse';
import { expect, onTestFinished } from 'vitest';
import { createReferenceServer } from '../server.ts';
import type { ReferenceServer } from '../server.ts';
import type { ServerOptions } from '../server-options.ts';

export type Binding = 'JSONRPC' | 'HTTP+JSON';
export const BINDINGS: readonly Binding[] = ['JSONRPC', 'HTTP+JSON'];

/** A server that is gone when the test is over. */
export async function startServer(options: ServerOptions = {}): Promise<ReferenceServer> {
  const server = await createReferenceServer(options);
  onTestFinished(() => server.close());
  return server;
}

/** An error of either binding, in the same words. */
export interface Failure {
  /** The HTTP status; over JSON-RPC 200 for errors of the protocol. */
  status: number;
  /** The JSON-RPC code, or the HTTP status in the body. */
  code: number;
  message: string;
  reason: string;
  fields: string[];
}

export interface CallOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface Caller {
  /** The result; throws an Error whose `cause` is the Failure. */
  call(method: MethodName, params?: object, options?: CallOptions): Promise<unknown>;
  /** The failure; throws when there is none. */
  failure(method: MethodName, params?: object, options?: CallOptions): Promise<Failure>;
  open(method: MethodName, params: object, options?: CallOptions): Promise<Opened>;
  send(
    content: Script | string | Partial<Message>,
    configuration?: object,
  ): Promise<{ task?: Task; message?: Message }>;
  task(content: Script | string | Partial<Message>, configuration?: object): Promise<Task>;
  stream(content: Script | string | Partial<Message>, options?: CallOptions): Promise<Opened>;
  get(id: string, historyLength?: number): Promise<Task>;
  subscribe(id: string, options?: CallOptions): Promise<Opened>;
}

export interface StreamEvent {
  id: string | undefined;
  event: StreamResponse;
}

/** A stream whose head has come. */
export interface Opened {
  response: Response;
  next(): Promise<StreamEvent | undefined>;
  rest(): Promise<StreamEvent[]>;
  leave(): void;
}

const HEADERS = { 'a2a-version': '1.0' };

export function messageOf(content: Script | string | Partial<Message>): Message {
  const parts: Part[] | undefined =
    typeof content === 'string'
      ? [{ text: content }]
      : 'steps' in content
        ? [{ data: content, mediaType: 'application/vnd.agentproto.script+json' }]
        : undefined;
  const rest = typeof content === 'string' || 'steps' in content ? {} : content;
  return { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: parts ?? [{ text: 'Hello' }], ...rest };
}

/** Speaks one binding with plain fetch. */
export function caller({ urls }: Pick<ReferenceServer, 'urls'>, binding: Binding): Caller {
  const base = urls['a2a@1.0'] ?? '';
  const ask = binding === 'JSONRPC' ? askRpc(base) : askRest(base);

  const self: Caller = {
    async call(method, params = {}, options = {}) {
      const { response, body } = await readJson(await ask(method, params, options));
      const failure = failureOf(response, body);
      if (failure) throw new Error(`${method}: ${JSON.stringify(failure)}`, { cause: failure });
      const result = binding === 'JSONRPC' ? (body as { result: unknown }).result : body;
      const { response: name } = METHODS[method];
      if (name !== null && name !== 'StreamResponse') expect(is(name, result), JSON.stringify(result)).toBe(true);
      return result;
    },
    async failure(method, params = {}, options = {}) {
      const { response, body } = await readJson(await ask(method, params, options));
      const failure = failureOf(response, body);
      if (!failure) throw new Error(`${method} should have failed, got ${JSON.stringify(body)}`);
      return failure;
    },
    async open(method, params, options = {}) {
      const left = new AbortController();
      const signal = options.signal ? AbortSignal.any([left.signal, options.signal]) : left.signal;
      return opened(await ask(method, params, { ...options, signal }), binding, left);
    },
    send: (content, configuration) =>
      self.call('SendMessage', { message: messageOf(content), ...(configuration && { configuration }) }) as Promise<{
        task?: Task;
        message?: Message;
      }>,
    async task(content, configuration) {
      const { task } = await self.send(content, configuration);
      if (!task) throw new Error('expected a task, got a message');
      return task;
    },
    stream: (content, options) => self.open('SendStreamingMessage', { message: messageOf(content) }, options),
    get: (id, historyLength) =>
      self.call('GetTask', { id, ...(historyLength !== undefined && { historyLength }) }) as Promise<Task>,
    subscribe: (id, options) => self.open('SubscribeToTask', { id }, options),
  };
  return self;
}

type Ask = (method: MethodName, params: object, options: CallOptions) => Promise<Response>;

const askRpc =
  (base: string): Ask =>
  (method, params, { headers, signal }) =>
    fetch(base, {
      method: 'POST',
      headers: { ...HEADERS, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 7, method, params }),
      ...(signal && { signal }),
    });

const askRest =
  (base: string): Ask =>
  (method, params, { headers, signal }) => {
    const rest = new Map(Object.entries(params));
    const { verbs, path } = METHODS[method].http;
    const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) => {
      const value = rest.get(name);
      rest.delete(name);
      return encodeURIComponent(String(value));
    });
    const post = verbs[0] === 'POST';
    const query = post ? '' : `?${new URLSearchParams([...rest].map(([name, value]) => [name, String(value)]))}`;
    return fetch(base + filled + query, {
      method: verbs[0],
      headers: { ...HEADERS, ...(post && { 'content-type': 'application/a2a+json' }), ...headers },
      ...(post && { body: JSON.stringify(Object.fromEntries(rest)) }),
      ...(signal && { signal }),
    });
  };

async function readJson(response: Response): Promise<{ response: Response; body: unknown }> {
  return { response, body: JSON.parse(await response.text()) };
}

interface Detail {
  '@type': string;
  reason?: string;
  fieldViolations?: { field: string }[];
}

/** What failed, read from a JSON-RPC answer or an HTTP+JSON body; both have exactly one ErrorInfo. */
export function failureOf({ status }: { status: number }, body: unknown): Failure | undefined {
  const { error } = body as { error?: { code: number; message: string; data?: Detail[]; details?: Detail[] } };
  if (!error) return undefined;
  const details = error.data ?? error.details ?? [];
  const infos = details.filter((detail) => detail['@type'].endsWith('google.rpc.ErrorInfo'));
  expect(infos).toHaveLength(1);
  return {
    status,
    code: error.code,
    message: error.message,
    reason: infos[0]?.reason ?? '',
    fields: details.flatMap(({ fieldViolations = [] }) => fieldViolations.map(({ field }) => field)),
  };
}

function opened(response: Response, binding: Binding, left: AbortController): Opened {
  const type = response.headers.get('content-type');
  if (response.status !== 200 || type !== 'text/event-stream' || !response.body) {
    throw new Error(`expected a stream, got ${response.status} ${type}`);
  }
  const { body } = response;
  // Not before the first event is taken: a test may want to read the bytes itself.
  let events: ReturnType<typeof decodeSse> | undefined;
  async function next(): Promise<StreamEvent | undefined> {
    events ??= decodeSse(body);
    const step = await events.next();
    if (step.done) return undefined;
    const { id, data } = step.value;
    const json: unknown = JSON.parse(data);
    const event = binding === 'JSONRPC' ? (json as { result: StreamResponse }).result : (json as StreamResponse);
    if (binding === 'JSONRPC') expect(json).toMatchObject({ jsonrpc: '2.0', id: 7 });
    expect(is('StreamResponse', event), data).toBe(true);
    return { id, event };
  }
  return {
    response,
    next,
    async rest() {
      const all: StreamEvent[] = [];
      for (let one = await next(); one; one = await next()) all.push(one);
      return all;
    },
    leave: () => left.abort(),
  };
}

/** A stream's events in few words: `task working`, `status working "Hi"`, `answer: a`, `answer+ b`. */
export function brief({ event }: StreamEvent): string {
  const { task, message, statusUpdate, artifactUpdate } = event;
  const text = (parts: Part[] = []) =>
    parts.map((part) => part.text ?? JSON.stringify(part.data ?? part.raw ?? part.url)).join('|');
  const state = (name: string) => name.replace('TASK_STATE_', '').toLowerCase();
  if (task) return `task ${state(task.status.state)}`;
  if (message) return `message ${text(message.parts)}`;
  if (statusUpdate)
    return [`status ${state(statusUpdate.status.state)}`, text(statusUpdate.status.message?.parts)]
      .filter(Boolean)
      .join(' ');
  if (artifactUpdate)
    return `${artifactUpdate.artifact.artifactId}${artifactUpdate.append ? '+' : ':'} ${text(artifactUpdate.artifact.parts)}`;
  return 'nothing';
}
