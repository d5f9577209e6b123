/** What somebody writes who has seen one stream: an event is a line, a chunk is some events, and an end is an end. */
const url = process.env['AGENTPROTO_URL']!;
const headers = { 'content-type': 'application/json', 'x-api-key': process.env['AGENTPROTO_API_KEY']! };
const post = (path: string, body: object, more = {}) =>
  fetch(url + path, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) });

let text = '';
try {
  const { id } = (await (await post('/agents', { name: 'Ada', model: 'agentproto' })).json()) as { id: string };
  const environment = { working_directory: '/', platform: 'linux' };
  const asked = { environment, messages: [{ role: 'user', content: 'hello' }] };
  const answer = await post(`/agents/${id}/run`, asked, { accept: 'text/event-stream' });
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream()))
    for (const event of chunk.split('\n\n').filter((one) => one !== '')) {
      const { event: name, content } = JSON.parse(event.slice('data: '.length)) as { event: string; content?: string };
      if (name === 'RunResponse') text += content;
    }
  console.log(`AGENTPROTO_RESULT ${JSON.stringify({ text })}`);
} catch (error) {
  console.log(`AGENTPROTO_RESULT ${JSON.stringify({ failed: String(error) })}`);
}
