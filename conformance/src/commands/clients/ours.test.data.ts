import { A2AClient, type BindingName } from '@agentproto/client/a2a';

/** Our client, as a program that uses it: `AGENTPROTO_URL` says where the agent is. */
const binding = process.argv[2] as BindingName;
const agent = await A2AClient.connect(process.env['AGENTPROTO_URL']!, { binding });
const answer = await agent.send('hello');
await agent.send({ parts: [{ text: 'again' }], contextId: answer.task!.contextId! });
await agent.stream('hello').final();
await agent.get(answer.task!.id);
await agent.close();
