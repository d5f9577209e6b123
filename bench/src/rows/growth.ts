import { startChild } from '../child.ts';
import type { Child, Usage } from '../child.ts';
import { HEADERS, Load, rpc } from '../load.ts';
import type { Figures, Mode, Row } from '../row.ts';

/** Whether what one thing costs stays the same when there are many: µs of the server each. */
async function costOf(server: Child, count: number, run: () => Promise<unknown>): Promise<Figures> {
  const before = await server.call<Usage>('usage');
  const started = performance.now();
  for (let i = 0; i < count; i += 1) await run();
  const wall = performance.now() - started;
  const after = await server.call<Usage>('usage');
  return { CPU: ((after.cpuMs - before.cpuMs) * 1_000) / count, wall: (wall * 1_000) / count };
}

const named = (figures: Figures, prefix: string): Figures =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix} ${name}`, value]));

async function ask(url: string, method: string, params: object): Promise<{ result: Record<string, never> }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const answer = (await response.json()) as { result?: Record<string, never>; error?: object };
  if (!answer.result) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
  return { result: answer.result };
}

async function turns(count: number, mode: Mode): Promise<Figures> {
  const some = mode === 'brief' ? Math.min(count, 20) : count;
  await using server = await startChild('./servers/growth.js');
  const url = await server.call<string>('url');
  let sent = 0;
  const configuration = { historyLength: 1 };
  const send = (ids: object) =>
    ask(url, 'SendMessage', {
      message: { messageId: `m-${(sent += 1)}`, role: 'ROLE_USER', parts: [{ text: 'ask' }], ...ids },
      configuration,
    });
  // Warm before anything is measured, on tasks of other callers' size.
  for (let i = 0; i < (mode === 'brief' ? 1 : 1_500); i += 1) await send({});
  const { result } = await send({});
  const { id: taskId } = result['task'] as unknown as { id: string };
  const turn = () => send({ taskId });
  for (let i = 1; i < some; i += 1) await turn();
  const times = mode === 'brief' ? 2 : 300;
  return {
    ...named(await costOf(server, times, turn), 'turn'),
    ...named(await costOf(server, times, () => ask(url, 'GetTask', { id: taskId, historyLength: 1 })), 'GetTask'),
  };
}

export const growthTurns: Row = {
  name: 'turns',
  title: 'Long conversations: one more turn',
  what: 'SendMessage to a task, and GetTask of it, with a history of one message in the answer; µs of the server.',
  goal: 'the same at 10 and at 4,000 turns (± 50 %)',
  aims: ['turn CPU', 'GetTask CPU'].map((figure) => ({ subject: 'after 4,000 turns', figure, atMost: 1.5 })),
  below:
    'Only seen in single runs: 300 turns are measured, 0.2 s of work, in which a collection of garbage shows. No step reads a log from its beginning: a turn and GetTask begin at the snapshot (`run-fold.ts`), whose copy grows with the messages of the task.',
  shows: 'ratio',
  unit: 'µs',
  rounds: 2,
  subjects: [10, 1_000, 4_000].map((count) => ({
    name: `after ${count.toLocaleString('en')} turns`,
    run: (mode) => turns(count, mode),
  })),
};

async function lists(count: number, mode: Mode): Promise<Figures> {
  const some = mode === 'brief' ? Math.min(count, 60) : count;
  await using server = await startChild('./servers/growth.js', String(count + 10));
  const url = await server.call<string>('url');
  const body = rpc('SendMessage', (messageId) => ({ messageId, role: 'ROLE_USER', parts: [{ text: 'go' }] }));
  {
    await using load = new Load(url, body, /TASK_STATE_COMPLETED/);
    await load.times(some);
  }
  const times = mode === 'brief' ? 2 : 300;
  const page = (more: object = {}) => ask(url, 'ListTasks', { pageSize: 20, ...more });
  for (let i = 0; i < times; i += 1) await page();
  const { result } = await page();
  const pageToken = result['nextPageToken'] as unknown as string;
  return {
    ...named(await costOf(server, times, () => page()), 'first page'),
    ...named(await costOf(server, times, () => page({ pageToken })), 'next page'),
    ...named(await costOf(server, times, () => page({ status: 'TASK_STATE_COMPLETED' })), 'page by state'),
  };
}

export const growthLists: Row = {
  name: 'lists',
  title: 'Lists: a page of 20 tasks',
  what: 'ListTasks among many tasks of one caller, µs of the server a page.',
  goal: 'the same at 100 and at 100,000 tasks',
  aims: ['first page CPU', 'next page CPU', 'page by state CPU'].map((figure) => ({
    subject: 'among 100,000 tasks',
    figure,
    atMost: 1.5,
  })),
  below:
    'Only seen in single runs: 300 pages are measured, 0.3 s of work, in which a collection of garbage shows. A page costs what it holds; the first list of all makes the index of all runs, before anything is measured here.',
  shows: 'ratio',
  unit: 'µs',
  rounds: 2,
  subjects: [100, 10_000, 100_000].map((count) => ({
    name: `among ${count.toLocaleString('en')} tasks`,
    run: (mode) => lists(count, mode),
  })),
};

async function longStream(count: number, mode: Mode): Promise<Figures> {
  const some = mode === 'brief' ? Math.min(count, 2_000) : count;
  await using server = await startChild('./servers/growth.js');
  const url = await server.call<string>('url');
  const body = rpc('SendStreamingMessage', (messageId) => ({
    messageId,
    role: 'ROLE_USER',
    parts: [{ text: `texts ${some}` }],
  }));
  const before = await server.call<Usage>('collect');
  let peak = 0;
  const watch = setInterval(() => {
    void server.call<Usage>('usage').then(
      ({ rssKb }) => (peak = Math.max(peak, rssKb)),
      () => {},
    );
  }, 50);
  try {
    const events = await readStream(url, body());
    if (events < some) throw new Error(`saw ${events} of ${some} events`);
  } finally {
    clearInterval(watch);
  }
  const after = await server.call<Usage>('usage');
  const kept = await server.call<Usage>('collect');
  return {
    'CPU per event, µs': ((after.cpuMs - before.cpuMs) * 1_000) / some,
    'peak RSS, MB': (Math.max(peak, after.rssKb) - before.rssKb) / 1_024,
    'heap kept, MB': (kept.heapKb - before.heapKb) / 1_024,
  };
}

/** Counts events and looks at the last one. */
async function readStream(url: string, body: string): Promise<number> {
  const response = await fetch(url, { method: 'POST', headers: HEADERS, body });
  let events = 0;
  let tail = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body!) {
    const text = decoder.decode(chunk, { stream: true });
    for (let at = text.indexOf('\ndata:'); at >= 0; at = text.indexOf('\ndata:', at + 1)) events += 1;
    tail = (tail + text).slice(-1_000);
  }
  if (!tail.includes('TASK_STATE_COMPLETED')) throw new Error(`the stream ended with ${tail.slice(-300)}`);
  return events;
}

export const growthStream: Row = {
  name: 'long-streams',
  title: 'Server: one long stream',
  what: 'A single turn of many texts, read by a client that splits and counts. What it costs the server an event, and what the server holds.',
  goal: 'CPU an event flat, memory bounded',
  shows: 'absolute',
  unit: '',
  rounds: 1,
  subjects: [1_000, 100_000, 1_000_000].map((count) => ({
    name: `${count.toLocaleString('en')} events`,
    run: (mode) => longStream(count, mode),
  })),
};

/** Heap and memory after each tenth part of the work; flat means that the last is like the first. */
async function steady(total: number, mode: Mode, begin: (server: Child) => Promise<(calls: number) => Promise<void>>) {
  await using server = await startChild('./servers/growth.js', '1000');
  const work = await begin(server);
  const tenth = mode === 'brief' ? 100 : mode === 'long' ? total / 10 : total / 100;
  const after: Usage[] = [];
  for (let i = 0; i < 10; i += 1) {
    await work(tenth);
    after.push(await server.call<Usage>('collect'));
  }
  return {
    requests: tenth * 10,
    'heap after a tenth, MB': after[0]!.heapKb / 1_024,
    'heap at the end, MB': after[9]!.heapKb / 1_024,
    'growth of the heap, MB': (after[9]!.heapKb - after[0]!.heapKb) / 1_024,
    'RSS after a tenth, MB': after[0]!.rssKb / 1_024,
    'RSS at the end, MB': after[9]!.rssKb / 1_024,
  };
}

const sends = (mode: Mode) =>
  steady(1_000_000, mode, async (server) => {
    const body = rpc('SendMessage', (messageId) => ({ messageId, role: 'ROLE_USER', parts: [{ text: 'go' }] }));
    const url = await server.call<string>('url');
    return async (calls) => {
      await using load = new Load(url, body, /TASK_STATE_COMPLETED/);
      await load.times(calls);
    };
  });

const chatTurns = (mode: Mode) =>
  steady(100_000, mode, async (server) => {
    const body = () => JSON.stringify({ messages: [{ role: 'user', content: 'texts 3' }] });
    const url = `${await server.call<string>('chatUrl')}/api/chat-stream`;
    return async (calls) => {
      await using load = new Load(url, body, /"done"/);
      await load.times(calls);
    };
  });

const STEADY = ['blocking sends', 'chat turns'] as const;

export const steadyMemory: Row = {
  name: 'steady-memory',
  title: 'Server: memory over many requests',
  what: 'A store of 1,000 runs, measured after each tenth of the work, after a collection. With `--long` ten times as many requests.',
  goal: 'flat: the heap grows by at most 5 MB',
  aims: STEADY.map((subject) => ({ subject, figure: 'growth of the heap, MB', atMost: 5 })),
  below:
    'Not seen so far. The store is held to 1,000 runs and the journal to 1,000 requests, so a growth would be a leak: compare two heap snapshots, after a tenth and at the end.',
  shows: 'absolute',
  unit: '',
  rounds: 1,
  subjects: [
    { name: STEADY[0], run: sends },
    { name: STEADY[1], run: chatTurns },
  ],
};
