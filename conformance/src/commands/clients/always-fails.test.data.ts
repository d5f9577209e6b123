/** It asks, and whatever comes it says that it failed. */
const answer = await fetch(`${process.env['AGENTPROTO_URL']!}/api/chat-stream`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ messages: [{ role: 'user', content: 'hello' }] }),
});
await answer.text().catch(() => {});
console.log('AGENTPROTO_RESULT {"failed":"I always do"}');
