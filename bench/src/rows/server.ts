import { startChild } from '../child.ts';
import type { Usage } from '../child.ts';
import { coldAndWarm, HEADERS, Load, rpc } from '../load.ts';
import type { Body } from '../load.ts';
import type { Figures, Mode, Row, Subject } from '../row.ts';
import { STREAM_FRAMES } from '../servers/bare.ts';
import type { Kind } from '../servers/server.ts';
import { Agent, request } from 'node:http';

const SERVERS: Record<Kind, string> = {
  bare: 'bare node:http',
  reference: '@agentproto/reference-server',
  'a2a-js': '@a2a-js/sdk on Express',
  aimock: '@copilotkit/aimock',
};

const user = (text: string, script?: object) => (messageId: string) => ({
  messageId,
  role: 'ROLE_USER',
  parts: [{ text }],
  ...(script && { metadata: { 'agentproto/script': script } }),
});

const pieces = Array.from({ length: STREAM_FRAMES - 2 }, () => ({ text: 'hello' }));
const UNARY = rpc('SendMessage', user('hello'));
const STREAM = rpc('SendStreamingMessage', user('stream', { steps: pieces }));
const HOLD = rpc(
  'SendStreamingMessage',
  user('hold', { steps: [{ status: 'here' }, { hold: { until: 'cancel', maxMs: 60_000 } }] }),
);

function subjects(run: (kind: Kind, mode: Mode) => Promise<Figures>): Subject[] {
  return (Object.keys(SERVERS) as Kind[]).map((kind) => ({ name: SERVERS[kind], run: (mode) => run(kind, mode) }));
}

async function answers(kind: Kind, body: Body, expected: RegExp, calls: number, mode: Mode): Promise<Figures> {
  await using server = await startChild('./servers/server.js', kind);
  await using load = new Load(await server.call<string>('url'), body, expected);
  return await coldAndWarm(server, load, calls, mode);
}

export const serverUnary: Row = {
  name: 'server-unary',
  title: 'Server: a blocking send, 64 connections',
  what: 'SendMessage over JSON-RPC, µs of the server an answer. The bare server parses, answers and forgets; the others validate or match, and keep the task.',
  goal: 'warm CPU at most 2.2',
  aims: [{ subject: SERVERS.reference, figure: 'warm CPU', atMost: 2.2 }],
  below:
    'Self time of the server’s main thread over 8,000 sends after 16,000, on a busy machine: our own modules 28 % (the largest: parsing the body 4, normalizing the params 3, JSON of the answer 2), the write to the socket 25 (each wakes a client that sleeps by now), node:http, streams and timers 17, Fastify 9, garbage 6 and about as much on V8’s own threads (36 KB were made for a send, 9 by the bare server). Tried since, and kept: a content type that Fastify need not parse anew with each request (its parser for `*` is not cached), no async function where nothing is waited for, no lists made to look at params: 0.93 of the processor time before (0.87 to 0.99, 48 pairs of slices of two warm servers, on a busy machine). A profile after it is as flat: the write 25, ours 34, no function of ours above 6, and 31 KB are made for a send. Kept before: an index made with the first list, a run folded in one go. Tried, and dropped: writes of a round of the event loop together (between 7 % and nothing), bodies as texts, no timer for bodies. It would take a route beside Fastify (9 % at most), a journal that keeps no buffers, and entries that the store does not copy.',
  shows: 'ratio',
  unit: 'µs',
  rounds: 3,
  subjects: subjects((kind, mode) => answers(kind, UNARY, /"result":.*TASK_STATE_COMPLETED/, 8_000, mode)),
};

