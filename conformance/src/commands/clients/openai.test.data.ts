import OpenAI from 'openai';

/** OpenAI's client, as a program that uses it. */
const { AGENTPROTO_URL: baseURL, AGENTPROTO_API_KEY: apiKey = 'none' } = process.env;
const client = new OpenAI({ baseURL: baseURL!, apiKey, maxRetries: 0 });
try {
  const first = await client.responses.stream({ model: 'agentproto', input: 'hello' }).finalResponse();
  await client.responses.create({
    model: 'agentproto',
    input: [...(first.output as OpenAI.Responses.ResponseInput), { role: 'user', content: 'again' }],
  });
  console.log(`AGENTPROTO_RESULT ${JSON.stringify({ text: first.output_text })}`);
} catch (error) {
  console.log(`AGENTPROTO_RESULT ${JSON.stringify({ failed: String(error) })}`);
}
