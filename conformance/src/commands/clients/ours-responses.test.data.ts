import { outputTextOf, responsesClient } from '@agentproto/client/responses';

/** Our client of Responses, as a program that uses it: a stream, and a second turn that gives back all that came. */
const { AGENTPROTO_URL: url, AGENTPROTO_API_KEY: apiKey = 'none' } = process.env;
const client = responsesClient(url!, { auth: apiKey });
try {
  const first = await client.stream({ model: 'agentproto', input: 'hello' }).final();
  await client.create({
    model: 'agentproto',
    input: [...first.output, { type: 'message', role: 'user', content: 'again' }],
  });
  console.log(`AGENTPROTO_RESULT ${JSON.stringify({ text: outputTextOf(first) })}`);
} catch (error) {
  console.log(`AGENTPROTO_RESULT ${JSON.stringify({ failed: String(error) })}`);
}
