/** What it costs to read one long event stream: from bytes on a socket to parsed values in a loop. */
import { Role } from '@a2a-js/sdk';
import { ClientFactory } from '@a2a-js/sdk/client';
import { A2AClient } from '@agentproto/client/a2a';
import { decodeSse } from '@agentproto/wire/sse';
import { createParser } from 'eventsource-parser';
import { startEventSource } from './event-source.ts';
import { compare } from './ratio.ts';
import type { Subject } from './ratio.ts';

const EVENTS = 100_000;
const ROUNDS = 5;

const source = await startEventSource(EVENTS);
const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'SendStreamingMessage', params: {} });
const ours = await A2AClient.connect(source.url);
const theirs = await new ClientFactory().createFromUrl(source.url);

async function open(): Promise<ReadableStream<Uint8Array>> {
  const response = await fetch(`${source.url}/json-rpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return response.body!;
}

/** The least that any client must do. Right only for this stream: no CRLF, no comments, one `data` line an event. */
async function fetchAndSplit(): Promise<number> {
  const decoder = new TextDecoder();
  let seen = 0;
  let rest = '';
  for await (const chunk of await open()) {
    const frames = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = frames.pop()!;
    for (const frame of frames) if (JSON.parse(frame.slice(6)).result) seen += 1;
  }
  return seen;
}

async function eventsourceParser(): Promise<number> {
  const decoder = new TextDecoder();
  let seen = 0;
  const parser = createParser({ onEvent: (event) => void (JSON.parse(event.data).result && (seen += 1)) });
  for await (const chunk of await open()) parser.feed(decoder.decode(chunk, { stream: true }));
  return seen;
}

async function wireSse(): Promise<number> {
  let seen = 0;
  for await (const event of decodeSse(await open())) if (JSON.parse(event.data).result) seen += 1;
  return seen;
}

async function ourClient(): Promise<number> {
  let seen = 0;
  for await (const event of ours.stream({ text: 'go' })) if (event) seen += 1;
  return seen;
}

async function theirClient(): Promise<number> {
  const part = { content: { $case: 'text' as const, value: 'go' }, mediaType: '', filename: '', metadata: undefined };
  const message = {
    messageId: 'message-1',
    contextId: '',
    taskId: '',
    role: Role.ROLE_USER,
    parts: [part],
    metadata: undefined,
    extensions: [],
    referenceTaskIds: [],
  };
  let seen = 0;
  for await (const event of theirs.sendMessageStream({
    tenant: '',
    message,
    configuration: undefined,
    metadata: undefined,
  }))
    if (event.payload) seen += 1;
  return seen;
}

function measured(name: string, read: () => Promise<number>): Subject {
  return {
    name,
    async run() {
      const cpu = process.threadCpuUsage();
      const started = performance.now();
      const seen = await read();
      const wallMs = performance.now() - started;
      const { user, system } = process.threadCpuUsage(cpu);
      if (seen !== EVENTS) throw new Error(`${name} saw ${seen} of ${EVENTS} events`);
      return { wallMs, cpuMs: (user + system) / 1000 };
    },
  };
}

try {
  await compare(`${EVENTS} events in one response, ${ROUNDS} rounds`, 'processor time of the reader', ROUNDS, [
    measured('fetch + split + JSON.parse', fetchAndSplit),
    measured('eventsource-parser, callback', eventsourceParser),
    measured('@agentproto/wire/sse, for await', wireSse),
    measured('@agentproto/client/a2a, stream()', ourClient),
    measured('@a2a-js/sdk, sendMessageStream()', theirClient),
  ]);
} finally {
  await source.close();
}
