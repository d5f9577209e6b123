import { startChild } from '../child.ts';
import type { ReaderKind } from '../readers/reader.ts';
import type { Figures, Mode, Row, Subject } from '../row.ts';

const EVENTS = 100_000;
/** How long streams are read before one is measured: what V8 makes of a stream it makes in the first ten or so. */
const WARM_MS = 3_000;
/** How many are measured then: one takes a tenth of a second. */
const STREAMS = 3;
const CALLS = 4_000;
/** How many are sent before they are measured. */
const WARM_CALLS = 16_000;
const PARALLEL = 64;

interface Cost {
  cpu: number;
  wall: number;
}

/** The first stream of a process, and what one costs some seconds later. */
async function reading(kind: ReaderKind, mode: Mode): Promise<Figures> {
  const events = mode === 'brief' ? 1_000 : EVENTS;
  await using source = await startChild('./servers/event-source.js', String(events));
  await using reader = await startChild('./readers/reader.js', kind, await source.call<string>('url'));
  const read = () => reader.call<Cost>('read', events);
  const cold = await read();
  if (mode !== 'brief') for (const end = performance.now() + WARM_MS; performance.now() < end;) await read();
  const warm: Cost[] = [];
  for (let i = 0; i < (mode === 'brief' ? 1 : STREAMS); i += 1) warm.push(await read());
  const mean = (of: keyof Cost) => warm.reduce((sum, cost) => sum + cost[of], 0) / warm.length;
  return { 'cold CPU': cold.cpu, 'cold wall': cold.wall, 'warm CPU': mean('cpu'), 'warm wall': mean('wall') };
}

async function sending(kind: ReaderKind, mode: Mode): Promise<Figures> {
  await using source = await startChild('./servers/event-source.js', '10');
  await using reader = await startChild('./readers/reader.js', kind, await source.call<string>('url'));
  const send = (calls: number) => reader.call<Cost>('send', mode === 'brief' ? PARALLEL : calls, PARALLEL);
  const cold = await send(500);
  if (mode !== 'brief') await send(WARM_CALLS);
  const warm = await send(CALLS);
  return { 'cold CPU': cold.cpu, 'cold wall': cold.wall, 'warm CPU': warm.cpu, 'warm wall': warm.wall };
}

const subject = (name: string, run: (mode: Mode) => Promise<Figures>): Subject => ({ name, run });
const reader = (name: string, kind: ReaderKind) => subject(name, (mode) => reading(kind, mode));
const sender = (name: string, kind: ReaderKind) => subject(name, (mode) => sending(kind, mode));

export const clientSse: Row = {
  name: 'client-sse',
  title: 'Client: an event stream of 100,000 A2A events',
  what: 'From bytes on a socket to typed values in a loop, µs of the reader an event. The baseline splits at blank lines and knows nothing else of the format.',
  goal: 'warm CPU at most 1.42',
  aims: [{ subject: '@agentproto/client/a2a', figure: 'warm CPU', atMost: 1.42 }],
  shows: 'ratio',
  unit: 'µs',
  rounds: 5,
  subjects: [
    reader('fetch + split + JSON.parse', 'bareSse'),
    reader('@agentproto/client/a2a', 'ourStream'),
    reader('@a2a-js/sdk client', 'theirStream'),
    reader('eventsource-parser, callback', 'parserSse'),
  ],
};

export const clientResponses: Row = {
  name: 'client-responses',
  title: 'Client: an event stream of 100,000 Responses events',
  what: 'The same for Responses. Ours also puts the response together; the AI SDK makes events of its own of what came.',
  goal: 'warm CPU at most 1.54',
  aims: [{ subject: '@agentproto/client/responses', figure: 'warm CPU', atMost: 1.54 }],
  below:
    'In a profile from the fourth stream on, JSON.parse with the look at the type is 53 % (62 of the bare reader), eventsource-parser 12, handing out 5 and its microtasks 4, collection 3. Tried and kept: the deltas of one text stay together until somebody asks for it, and nothing else is looked at for one more of them (before, they made a tree of as many strings: a third of the first ten streams); no closure for an event. Tried and dropped: UTF-8 without `stream: true`, which made no difference; a parser of our own that names an event once, for the library is what we stand on. It would take a loop over batches in the place of one over events, and a parser that makes no text of each event’s name: comparing it with the type is 5 %.',
  shows: 'ratio',
  unit: 'µs',
  rounds: 3,
  subjects: [
    reader('fetch + split + JSON.parse', 'bareResponses'),
    reader('@agentproto/client/responses', 'responsesStream'),
    reader('openai', 'openaiStream'),
    reader('ai, @ai-sdk/openai', 'aiStream'),
  ],
};

