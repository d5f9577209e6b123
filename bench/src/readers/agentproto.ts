import { A2AClient } from '@agentproto/client/a2a';
import { chatClient } from '@agentproto/client/chat';
import { responsesClient } from '@agentproto/client/responses';
import type { Work } from './work.ts';

export async function ourStream(url: string): Promise<Work> {
  const client = await A2AClient.connect(url);
  return () => count(client.stream({ text: 'go' }));
}

export async function ourUnary(url: string): Promise<Work> {
  const client = await A2AClient.connect(url);
  return async () => ((await client.send({ text: 'go' })) ? 1 : 0);
}

export function chatStream(url: string): Work {
  const client = chatClient(url);
  return () => count(client.stream('go'));
}

/** With the response that the events amount to. */
export function responsesStream(url: string): Work {
  const client = responsesClient(`${url}/v1`, { model: 'm' });
  return async () => {
    const stream = client.stream('go');
    const seen = await count(stream);
    await stream.final();
    return seen;
  };
}

async function count(events: AsyncIterable<unknown>): Promise<number> {
  let seen = 0;
  for await (const event of events) if (event) seen += 1;
  return seen;
}
