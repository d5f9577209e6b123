import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageRequest, StreamResponse, verifyAgentCardSignature, type AgentCard } from '@a2a-js/sdk';
import { ClientFactory, ClientFactoryOptions, JsonRpcTransportFactory, RestTransportFactory } from '@a2a-js/sdk/client';
import { webhookOfApp } from './webhook.test.data.ts';

/** The client of the official SDK, as a program that uses it. */
const { AGENTPROTO_URL: url, AGENTPROTO_API_KEY: key, AGENTPROTO_CARD_KEYS: keys, ...env } = process.env;
const binding = process.argv[2]!;
const fetchImpl: typeof fetch = (input, init) =>
  fetch(input, {
    ...init,
    headers: { ...Object.fromEntries(new Headers(init?.headers)), ...(key && { authorization: `Bearer ${key}` }) },
  });
const transports =
  binding === 'JSONRPC' ? [new JsonRpcTransportFactory({ fetchImpl })] : [new RestTransportFactory({ fetchImpl })];
const options = ClientFactoryOptions.createFrom(ClientFactoryOptions.default, { preferredTransports: [binding] });
const factory = new ClientFactory({ ...options, transports });

const verify = verifyAgentCardSignature(async (kid) => {
  const found = (JSON.parse(keys!) as { keys: { kid: string }[] }).keys.find((one) => one.kid === kid);
  if (!found) throw new Error(`no key ${kid}`);
  return found as never;
});

async function connect() {
  const client = await factory.createFromUrl(url!);
  if (keys !== undefined) await client.getAgentCard(undefined, verify as (card: AgentCard) => Promise<void>);
  return client;
}

const request = (configuration?: object) =>
  SendMessageRequest.fromJSON({
    message: { messageId: randomUUID(), role: 'ROLE_USER', parts: [{ text: 'hello' }] },
    ...(configuration && { configuration }),
  });

interface Said {
  artifacts?: { parts: { text?: string }[] }[];
}
const textOf = (task: Said) => (task.artifacts ?? []).flatMap(({ parts }) => parts.map(({ text }) => text)).join('');
/** What a stream came to, read as JSON. */
async function heard(events: AsyncIterable<StreamResponse>): Promise<string> {
  let text = '';
  for await (const event of events) {
    const { artifactUpdate, task } = StreamResponse.toJSON(event) as {
      artifactUpdate?: { artifact: object };
      task?: Said;
    };
    text += artifactUpdate ? textOf({ artifacts: [artifactUpdate.artifact as never] }) : task ? textOf(task) : '';
  }
  return text;
}

async function talk(): Promise<string> {
  const client = await connect();
  await client.sendMessage(request());
  return heard(client.sendMessageStream(request()));
}

const plays: { [scenario: string]: () => Promise<string> } = {
  async webhook() {
    const client = await connect();
    const { config, text } = await webhookOfApp({ credentials: 'only-for-this-task' });
    await client.sendMessage(request({ returnImmediately: true, taskPushNotificationConfig: config }));
    return text;
  },
  async 'extended-card'() {
    const client = await connect();
    await client.getAgentCard();
    return heard(client.sendMessageStream(request()));
  },
  async authorization() {
    const client = await connect();
    const task = await client.sendMessage(request());
    return heard(client.resubscribeTask({ tenant: '', id: (task as { id: string }).id }));
  },
  async 'expired-card'() {
    await connect();
    await sleep(1_100);
    return talk();
  },
};

const told = await (plays[env['AGENTPROTO_SCENARIO']!] ?? talk)()
  .then((text) => ({ text }))
  .catch((error: Error) => ({ failed: error.message }));
console.log(`AGENTPROTO_RESULT ${JSON.stringify(told)}`);
