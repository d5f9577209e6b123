import { webhookOfApp } from './webhook.test.data.ts';

/**
 * What somebody writes who has read about A2A 0.3 here and there: the card of 0.2, a url that was told by phone, ids of his own, and
 * whatever ends was whole.
 */
const { AGENTPROTO_URL: url, AGENTPROTO_SCENARIO: scenario } = process.env;
let address = url!;

const ask = async (method: string, params?: object, id: unknown = 1, headers: Record<string, string> = {}) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
  const type = { 'content-type': 'application/json' };
  const answer = await fetch(address, { method: 'POST', headers: { ...type, ...headers }, body });
  return answer.text();
};
const message = (text: string, more: object = {}) => ({
  message: { kind: 'message', messageId: 'mine', role: 'user', parts: [{ kind: 'text', text }], ...more },
});
/** Of whatever came. */
const textOf = (answer: string) =>
  [...answer.matchAll(/"artifacts?":.*?"text":"([^"]*)"/g)].map(([, text]) => text).join('');
const tell = (text: string) => console.log(`AGENTPROTO_RESULT ${JSON.stringify({ text })}`);

await fetch(`${url}/.well-known/agent.json`);
switch (scenario) {
  case 'plain': {
    await ask('message/send', message('hello', { role: 'agent', contextId: 'my-context', taskId: 'my-task' }), null);
    await ask('message/send', message('and again'), undefined);
    tell(textOf(await ask('message/stream', message('hello'), 1)));
    break;
  }
  case 'extended-card': {
    const card = (await (await fetch(`${url}/.well-known/agent-card.json`)).json()) as { url: string };
    address = card.url;
    await ask('agent/getAuthenticatedExtendedCard');
    await ask('tasks/pushNotificationConfig/list', { id: 't' });
    await fetch(`${address}/tasks/t`);
    await fetch(`${address}/v1/tasks/t?history_length=1`);
    await ask('message/send', { message: { role: 'user', parts: [{ type: 'text', text: 'hello' }] } });
    await ask('message/send', message('hello'), 1, { 'content-type': 'text/plain' });
    break;
  }
  case 'webhook': {
    const { config, text } = await webhookOfApp({ credentials: 'secret', careless: true });
    const { url: hook, authentication } = config;
    const { scheme, credentials } = authentication;
    const pushNotificationConfig = { url: hook, authentication: { schemes: [scheme], credentials } };
    await ask('message/send', { ...message('hello'), configuration: { blocking: false, pushNotificationConfig } });
    tell(await text);
    break;
  }
  case 'input': {
    // Read, and not used.
    await fetch(`${url}/.well-known/agent-card.json`);
    await ask('message/send', message('hello'));
    tell(textOf(await ask('message/send', message('Zurich', { messageId: 'yours' }))));
    break;
  }
  case 'lost':
    // Whatever had come.
    tell(textOf(await ask('message/stream', message('hello')).catch(() => '')));
    break;
  default:
    tell(textOf(await ask('message/stream', message('hello'))));
}
