/** What somebody writes who has read half a page about A2A: half a version, and not the address of the card. */
const url = process.env['AGENTPROTO_URL']!;
const card = (await (await fetch(`${url}/.well-known/agent-card.json`)).json()) as { name: string };
const ask = async (method: string, params: object) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const headers = { 'content-type': 'application/json', 'a2a-version': '1' };
  const answer = await fetch(url, { method: 'POST', headers, body });
  console.log(card.name, await answer.text());
};
await ask('SendMessage', { message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'hello' }] } });
await ask('ListTaskPushNotificationConfigs', { taskId: 't' });
