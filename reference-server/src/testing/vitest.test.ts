import { expect, test, testWith } from './vitest.ts';

const chat = { messages: [{ role: 'user', content: '@chunks 3' }] };
const post = (url: string, headers = {}) =>
  fetch(`${url}/api/chat-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(chat),
  }).then((response) => response.text());

test('a server of its own, and what it received and streamed', async ({ agentServer }) => {
  await post(agentServer.url, { authorization: 'Bearer hidden' });
  expect(agentServer).toHaveReceived({ method: 'POST', path: /chat-stream$/, body: chat });
  expect(agentServer).toHaveReceived({ headers: { 'Content-Type': 'application/json' } }, 1);
  expect(agentServer).not.toHaveReceived({ path: '/api/chat-ws' });
  expect(agentServer).toHaveStreamed([{ type: 'text_delta' }, { type: 'done' }], { path: '/api/chat-stream' });
  expect(agentServer).not.toHaveStreamed([{ type: 'done' }, { type: 'text_delta' }]);
  expect(() => expect(agentServer).toHaveReceived({ path: '/v1' })).toThrow('POST /api/chat-stream {"messages"');
  expect(() => expect(agentServer).toHaveStreamed([{ type: 'nap' }])).toThrow('"type":"text_delta"');
  expect(JSON.stringify(agentServer.requests)).not.toContain('hidden');
  const [{ answer } = {}] = agentServer.requests;
  expect(answer).toMatchObject({ status: 200, body: undefined, end: 'complete' });
});

test('a plain answer is kept, too', async ({ agentServer }) => {
  await (await fetch(`${agentServer.url}/health`)).text();
  await expect.poll(() => agentServer.requests[0]?.answer?.end).toBe('complete');
  expect(agentServer.requests[0]?.answer).toMatchObject({ status: 200, json: { status: 'ok' }, events: [] });
});

testWith({ record: false })('without a record it is said what is missing', async ({ agentServer }) => {
  await post(agentServer.url);
  expect(() => expect(agentServer).toHaveStreamed([{}])).toThrow('record: true');
});

const told = testWith({ agent: () => ({ steps: [{ text: 'nobody said otherwise' }] }) });
told.concurrent.for(Array.from({ length: 200 }, (_, index) => index))('parallel %i', async (index, { agentScope }) => {
  agentScope.script({}, { steps: [{ text: `for ${index}` }] });
  const response = await agentScope.fetch(`${agentScope.url}/api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(chat),
  });
  expect(await response.json()).toMatchObject({ content: `for ${index}` });
  expect(agentScope).toHaveReceived({}, 1);
});
