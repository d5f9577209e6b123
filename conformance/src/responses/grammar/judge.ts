import type { SeenEvent } from '../answer.ts';

export const GRAMMAR_ROWS = [
  'RESP-STREAM-007',
  'RESP-STREAM-008',
  'RESP-STREAM-009',
  'RESP-STREAM-011',
  'RESP-STREAM-012',
  'RESP-STREAM-014',
  'RESP-STREAM-015',
  'RESP-ITEM-001',
  'RESP-ITEM-004',
  'RESP-ITEM-005',
  'RESP-ITEM-006',
  'RESP-ITEM-008',
  'RESP-ITEM-011',
  'RESP-EXT-004',
] as const;
export type GrammarRow = (typeof GRAMMAR_ROWS)[number];

/** Hears of every rule that was looked at; `expected` completes "expected …". `actual` is the event unless said otherwise. */
export type Judge = (
  row: GrammarRow,
  ok: boolean,
  at: SeenEvent,
  expected: string,
  actual?: unknown,
  level?: 'should',
) => void;
