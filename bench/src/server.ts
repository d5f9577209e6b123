/** What one answer costs a server: a blocking send and a short stream, over JSON-RPC, 64 connections kept alive. */
import { Agent, request as httpRequest } from 'node:http';
import { startContender, STREAM_FRAMES } from './contender.ts';
import type { Contender } from './contender.ts';
import { compare } from './ratio.ts';
import type { Subject } from './ratio.ts';

const CONNECTIONS = 64;
const ROUNDS = 3;
const UNARY_CALLS = 2_000;
const STREAM_CALLS = 800;

const script = { steps: Array.from({ length: STREAM_FRAMES - 2 }, () => ({ text: 'hello' })) };
let sent = 0;
/** Every message has an id of its own: a server may take the same id for the same message (A2A 1.0 section 3.1.1). */
const call = (method: string, part: object) => () =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method,
    params: { message: { messageId: `message-${(sent += 1)}`, role: 'ROLE_USER', parts: [part] } },
  });
const unary = call('SendMessage', { text: 'hello' });
const stream = call('SendStreamingMessage', { data: script, mediaType: 'application/vnd.agentproto.script+json' });

const contenders = {
  'bare node:http': await startContender('bare'),
  '@agentproto/reference-server': await startContender('reference'),
  '@a2a-js/sdk on Express': await startContender('a2a-js'),
};

/** Sends bodies until `calls` answers have come; a wrong answer ends the run. */
async function load(url: string, body: () => string, calls: number, expected: RegExp): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let left = calls;
  const connection = async () => {
    while (left-- > 0) {
      const text = await post(url, body(), agent);
      if (!expected.test(text)) throw new Error(`${url} answered ${text.slice(0, 300)}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  } finally {
    agent.destroy();
  }
}

function post(url: string, body: string, agent: Agent): Promise<string> {
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'a2a-version': '1.0',
  };
  return new Promise((resolve, reject) => {
    const exchange = httpRequest(url, { method: 'POST', agent, headers, timeout: 10_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve(text));
      response.on('error', reject);
    });
    exchange.on('timeout', () => exchange.destroy(new Error(`${url}: no answer in 10 s`)));
    exchange.on('error', reject);
    exchange.end(body);
  });
}

function subjects(body: () => string, calls: number, expected: RegExp): Subject[] {
  return Object.entries(contenders).map(([name, contender]: [string, Contender]) => ({
    name,
    async run() {
      const cpu = await contender.cpuMs();
      const started = performance.now();
      await load(contender.url, body, calls, expected);
      return { wallMs: performance.now() - started, cpuMs: (await contender.cpuMs()) - cpu };
    },
  }));
}

try {
  const unit = 'processor time of the server';
  await compare(
    `${UNARY_CALLS} blocking sends, ${ROUNDS} rounds`,
    unit,
    ROUNDS,
    subjects(unary, UNARY_CALLS, /"result":.*TASK_STATE_COMPLETED/),
  );
  await compare(
    `${STREAM_CALLS} streams of ${STREAM_FRAMES} events, ${ROUNDS} rounds`,
    unit,
    ROUNDS,
    subjects(stream, STREAM_CALLS, /TASK_STATE_COMPLETED.*\s*$/),
  );
} finally {
  await Promise.all(Object.values(contenders).map((contender) => contender.close()));
}