/** What an event costs in a stream of some length, once as many were read in all. */
async function accumulating(events: number, mode: Mode): Promise<Figures> {
  const length = mode === 'brief' ? 1_000 : events;
  await using source = await startChild('./servers/event-source.js', String(length));
  await using child = await startChild('./readers/reader.js', 'responsesStream', await source.call<string>('url'));
  const read = () => child.call<Cost>('read', length);
  for (let left = mode === 'brief' ? 0 : EVENTS; left > 0; left -= length) await read();
  const { cpu, wall } = await read();
  return { CPU: cpu, wall };
}

export const clientResponsesGrowth: Row = {
  name: 'client-responses-growth',
  title: 'Client: one response of many deltas, put together',
  what: 'Of one message in pieces, µs of the reader a piece, with the whole response at the end.',
  goal: 'the same at 2,000 and at 200,000 deltas (± 50 %)',
  shows: 'ratio',
  unit: 'µs',
  rounds: 3,
  subjects: [20_000, 2_000, 200_000].map((count) =>
    subject(`${count.toLocaleString('en')} events`, (mode) => accumulating(count, mode)),
  ),
};

export const clientNdjson: Row = {
  name: 'client-ndjson',
  title: 'Client: an NDJSON stream of 100,000 chat events',
  what: 'The same for chat, a line an event.',
  goal: 'warm CPU at most 1.6',
  aims: [{ subject: '@agentproto/client/chat', figure: 'warm CPU', atMost: 1.6 }],
  below:
    'In a profile from the tenth stream on, JSON.parse is 49 %, the lines are 9, handing out 7 and its microtasks 6, collection 3.5: an event is half a microsecond of JSON.parse, so that the promise and the two objects of handing it out weigh a quarter as much. Tried and kept: text deltas are checked first, without closures, and no regular expression looks for a blank line; the reply is put together when somebody asks for it (8 % of a stream that is only looked at), and an event is compared with the types once: alternating with the code before, 0.87 of its processor time (0.83 to 0.91). It would take a loop over batches.',
  shows: 'ratio',
  unit: 'µs',
  rounds: 5,
  subjects: [reader('fetch + split + JSON.parse', 'bareChat'), reader('@agentproto/client/chat', 'chatStream')],
};

export const clientUnary: Row = {
  name: 'client-unary',
  title: 'Client: a blocking send, 64 at once',
  what: 'µs of the client a call. The baseline is the platform’s fetch with response.json().',
  goal: 'warm wall at most 0.33 under Node',
  aims: [{ subject: '@agentproto/client/a2a', figure: 'warm wall', atMost: 0.33 }],
  below:
    'undici.request, which is less than a client, hardly reaches it (0.22 to 0.38 in one run), and a bare dispatch of undici is 0.24; ours needs about as much of the processor, as far as a busy machine lets one tell. Profile of 20,000 sends after 16,000: undici 20 %, writing to the socket 17, the rest of node:net, streams and timers 11, microtasks 5, collection 5, JSON.parse and stringify 9, all else of ours 17, no function more than 2.4 (that which keeps the answer for responseOf); a later profile, of a busy machine, has undici 27, writing 16 and ours 26, with a quarter of that in JSON. For 64 calls at once undici keeps 145 connections, as it opens another where one is about to be free. Tried and kept: an answer that came with its head is read at once, without a generator, a timer and six promises; a race without finally; an end that is heard without closures; two lifetimes a send in the place of three; urls taken to pieces once; no words for places where nothing is wrong: alternating with the code before, 0.85 of its processor time (0.80 to 1.05), on a machine that was busy. Before that: a lifetime that is its own signal (five AbortSignals), headers as a record (four Headers), no look at the environment for a call. Tried and dropped: a class in the place of the generator around a body that comes in pieces. It would take requests that are written without undici, and one promise in the place of the eight async functions around an attempt, which are 1 or 2 % each.',
  shows: 'ratio',
  unit: 'µs',
  rounds: 3,
  subjects: [
    sender('fetch', 'bareUnary'),
    sender('undici.request', 'undiciUnary'),
    sender('@agentproto/client/a2a', 'ourUnary'),
    sender('@a2a-js/sdk client', 'jsUnary'),
    sender('openai', 'openaiUnary'),
  ],
};
