/** What somebody writes who has read half a page about NDJSON: each chunk is some lines, and an end is an end. */
const answer = await fetch(`${process.env['AGENTPROTO_URL']!}/api/chat-stream`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ messages: [{ role: 'user', content: 'hello' }] }),
});
let text = '';
try {
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream()))
    for (const line of chunk.split('\n').filter((one) => one !== '')) {
      const event = JSON.parse(line) as { type: string; text?: string };
      text += event.text ?? '';
    }
  console.log(`AGENTPROTO_RESULT ${JSON.stringify({ text })}`);
} catch (error) {
  console.log(`AGENTPROTO_RESULT ${JSON.stringify({ failed: String(error) })}`);
}
