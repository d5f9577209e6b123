import type { Exchange } from '@agentproto/recording';
import { expect, test } from 'vitest';
import { createChecks } from '../../kit/check.ts';
import type { Finding } from '../../kit/result.ts';
import { listInvariants } from './list.ts';

/** What a list says whose tasks have these seconds in their stamps. */
function verdict(params: object, ...seconds: string[]): string {
  const tasks = seconds.map((at, index) => ({
    id: String(index),
    contextId: 'own',
    status: { state: 'TASK_STATE_COMPLETED', timestamp: `2026-11-29T14:14:${at}Z` },
  }));
  const result = { tasks, nextPageToken: '', pageSize: 50, totalSize: tasks.length };
  const exchange: Exchange = {
    id: 1,
    binding: 'JSONRPC',
    operation: 'ListTasks',
    request: {
      atMs: 0,
      method: 'POST',
      url: 'http://h',
      headers: [],
      body: { text: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ListTasks', params }) },
    },
    response: { atMs: 1, status: 200, headers: [], json: { jsonrpc: '2.0', id: 1, result } } as NonNullable<
      Exchange['response']
    >,
    frames: [],
  };
  const findings: Finding[] = [];
  const check = createChecks({ scenario: 's', binding: 'JSONRPC', report: (finding) => void findings.push(finding) });
  for (const invariant of listInvariants) invariant.examine(exchange, check, () => [exchange]);
  return findings
    .filter(({ requirement }) => requirement === 'A2A10-LIST-003')
    .map(({ verdict: one }) => one)
    .join();
}

test('tasks that were at work at once may be listed as they were stored', () => {
  expect(verdict({}, '53.426', '53.429', '44.110')).toBe('pass');
  expect(verdict({ contextId: 'own' }, '53.426', '53.429', '44.110')).toBe('violation');
});

test('what is out of order by more than that is, however small the steps', () => {
  expect(verdict({}, '44.110', '53.426')).toBe('violation');
  expect(verdict({}, '44.0', '44.6', '45.2')).toBe('violation');
});
