// The client of the JavaScript SDK's 0.3 line before each scenario of `agentproto-conformance client`: `judged.mjs BINDING`.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text as textIn } from 'node:stream/consumers';
import {
  ClientFactory,
  ClientFactoryOptions,
  JsonRpcTransportFactory,
  RestTransportFactory,
} from 'a2a-js-sdk-0.3/client';

const { AGENTPROTO_URL: url, AGENTPROTO_API_KEY: key, AGENTPROTO_SCENARIO: scenario } = process.env;
const binding = process.argv[2];
const TOKEN = 'only-for-this-task';

const fetchImpl = (input, init) =>
  fetch(input, {
    ...init,
    headers: { ...Object.fromEntries(new Headers(init?.headers)), ...(key && { authorization: `Bearer ${key}` }) },
  });
const transports =
  binding === 'JSONRPC' ? [new JsonRpcTransportFactory({ fetchImpl })] : [new RestTransportFactory({ fetchImpl })];
const options = ClientFactoryOptions.createFrom(ClientFactoryOptions.default, { preferredTransports: [binding] });
const connect = () => new ClientFactory({ ...options, transports }).createFromUrl(url);

const params = (said, more = {}, configuration = undefined) => ({
  message: { kind: 'message', messageId: randomUUID(), role: 'user', parts: [{ kind: 'text', text: said }], ...more },
  ...(configuration && { configuration }),
});
const textOf = ({ artifacts = [] }) => artifacts.flatMap(({ parts }) => parts.map(({ text = '' }) => text)).join('');

/** What a stream came to. */
async function heard(events) {
  let said = '';
  for await (const event of events) {
    if (event.kind === 'task') said += textOf(event);
    if (event.kind === 'artifact-update') said += textOf({ artifacts: [event.artifact] });
  }
  return said;
}

async function talk() {
  const client = await connect();
  const { id, contextId } = await client.sendMessage(params('hello'));
  await client.sendMessage(params('again', { contextId }));
  const said = await heard(client.sendMessageStream(params('hello')));
  await client.getTask({ id, historyLength: 1 });
  return said;
}

/** The SDK has no receiver: this one is the application's. */
async function webhook() {
  const over = Promise.withResolvers();
  const server = createServer(async (incoming, answer) => {
    const isOurs = incoming.headers['x-a2a-notification-token'] === TOKEN;
    const task = JSON.parse(await textIn(incoming));
    answer.writeHead(isOurs ? 204 : 401).end();
    if (isOurs && task.status?.state === 'completed') over.resolve(textOf(task));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = await connect();
  const pushNotificationConfig = { url: `http://127.0.0.1:${server.address().port}/hook`, token: TOKEN };
  await client.sendMessage(params('hello', {}, { blocking: false, pushNotificationConfig }));
  const said = await over.promise;
  server.close();
  return said;
}

const plays = {
  webhook,
  async 'extended-card'() {
    const client = await connect();
    await client.getAgentCard();
    return textOf(await client.sendMessage(params('hello')));
  },
  async input() {
    const client = await connect();
    const { id: taskId, contextId } = await client.sendMessage(params('hello'));
    return textOf(await client.sendMessage(params('Zurich', { taskId, contextId })));
  },
};

const told = await (plays[scenario] ?? talk)()
  .then((text) => ({ text }))
  .catch((error) => ({ failed: String(error.message) }));
console.log(`AGENTPROTO_RESULT ${JSON.stringify(told)}`);
