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
    'The write to the socket is 14 % of the time (24 % of the bare server’s), collection of garbage 10 %, and no function of ours takes more than 3 %: Fastify’s routing and hooks 10 %, the two places of the index 7 %, the journal 4 %. Tried, and kept: one append a turn, signals, cards and lists of a context only when they are asked for, one function as listener, an index that appends and drops at its ends. Tried, and dropped: bodies as texts, no timer for bodies. It would take a route beside Fastify’s parser for bodies.',
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
    'As for a blocking send; beside it the script of the message is read and checked step by step (5 %), and each of ten events is made into JSON with its envelope (5 %), which the bare server does with less in it. Tried, and kept: one write for what is there, no generator, timer or signal for a stream that need not wait. It would take steps checked while they are played, and envelopes made around a text.',
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
    'The heap of a stream went from 38 KB to 17 (bare 6) by classes in the place of generators, signals on demand and one timer for all. Half of what is resident is no live object: V8 doubles its young generation when more than about 16 MB survive in a burst, as at 1,000 streams at once; at 300 streams one is 46 KB, at 2,000 it is 49. It would take 3 KB less for each: the agent at work and its script wait as async functions and generators (1.5 KB), two abort signals (1 KB), a timer for the limit of each turn (0.3 KB), the last frame, kept for a script that wants it twice (0.7 KB).',
  shows: 'absolute',
  unit: 'KB',
  rounds: 3,
  subjects: subjects(held),
};
