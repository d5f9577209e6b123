import { setTimeout as sleep } from 'node:timers/promises';
import { A2AClient, type BindingName, type ConnectOptions, textOf } from '@agentproto/client/a2a';
import { cardVerifier } from '@agentproto/client/a2a/signatures';
import { toldByWebhook } from './our-webhook.test.data.ts';

/** Our client, as a program that uses it: `AGENTPROTO_URL` says where the agent is, `AGENTPROTO_SCENARIO` what it is like. */
const { AGENTPROTO_URL: url, AGENTPROTO_API_KEY: auth, AGENTPROTO_CARD_KEYS: keys, ...env } = process.env;
const binding = process.argv[2] as BindingName;
const connect = (options: ConnectOptions = {}) =>
  A2AClient.connect(url!, {
    ...{ binding, ...(auth !== undefined && { auth }) },
    ...(keys !== undefined && { verifyCard: cardVerifier(JSON.parse(keys) as { keys: [] }) }),
    ...options,
  });

async function talk(): Promise<string> {
  const agent = await connect();
  const answer = await agent.send('hello');
  await agent.send({ parts: [{ text: 'again' }], contextId: answer.task!.contextId! });
  const last = await agent.stream('hello').final();
  await agent.get(answer.task!.id);
  await Array.fromAsync(agent.listAll({ pageSize: 2 }));
  await agent.close();
  return textOf(last);
}

const plays: { [scenario: string]: () => Promise<string> } = {
  async webhook() {
    let text = '';
    await toldByWebhook(connect, (event) => {
      if (event.artifactUpdate || event.statusUpdate?.status.state.includes('FAILED')) text += textOf(event);
    });
    return text;
  },
  async 'extended-card'() {
    const agent = await connect();
    await agent.extendedCard();
    return textOf(await agent.send('hello'));
  },
  async authorization() {
    const agent = await connect();
    const { task } = await agent.send('hello');
    return textOf(await agent.subscribe(task!.id).final());
  },
  async 'refused-version'() {
    const agent = await connect({ version: '1.0' });
    return textOf(await agent.send('hello'));
  },
  async 'expired-card'() {
    const agent = await connect();
    await sleep(1_100);
    await agent.refreshCard();
    return textOf(await agent.send('hello'));
  },
};

const told = await (plays[env['AGENTPROTO_SCENARIO']!] ?? talk)()
  .then((text) => ({ text }))
  .catch((error: Error) => ({ failed: error.message }));
console.log(`AGENTPROTO_RESULT ${JSON.stringify(told)}`);
