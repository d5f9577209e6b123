import type { Requirement, RequirementId } from '@agentproto/rules';
import { describe, expect, test } from 'vitest';
import { createChecks, type CheckFunction } from './check.ts';
import type { Finding } from './result.ts';
import { seen } from './subject.ts';

function collect() {
  const findings: Finding[] = [];
  return {
    findings,
    check: createChecks({ scenario: 's', binding: 'JSONRPC', report: (finding) => void findings.push(finding) }),
  };
}

test('a check that holds passes, one that does not is a violation with the place', () => {
  const { findings, check } = collect();
  check('A2A10-SEND-001', seen({ a: 1 })).has({ a: 1 });
  check('A2A10-SEND-001', seen({ a: 2 }, { exchange: 3, frame: 4, atMs: 5 })).has({ a: 1 });
  expect(findings).toEqual([
    { requirement: 'A2A10-SEND-001', binding: 'JSONRPC', scenario: 's', verdict: 'pass' },
    {
      requirement: 'A2A10-SEND-001',
      binding: 'JSONRPC',
      scenario: 's',
      verdict: 'violation',
      failure: { message: '`a` is not as expected', expected: 1, actual: 2, exchange: 3, frame: 4, atMs: 5 },
    },
  ]);
});

test('the level of the row decides what a failure is', () => {
  const { findings, check } = collect();
  check('A2A10-CARD-007', seen(undefined)).has('x');
  check('A2A10-HIST-001', seen([]), { level: 'should' }).equals(undefined);
  check('A2A10-CARD-009', seen(1)).has(2);
  expect(findings.map(({ verdict }) => verdict)).toEqual(['warning', 'warning', 'observed']);
});

test('a check with nothing to look at does not pass', () => {
  const { findings, check } = collect();
  check('A2A10-SEND-001', seen(undefined)).has({});
  check('A2A10-SEND-001', seen(undefined)).hasOneOf({ a: 1 }, { b: 1 });
  expect(findings.map(({ verdict }) => verdict)).toEqual(['violation', 'violation']);
});

test('an observation judges nothing', () => {
  const { findings, check } = collect();
  check('A2A10-VER-004', seen(1)).observes('takes the version from the query');
  expect(findings).toMatchObject([{ verdict: 'observed', reason: 'takes the version from the query' }]);
});

test('what is missing is said in words, with what came instead', () => {
  const { findings, check } = collect();
  check('A2A10-SEND-001', seen({ error: { code: -32_601 } })).has({ result: {} });
  expect(findings[0]!.failure).toMatchObject({
    message: '`result` is missing: an object was owed',
    expected: 'an object',
    actual: { error: { code: -32_601 } },
  });
});

describe('a check that cannot hold for another reason', () => {
  const unread = { by: 'A2A10-RPC-002', expected: 'a JSON-RPC response', actual: 'text/plain' } as const;
  const found = (look: (check: CheckFunction) => void) => {
    const findings: Finding[] = [];
    look(createChecks({ scenario: 's', binding: 'JSONRPC', report: (finding) => void findings.push(finding) }));
    return findings.map(({ requirement, verdict, reason, failure }) => [
      requirement,
      verdict,
      reason ?? failure?.message,
    ]);
  };
  test('is blocked by the row that is broken, which is red instead of it', () => {
    expect(found((check) => check('A2A10-RPC-006', { value: 1, unread }).has(2))).toEqual([
      ['A2A10-RPC-002', 'violation', 'expected a JSON-RPC response'],
      ['A2A10-RPC-006', 'blocked', 'A2A10-RPC-002'],
    ]);
    expect(found((check) => check('A2A10-RPC-006', seen(1), { blockedBy: 'A2A10-ERR-004' }).has(2))).toEqual([
      ['A2A10-RPC-006', 'blocked', 'A2A10-ERR-004'],
    ]);
  });
  test('holds where it holds, and is red where it is that row itself', () => {
    expect(
      found((check) => check('A2A10-RPC-006', { value: 2, unread }, { blockedBy: 'A2A10-ERR-004' }).has(2)),
    ).toEqual([['A2A10-RPC-006', 'pass', undefined]]);
    expect(found((check) => check('A2A10-RPC-002', { value: 1, unread }).has(2))).toEqual([
      ['A2A10-RPC-002', 'violation', 'not as expected'],
    ]);
  });
});

test('a row that is the same as another is told under its own id, where it is seen, and nothing of what has none', () => {
  const findings: Finding[] = [];
  const check = createChecks({
    scenario: 's',
    binding: 'JSONRPC',
    report: (finding) => void findings.push(finding),
    rows: new Map<RequirementId, Pick<Requirement, 'id' | 'level' | 'binding'>>([
      ['A2A10-SEND-001', { id: 'A2A10-SEND-002', level: 'should', binding: ['JSONRPC'] }],
      ['A2A10-SEND-003', { id: 'A2A10-RPC-001', level: 'must', binding: ['HTTP+JSON'] }],
    ]),
  });
  check('A2A10-SEND-001', seen(1)).has(2);
  check('A2A10-SEND-003', seen(1)).has(2);
  check('A2A10-SEND-004', seen(1)).has(2);
  expect(findings).toMatchObject([{ requirement: 'A2A10-SEND-002', verdict: 'warning' }]);
});
