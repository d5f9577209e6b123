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
    'Profile of 20,000 sends after 28,000: the write to the socket 24 % (25 of the bare server’s smaller whole: each write wakes a client that sleeps by now), garbage 6 on the main thread and about as much on V8’s own (38 KB are made for a send, 8 by the bare server), the index of runs 8, JSON both ways 7, Fastify’s routing, hooks and bodies about 5. In the first 12,000 sends V8’s other threads, which compile and collect, are a quarter of the processor time. Tried, and kept: an index made with the first list, no accessors in object literals, no async functions around an agent that is not there, a run folded in one go: alternating with the code before, 2.6 of bare in the place of 2.9 to 3.2. Tried, and dropped: writes of a round of the event loop together (between 7 % and nothing), bodies as texts, no timer for bodies. A route beside Fastify would save 5 % at most. It would take fewer objects for a send: one promise in the place of a dozen async functions, and entries that are not copied.',
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
    'Profile of 2,500 streams after 5,000, on a busy machine: the write to the socket 14 %, garbage 10, the ten events made into JSON with their envelopes 7, the body read and parsed 4, the script of the message found and checked 3.5, the journal of the turn (append, fold, store) 4.5; no other function of ours takes more than 2. Tried, and kept: one write for what is there, no generator, timer or signal for a stream that need not wait; what was done for a blocking send is in it too, but was not measured beside the code before. It would take envelopes made around a text, and steps checked while they are played: 5 % or so each, which is not enough by itself.',
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
    'By a heap snapshot a stream is 17 to 18 KB (bare 6): beside what the bare server has too, plain objects (38, 1.9 KB), arrays, 19 closures and 21 contexts (2 KB), nine promises, two timers, two abort signals, two generators, and 29 strings that were put together and never joined (0.9 KB). Half of what is resident is no live object: with V8’s young generation held to 1 MB (`--max-semi-space-size=1`) the same streams are 48 KB, with 4 MB 54. Tried, and kept, before: classes in the place of generators, signals on demand, one timer for silence (38 KB to 17). It would take 6 KB less for each even then, or a server that sets V8’s flags, which belong to whoever runs it.',
  shows: 'absolute',
  unit: 'KB',
  rounds: 3,
  subjects: subjects(held),
};
