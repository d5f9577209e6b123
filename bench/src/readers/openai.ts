import OpenAI from 'openai';
import type { Work } from './work.ts';

const clientOf = (url: string) => new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', maxRetries: 0 });

export function openaiStream(url: string): Work {
  const client = clientOf(url);
  return async () => {
    let seen = 0;
    for await (const event of await client.responses.create({ model: 'm', input: 'go', stream: true }))
      if (event.type) seen += 1;
    return seen;
  };
}

export function openaiUnary(url: string): Work {
  const client = clientOf(url);
  return async () => ((await client.responses.create({ model: 'm', input: 'go' })).id ? 1 : 0);
}
