// The page "In vitest" of the README, as it stands there.
import { expect, test } from './testing/vitest.ts';

test('my client tries again after a 429, and reads the stream to its end', async ({ agentServer }) => {
  agentServer.script({ text: 'hello' }, { steps: [{ text: 'Hi.' }] });
  agentServer.fail({ status: 429, retryAfter: 0 });
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'hello' }] });
  const ask = () =>
    fetch(`${agentServer.url}/api/chat-stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
  if ((await ask()).status === 429) await (await ask()).text();
  expect(agentServer).toHaveReceived({ path: '/api/chat-stream' }, 2);
  expect(agentServer).toHaveStreamed([{ type: 'text_delta', text: 'Hi.' }, { type: 'done' }]);
});
