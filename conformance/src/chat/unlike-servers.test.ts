import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Finding } from '../kit/result.ts';
import { runSuite } from '../kit/runner.ts';

/** Servers that have nothing in common with ours, and an agent that runs no scripts: what is made of them, row by row. */

type Event = Record<string, unknown>;
interface Request {
  messages: { role: string; content?: string; data?: Record<string, Decision[]> }[];
  [field: string]: unknown;
}
interface Decision {
  id: string;
  name: string;
  input: object;
  execute?: boolean;
  rejection_reason?: string;
}

/** The least that a server may be. Each test says what is different about it. */
interface Habits {
  turn: (request: Request) => AsyncIterable<Event>;
  empty: (response: ServerResponse) => void;
  /** What becomes of a frame that is binary. */
  binary: (socket: WebSocket) => void;
  end: (response: ServerResponse, last: Event) => void;
}

const CALL = {
  id: 'r-1',
  name: 'restart_service',
  input: { service: 'db' },
  execute: false,
  tool_description: '',
  input_description: {},
};
const text = (said: string): Event => ({ type: 'text_delta', text: said });
let told = 0;

async function* turn({ messages, ...fields }: Request): AsyncGenerator<Event> {
  const last = messages.at(-1);
  const done = { type: 'done', ...(Object.keys(fields).length > 0 && { meta_data: { request_context: fields } }) };
  if (last === undefined) return yield { type: 'error', error: 'Nothing was said.' };
  for (const [list, type] of [
    ['tool_calls', 'tool'],
    ['approvals', 'approval'],
  ] as const) {
    const before = messages.at(-2);
    const all = [
      ...(last.data?.[list] ?? []),
      ...(before?.role === 'assistant' && last.content !== '' ? (before.data?.[list] ?? []) : []),
    ];
    const results = all.flatMap((call) => {
      if (call.execute && call.id) return [{ ...call, type: 'tool_call', output: 'up again' }];
      return call.rejection_reason
        ? [{ ...call, type: 'tool_call', output: `Not done: ${call.rejection_reason}` }]
        : [];
    });
    const member = `executed_${type === 'tool' ? 'tool_calls' : 'approvals'}`;
    if (results.length > 0) yield { type: member, [member]: results };
  }
  const said = last.content ?? '';
  if (said === 'restart') {
    yield { type: 'approvals', approvals: [{ ...CALL, type: 'tool_call', description: '' }] };
    yield { type: 'tool_calls', tool_calls: [CALL] };
    yield text('May I?');
    return yield done;
  }
  if (said === 'boom') return yield { type: 'error', error: 'boom' };
  yield text(`You said ${said}`);
  if (said === 'wait') await setTimeout(150);
  // No two answers of a model are the same.
  yield text(` for time ${++told}`);
  yield done;
}

const ordinary: Habits = {
  turn,
  empty: (response) => refuse(response, 400, 'nothing to answer'),
  binary: (socket) => socket.send('{"type":"error","error":"text, please"}'),
  end: (response, last) => void response.end(`${JSON.stringify(last)}\n`),
};

const refuse = (response: ServerResponse, status: number, detail: string) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ detail }));

