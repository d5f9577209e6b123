import type { Exchange } from '@agentproto/recording';
import { expect, test } from 'vitest';
import { judgeClient } from '../../kit/judge-client.ts';
import { openAgent07, openAgentReadme } from '../family.ts';

const sent = (method: string, path: string, body?: unknown) =>
  ({
    id: 1,
    request: {
      ...{ atMs: 1, method, url: `http://127.0.0.1${path}`, headers: [] },
      ...(body !== undefined && { body: { text: typeof body === 'string' ? body : JSON.stringify(body) } }),
    },
    response: { atMs: 2, status: 200, headers: [] },
    frames: [],
    end: { atMs: 3, kind: 'complete' },
  }) as Exchange;

const messages = [{ role: 'user', content: 'hello' }];
const environment = { working_directory: '/', platform: 'linux' };

test.each<[string, typeof openAgent07, Exchange, string | undefined]>([
  ['a run as the document has it', openAgent07, sent('POST', '/v1/agents/a/run', { environment, messages }), 'pass'],
  ['without what is owed', openAgent07, sent('POST', '/v1/agents/a/run', { messages }), 'violation'],
  ['no JSON', openAgent07, sent('POST', '/v1/agents/a/run', '{"messages":'), 'violation'],
  ['another type', openAgent07, sent('POST', '/v1/agents/a/run', { environment, messages: 'hello' }), 'violation'],
  ['nothing in a body', openAgent07, sent('GET', '/v1/agents/a'), undefined],
  ['a path that is none of theirs', openAgent07, sent('POST', '/v1/elsewhere', { messages: 7 }), undefined],
  ['a run as the README has it', openAgentReadme, sent('POST', '/agents/a/chat', { messages }), 'pass'],
  ['another type there', openAgentReadme, sent('POST', '/agents/a/chat', { messages: 'hello' }), 'violation'],
])('what is sent has its form: %s', async (_what, family, exchange, verdict) => {
  const findings = await judgeClient(family.clients!, { exchanges: [exchange] });
  expect(findings.find(({ requirement }) => requirement === 'OAA-CLIENT-001')?.verdict).toBe(verdict);
});
