// An agent on the JavaScript SDK's last server of A2A 0.3 that does what ../words.yaml says: JSON-RPC at /rpc, HTTP+JSON at /rest.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { setTimeout } from 'node:timers/promises';
import {
  DefaultPushNotificationSender,
  DefaultRequestHandler,
  InMemoryPushNotificationStore,
  InMemoryTaskStore,
} from 'a2a-js-sdk-0.3/server';
import { agentCardHandler, jsonRpcHandler, restHandler, UserBuilder } from 'a2a-js-sdk-0.3/server/express';
import express from 'express';

// It writes every request that it refuses to the console, with its stack; the suite sends many of them on purpose.
if (!process.argv.includes('--verbose')) console.error = console.warn = () => {};

const text = (said) => [{ kind: 'text', text: said }];

/** Words of messages; a task at work is known by its id, so that it can be canceled. */
class Words {
  #canceled = new Map();

  async execute({ taskId, contextId, userMessage, task }, bus) {
    const ids = { taskId, contextId };
    const message = (said) => ({ kind: 'message', messageId: randomUUID(), role: 'agent', ...ids, parts: text(said) });
    const status = (state, said, final = false) =>
      bus.publish({
        kind: 'status-update',
        ...ids,
        status: { state, timestamp: new Date().toISOString(), ...(said && { message: message(said) }) },
        final,
      });
    const said = userMessage.parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
    const word = said.split(' ')[0].toLowerCase();
    if (word === 'direct') {
      bus.publish({ ...message('A direct answer'), taskId: undefined });
      return bus.finished();
    }
    if (!task)
      bus.publish({
        kind: 'task',
        id: taskId,
        contextId,
        status: { state: 'submitted', timestamp: new Date().toISOString() },
        history: [userMessage],
      });
    const canceled = new AbortController();
    this.#canceled.set(taskId, canceled);
    status('working');
    try {
      const pause = (ms) => setTimeout(ms, undefined, { signal: canceled.signal });
      if (word === 'fail') status('failed', 'It did not work', true);
      else if (word === 'reject') status('rejected', undefined, true);
      else if (word === 'auth') status('auth-required', 'Please sign in', true);
      else if (word === 'input' && !task) status('input-required', 'Which one?', true);
      else if (word === 'slow') {
        for (let step = 0; step < 20; step++) {
          status('working', `step ${step}`);
          await pause(100);
        }
        status('completed', 'At last', true);
      } else {
        for (let piece = 0; piece < 3; piece++) {
          const artifact = { artifactId: 'answer', parts: text(`piece ${piece} `) };
          bus.publish({ kind: 'artifact-update', ...ids, artifact, append: piece > 0, lastChunk: piece === 2 });
          await pause(20);
        }
        status('completed', `You said: ${said}`, true);
      }
    } catch (error) {
      if (!canceled.signal.aborted) throw error;
      status('canceled', undefined, true);
    } finally {
      this.#canceled.delete(taskId);
    }
    bus.finished();
  }

  async cancelTask(taskId) {
    this.#canceled.get(taskId)?.abort();
  }
}

const app = express();
const server = createServer(app);
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}`;
const card = {
  name: 'Words',
  description: 'Does what the words say',
  version: '1.0.0',
  protocolVersion: '0.3.0',
  url: `${url}/rpc`,
  preferredTransport: 'JSONRPC',
  additionalInterfaces: [
    { url: `${url}/rpc`, transport: 'JSONRPC' },
    { url: `${url}/rest`, transport: 'HTTP+JSON' },
  ],
  capabilities: { streaming: true, pushNotifications: true },
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  skills: [{ id: 'words', name: 'Words', description: 'Does what the words say', tags: ['test'] }],
};
const webhooks = new InMemoryPushNotificationStore();
const sender = new DefaultPushNotificationSender(webhooks);
const requestHandler = new DefaultRequestHandler(
  card,
  new InMemoryTaskStore(),
  new Words(),
  undefined,
  webhooks,
  sender,
);
const options = { requestHandler, userBuilder: UserBuilder.noAuthentication };
app.use('/.well-known/agent-card.json', agentCardHandler({ agentCardProvider: requestHandler }));
app.use('/rpc', jsonRpcHandler(options));
app.use('/rest', restHandler(options));

console.log(JSON.stringify({ url, version: versionOf('a2a-js-sdk-0.3') }));
process.stdin.resume().on('end', () => process.exit());

/** Its package.json is no export of it. */
function versionOf(name) {
  const entry = createRequire(import.meta.url).resolve(name);
  return JSON.parse(readFileSync(`${entry.slice(0, entry.lastIndexOf('/dist/'))}/package.json`, 'utf8')).version;
}