async function startServer(habits: Habits) {
  const server = createServer(
    (request, response) => void answer(habits, request, response).catch(() => response.destroy()),
  );
  const sockets = new WebSocketServer({ server, path: '/api/chat-ws' });
  sockets.on('connection', (socket) => {
    let before = Promise.resolve();
    socket.on('message', (data, isBinary) => {
      if (isBinary) return habits.binary(socket);
      before = before.then(() => answerFrame(habits, socket, String(data)));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(habits: Habits, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/health')
    return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"status": "ok"}');
  const streams = request.url === '/api/chat-stream' || request.url === '/api/sendMessageStream';
  if (!streams && request.url !== '/api/chat' && request.url !== '/api/sendMessage')
    return refuse(response, 404, 'Not Found');
  if (request.method !== 'POST') return void response.writeHead(405, { allow: 'POST' }).end();
  let body: unknown;
  try {
    body = JSON.parse((await request.toArray()).join(''));
  } catch {
    return refuse(response, 422, 'no JSON');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return refuse(response, 422, 'no object');
  if (!('messages' in body)) return refuse(response, 400, 'messages are missing');
  const asked = body as Request;
  if (asked.messages.length === 0) return habits.empty(response);
  if (!streams) return wholeAnswer(habits, asked, response, request.url === '/api/sendMessage');
  response.writeHead(200, { 'content-type': 'application/x-ndjson;charset=utf-8' });
  for await (const event of habits.turn(asked)) {
    if (event.type === 'done' || event.type === 'error') habits.end(response, event);
    else response.write(`${JSON.stringify(event)}\r\n\n`);
  }
  response.end();
}

async function wholeAnswer(habits: Habits, asked: Request, response: ServerResponse, isOld: boolean): Promise<void> {
  const events = await Array.fromAsync(habits.turn(asked));
  const failed = events.find(({ type }) => type === 'error');
  if (failed) return refuse(response, 504, String(failed.error));
  const list = (type: string) => events.flatMap((event) => (event.type === type ? (event[type] as object[]) : []));
  const content = events.flatMap((event) => (event.type === 'text_delta' ? [event.text] : [])).join('');
  const data = {
    tool_calls: list('tool_calls'),
    executed_tool_calls: list('executed_tool_calls'),
    executed_approvals: list('executed_approvals'),
    ...(isOld && { cmds: [], executed_cmds: [], url_configs: [] }),
  };
  const known = isOld ? { meta_data: {}, timestamp: null, user: null, agent: null } : {};
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ role: 'assistant', content, data, ...known, meta_data: events.at(-1)?.meta_data ?? {} }));
}

async function answerFrame(habits: Habits, socket: WebSocket, frame: string): Promise<void> {
  const send = (event: Event) => socket.send(JSON.stringify(event));
  try {
    const { messages } = JSON.parse(frame) as Request;
    if (!messages) throw new Error('no messages');
    for await (const event of habits.turn(JSON.parse(frame) as Request)) send(event);
  } catch (error) {
    send({ type: 'error', error: String(error) });
  }
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chat-'));
  await writeFile(
    join(folder, 'profile.yaml'),
    'done: hello\nmulti: several\nslow: wait\nfail: boom\napproval: restart\necho: echo\n',
  );
});
afterAll(() => rm(folder, { recursive: true }));

async function findings(
  habits: Partial<Habits>,
  scenario?: string,
  profile = join(folder, 'profile.yaml'),
): Promise<Finding[]> {
  await using server = await startServer({ ...ordinary, ...habits });
  const found: Finding[] = [];
  await runSuite(
    {
      target: server.url,
      protocols: ['chat@docs'],
      profile,
      only: [],
      skip: [],
      headers: [],
      concurrency: 4,
      timeoutMs: 500,
      deadlineMs: 280_000,
      seed: 1,
      replayReds: false,
      ...(scenario && { plays: ({ id }) => id === scenario }),
      command: { name: 'test', version: '0.0.0' },
    },
    (entry) => {
      if ('type' in entry && entry.type === 'scenario-end') found.push(...entry.findings);
    },
  );
  return found;
}

const isRed = ({ verdict }: Finding) => verdict === 'violation' || verdict === 'warning' || verdict === 'harness-error';
const reds = (found: readonly Finding[]) =>
  [...new Set(found.filter(isRed).map(({ requirement }) => requirement.slice(5)))].sort();
const verdicts = (found: readonly Finding[], id: string) =>
  [...new Set(found.filter(({ requirement }) => requirement === id).map(({ verdict }) => verdict))].join();

/** The same turn, its events changed. */
const changed = (change: (event: Event, request: Request) => Event[] | Promise<Event[]>): Pick<Habits, 'turn'> => ({
  async *turn(request) {
    for await (const event of turn(request)) yield* await change(event, request);
  },
});

describe('legal, however unlike ours', () => {
  const waits: Habits['turn'] = async function* (request) {
    await setTimeout(120);
    yield* turn(request);
  };
  const notice = (said: string): Partial<Habits> => ({
    empty: (response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ role: 'assistant', content: said })),
    async *turn(request) {
      if (request.messages.length > 0) return yield* turn(request);
      yield text(said);
      yield { type: 'done' };
    },
  });
  const cases: [name: string, habits: Partial<Habits>][] = [
    ['tools and words of its own', {}],
    ['a slow first word', { turn: waits }],
    ['a notice for empty messages, in words of its own', notice('There is not one message to answer')],
    ['a binary frame is passed over', { binary: () => {} }],
    ['a binary frame ends the socket in good order', { binary: (socket) => socket.close(1003) }],
    [
      'results in both forms',
      changed((event) =>
        event.type === 'executed_tool_calls'
          ? [event, { type: 'executed_approvals', executed_approvals: event.executed_tool_calls }]
          : [event],
      ),
    ],
  ];
  test.each(cases)('%s', async (_name, habits) => expect(reds(await findings(habits))).toEqual([]));

  test('without scripts, and nothing known of it', async () => {
    const found = await findings({}, undefined, 'echo');
    expect(reds(found)).toEqual([]);
    for (const id of ['CHAT-HEALTH-001', 'CHAT-STREAM-001', 'CHAT-STREAM-015'])
      expect(verdicts(found, id)).toBe('pass');
  });
});

