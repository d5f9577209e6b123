import { chatClient } from '@agentproto/client/chat';

/** Our chat client, as a program that uses it. */
await using agent = chatClient(process.env['AGENTPROTO_URL']!);
const told = await agent
  .stream('hello')
  .final()
  .then(({ content }) => ({ text: content }))
  .catch((error: Error) => ({ failed: error.message }));
console.log(`AGENTPROTO_RESULT ${JSON.stringify(told)}`);
