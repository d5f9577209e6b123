import { openAgentClient } from '@agentproto/client/open-agent';

/** Our client of the Open Agent API, as a program that uses it. */
const client = openAgentClient(process.env['AGENTPROTO_URL']!, { apiKey: process.env['AGENTPROTO_API_KEY']! });
const agent = await client.agents.create({ name: 'Ada', model: 'agentproto' });
const told = await client.agents
  .stream(agent.id, 'hello', { expectCompleted: true })
  .final()
  .then(({ content }) => ({ text: content }))
  .catch((error: Error) => ({ failed: error.message }));
await client.close();
console.log(`AGENTPROTO_RESULT ${JSON.stringify(told)}`);
