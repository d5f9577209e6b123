import { A2AClient, type BindingName, textOf } from '@agentproto/client/a2a';
import { toldByWebhook } from './our-webhook.test.data.ts';

/** Our client with agents of 0.3 and 0.2, as a program that uses it. */
const { AGENTPROTO_URL: url, AGENTPROTO_API_KEY: auth, AGENTPROTO_SCENARIO: scenario } = process.env;
const [binding] = process.argv.slice(2) as BindingName[];
const connect = () => A2AClient.connect(url!, { ...(binding && { binding }), ...(auth !== undefined && { auth }) });

async function talk(): Promise<string> {
  const agent = await connect();
  const answer = await agent.send('hello');
  await agent.send({ parts: [{ text: 'again' }], contextId: answer.task!.contextId! });
  const last = await agent.stream('hello', scenario === 'lost' ? { resume: { attempts: 3 } } : {}).final();
  await agent.get(answer.task!.id);
  await agent.close();
  return textOf(last);
}

const plays: { [scenario: string]: () => Promise<string> } = {
  async webhook() {
    let text = '';
    await toldByWebhook(connect, (event) => {
      if (event.task || event.artifactUpdate) text = textOf(event);
    });
    return text;
  },
  async 'extended-card'() {
    const agent = await connect();
    await agent.extendedCard();
    return textOf(await agent.send('hello'));
  },
  async input() {
    const agent = await connect();
    const { task } = await agent.send('hello');
    return textOf(await agent.send({ parts: [{ text: 'Zurich' }], taskId: task!.id, contextId: task!.contextId! }));
  },
};

const told = await (plays[scenario!] ?? talk)()
  .then((text) => ({ text }))
  .catch((error: Error) => ({ failed: error.message }));
console.log(`AGENTPROTO_RESULT ${JSON.stringify(told)}`);
