import { expect, test } from 'vitest';
import { outcome, type Outcome } from './outcome/index.ts';
import { parseScript } from './parse.ts';
import { TCK_SCRIPTS, tckScript } from './tck.ts';

const FILE = { mediaType: 'text/plain', filename: 'output.txt' };

/** a2a-tck 1.0-dev's table of message id prefixes, as what must be seen. */
const TABLE: [prefix: string, seen: Partial<Outcome>][] = [
  ['tck-complete-task', { end: 'completed', endText: 'Hello from TCK' }],
  ['tck-delayed-complete', { end: 'completed', statuses: ['Working'] }],
  [
    'tck-artifact-text',
    { end: 'completed', artifacts: [{ id: 'artifact-1', parts: [{ text: 'Generated text content' }] }] },
  ],
  [
    'tck-artifact-file',
    { end: 'completed', artifacts: [{ id: 'artifact-1', parts: [{ raw: btoa('tck'), ...FILE }] }] },
  ],
  [
    'tck-artifact-file-url',
    {
      end: 'completed',
      artifacts: [{ id: 'artifact-1', parts: [{ url: 'https://example.com/output.txt', ...FILE }] }],
    },
  ],
  [
    'tck-artifact-data',
    { end: 'completed', artifacts: [{ id: 'artifact-1', parts: [{ data: { key: 'value', count: 42 } }] }] },
  ],
  ['tck-message-response', { end: 'reply', reply: [{ text: 'Direct message response' }] }],
  ['tck-input-required', { end: 'input-required' }],
  ['tck-auth-required', { end: 'auth-required', endText: 'Please sign in' }],
  ['tck-reject-task', { end: 'rejected' }],
  [
    'tck-stream-001',
    {
      end: 'completed',
      statuses: ['Working'],
      artifacts: [{ id: 'artifact-1', parts: [{ text: 'Stream hello from TCK' }] }],
    },
  ],
  ['tck-stream-002', { end: 'completed', statuses: [], artifacts: [] }],
  [
    'tck-stream-003',
    {
      end: 'completed',
      statuses: ['Working'],
      artifacts: [{ id: 'artifact-1', parts: [{ text: 'Stream task lifecycle' }] }],
    },
  ],
  [
    'tck-stream-ordering-001',
    { end: 'completed', statuses: ['Working'], artifacts: [{ id: 'artifact-1', parts: [{ text: 'Ordered output' }] }] },
  ],
  [
    'tck-stream-artifact-text',
    { end: 'completed', artifacts: [{ id: 'artifact-1', parts: [{ text: 'Streamed text content' }] }] },
  ],
  [
    'tck-stream-artifact-file',
    { end: 'completed', artifacts: [{ id: 'artifact-1', parts: [{ raw: btoa('tck'), ...FILE }] }] },
  ],
  [
    'tck-stream-artifact-chunked',
    { end: 'completed', artifacts: [{ id: 'artifact-1', parts: [{ text: 'chunk-1 chunk-2' }] }] },
  ],
  ['test-resubscribe-message-id', { end: 'completed', statuses: ['Working'] }],
];

test.each(TABLE)('%s', (prefix, seen) => {
  const script = tckScript(`${prefix}-0a1b2c3d`);
  expect(script).toBe(TCK_SCRIPTS[prefix]);
  expect(parseScript(script)).toBe(script);
  expect(outcome(script!)).toMatchObject(seen);
});

test('the table is complete, and other ids ask for nothing', () => {
  expect(Object.keys(TCK_SCRIPTS).toSorted()).toEqual(TABLE.map(([prefix]) => prefix).toSorted());
  for (const id of ['tck-send-003-0a1b2c3d', 'x-tck-complete-task', '', 'toString'])
    expect(tckScript(id)).toBeUndefined();
});