describe('faults', () => {
  test('a turn that ends in good order without `done`', async () => {
    const habits = {
      ...changed((event, { messages }) =>
        event.type === 'done' && messages.at(-1)?.content === 'restart' ? [] : [event],
      ),
    };
    expect(reds(await findings(habits, 'chat/approval/asked'))).toEqual(['STREAM-003']);
  });
  test('a stream that stays open after `error`', async () => {
    const habits: Partial<Habits> = {
      async *turn(request) {
        yield* turn(request);
        await never;
      },
      end: (response, last) => void response.write(`${JSON.stringify(last)}\n`),
    };
    expect(reds(await findings(habits, 'chat/turn/fails'))).toContain('STREAM-009');
  });
  test('silence in answer to empty messages', async () => {
    const silent: Partial<Habits> = {
      empty: () => {},
      turn: (request) => (request.messages.length > 0 ? turn(request) : silence()),
    };
    const found = await findings(silent, 'chat/turn/empty');
    expect(
      found
        .filter(({ requirement }) => requirement === 'CHAT-ERR-007')
        .map(({ binding, verdict }) => `${binding} ${verdict}`)
        .sort(),
    ).toEqual(['HTTP warning', 'NDJSON warning', 'WebSocket warning']);
  });
  test('a socket that is open and dead after a binary frame', async () => {
    const dies: Partial<Habits> = { binary: (socket) => void socket.removeAllListeners('message') };
    expect(reds(await findings(dies, 'chat/socket/binary'))).toEqual(['WS-008']);
  });
  test('turns one after another, each of which says at once that it thinks', async () => {
    let before = Promise.resolve();
    const serial: Partial<Habits> = {
      async *turn(request) {
        yield { type: 'intermittent_update', text: 'Thinking' };
        const last = before;
        const { promise, resolve } = Promise.withResolvers<void>();
        before = promise;
        await last;
        try {
          yield* turn(request);
        } finally {
          resolve();
        }
      },
    };
    expect(reds(await findings(serial, 'chat/stream/parallel'))).toEqual(['CONC-001']);
  });
  test('results of one form in the list of the other', async () => {
    const mixed = changed((event) =>
      event.type === 'executed_tool_calls'
        ? [{ type: 'executed_approvals', executed_approvals: event.executed_tool_calls }]
        : [event],
    );
    expect(reds(await findings(mixed, 'chat/approval/approved'))).toEqual(['APPR-002']);
  });
});

/** The suite waits for less; what is held ends with its connection. */
const never = new Promise<void>(() => {});

async function* silence(): AsyncGenerator<Event> {
  await never;
  yield { type: 'done' };
}
