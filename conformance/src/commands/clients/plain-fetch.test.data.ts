import { setTimeout as sleep } from 'node:timers/promises';
import { webhookOfApp } from './webhook.test.data.ts';

/** What somebody writes who has read half a page about A2A: half a version, and not the address of the card. */
const { AGENTPROTO_URL: url, AGENTPROTO_API_KEY: key, AGENTPROTO_SCENARIO: scenario } = process.env;
const readCard = async () =>
  (await (await fetch(`${url}/.well-known/agent-card.json`)).json()) as {
    name: string;
    supportedInterfaces: { url: string }[];
  };
let version = '1';
let address = url!;
const ask = async (method: string, params: object) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const headers = {
    ...{ 'content-type': 'application/json', 'a2a-version': version },
    ...(key && { authorization: `Bearer ${key}` }),
  };
  return (await fetch(address, { method: 'POST', headers, body })).text();
};
const message = { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'hello' }] };
const card = await readCard();
console.log(card.name);

switch (scenario) {
  case 'plain':
    await ask('SendMessage', { message });
    await ask('ListTaskPushNotificationConfigs', { taskId: 't' });
    break;
  case 'webhook': {
    version = '1.0';
    const { config, text } = await webhookOfApp({ credentials: 'secret', careless: true });
    const configuration = { returnImmediately: true, taskPushNotificationConfig: config };
    await ask('SendMessage', { message, configuration });
    console.log(`AGENTPROTO_RESULT ${JSON.stringify({ text: await text })}`);
    break;
  }
  case 'expired-card':
    await sleep(1_100);
    await readCard();
    break;
  case 'extended-card':
    version = '1.0';
    address = card.supportedInterfaces[0]!.url;
    await ask('GetExtendedAgentCard', {});
    await ask('SendMessage', { message });
    break;
  case 'authorization':
    version = '1.0';
    await ask('SendMessage', { message });
    await sleep(1_200);
    break;
  case 'refused-version':
    version = '1.0';
    await ask('SendMessage', { message });
    version = '0.3';
    await ask('SendMessage', { message });
    break;
  default:
    await ask('SendMessage', { message });
}