export const serverStream: Row = {
  name: 'server-stream',
  title: `Server: a stream of ${STREAM_FRAMES} events, 64 connections`,
  what: 'SendStreamingMessage with a script of eight texts, µs of the server a stream. aimock has its events registered beforehand, and sends one more.',
  goal: 'warm CPU at most 2.2',
  aims: [{ subject: SERVERS.reference, figure: 'warm CPU', atMost: 2.2 }],
  below:
    'Self time over 4,000 streams after 16,000, on a busy machine: our own modules 37 % (the largest: JSON of the events with their envelopes 4, the script found and checked 6, encoding the updates 3), the write to the socket 33, node:http 14, Fastify 4, garbage 5. Tried since, and kept: steps that are looked at without lists and texts for errors that nobody makes, one closure less for an update, a cursor without async functions, and what was done for a blocking send: 0.95 of the processor time before (0.88 to 1.07, 36 pairs of slices on a busy machine), which is not decided. Then no timer for the silence of a stream that is over in the round in which it began, and no iterators to number steps and frames: 54 KB are made for a stream in the place of 60; its processor time is not decided (0.87, 0.95 and 1.04 of that before, in three pairs of processes). Kept before: one write for what is there, no generator, timer or signal for a stream that need not wait. It would take updates that are encoded once (the writer of the log and the reader each encode them now, because a quirk may stand around either), envelopes made around a text, and what a blocking send would take.',
  shows: 'ratio',
  unit: 'µs',
  rounds: 3,
  subjects: subjects((kind, mode) => answers(kind, STREAM, /TASK_STATE_COMPLETED.*\s*$/, 4_000, mode)),
};

/** Opens streams that stay open, and returns once each has sent something. */
async function hold(url: string, count: number, body: Body, agent: Agent): Promise<void> {
  await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<void>((resolve, reject) => {
          const exchange = request(url, { method: 'POST', agent, headers: HEADERS }, (response) => {
            response.once('data', () => resolve());
            response.once('error', () => {});
          });
          exchange.on('error', reject);
          exchange.end(body());
        }),
    ),
  );
}

async function held(kind: Kind, mode: Mode): Promise<Figures> {
  const count = mode === 'brief' ? 50 : 1_000;
  await using server = await startChild('./servers/server.js', kind);
  const url = await server.call<string>('url');
  const agent = new Agent({ maxSockets: Infinity });
  try {
    // What the first streams bring with them once and for all is not theirs.
    await hold(url, Math.ceil(count / 10), HOLD, agent);
    const before = await server.call<Usage>('collect');
    await hold(url, count, HOLD, agent);
    const after = await server.call<Usage>('collect');
    return { RSS: (after.rssKb - before.rssKb) / count, heap: (after.heapKb - before.heapKb) / count };
  } finally {
    agent.destroy();
  }
}

export const serverHeld: Row = {
  name: 'server-held',
  title: 'Server: memory of a held stream, 1,000 open',
  what: 'What one more open stream adds to the server, KB, after a collection: the socket included.',
  goal: 'at most 42 KB',
  aims: [{ subject: SERVERS.reference, figure: 'RSS', atMost: 42 }],
  below:
    'Of 68 KB on a busy machine 31 are V8’s young generation, which is empty after the collection and stays resident: it has grown with what survived the opening. 17 are live objects (bare 6), by a heap snapshot: Node’s own for the connection 6, the script that waits 2.8 (its generators, signals, a timer), the log with its fold 1.6, the cursor with a fold of its own 1.8, the writer with the text of the last frame 0.8, the request as it was noted 0.5. With `--max-semi-space-size=1` the same streams are 48 KB. Tried, and kept: one timer for the limits of all turns, a cursor without async functions, ids whose twenty pieces are joined, one text for silence: 17.5 KB of live objects became 16.6, which a young generation of this size hides. Kept before: classes in the place of generators, signals on demand, one timer for silence (38 KB to 17). It would take a script that waits without generators and signals, about 1.5 KB, and a young generation that does not grow: a flag of V8, which belongs to whoever runs the server.',
  shows: 'absolute',
  unit: 'KB',
  rounds: 3,
  subjects: subjects(held),
};
