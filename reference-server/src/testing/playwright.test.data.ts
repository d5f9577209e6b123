/** What somebody writes who tests with Playwright: run by its own runner, in a process of its own. */
import { expect as base, test as plain } from '@playwright/test';
import { agentServerFixture, matchers } from './playwright.ts';
import type { AgentServerFixture } from './playwright.ts';

const test = plain.extend<AgentServerFixture>(agentServerFixture({ protocols: ['chat@docs'] }));
const expect = base.extend(matchers);

let before: string | undefined;

test('a server of its own, and what it received and streamed', async ({ agentServer }) => {
  agentServer.script({ text: 'hello' }, { steps: [{ text: 'Hi.' }] });
  agentServer.fail({ status: 503 });
  const data = { messages: [{ role: 'user', content: 'hello' }] };
  const headers = { 'content-type': 'application/json' };
  const ask = () =>
    fetch(`${agentServer.url}/api/chat-stream`, { method: 'POST', headers, body: JSON.stringify(data) });
  expect((await ask()).status).toBe(503);
  expect(await (await ask()).text()).toContain('"Hi."');
  expect(agentServer).toHaveReceived({ path: '/api/chat-stream', body: data }, 2);
  expect(agentServer).toHaveStreamed([{ type: 'text_delta', text: 'Hi.' }, { type: 'done' }]);
  expect(agentServer).not.toHaveReceived({ path: '/api/chat-ws' });
  expect(() => expect(agentServer).toHaveReceived({ path: '/v1' })).toThrow('POST /api/chat-stream {"messages"');
  expect(Object.keys(agentServer.urls)).toEqual(['chat@docs']);
  before = agentServer.url;
});

test('the next test has another one, and the one before is closed', async ({ agentServer }) => {
  expect(agentServer.requests).toHaveLength(0);
  expect(before).not.toBe(undefined);
  expect(before).not.toBe(agentServer.url);
  await expect(fetch(`${before}/health`)).rejects.toThrow('fetch failed');
});

test('what is wrong is told', async ({ agentServer }) => {
  expect(agentServer).toHaveReceived({ path: '/api/chat' });
});
