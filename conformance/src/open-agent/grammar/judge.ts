import type { RunEventSeen } from '../run-event.ts';

export const GRAMMAR_ROWS = [
  'OAA-SSE-003',
  'OAA-SSE-004',
  'OAA-SSE-005',
  'OAA-SSE-006',
  'OAA-SSE-007',
  'OAA-SSE-008',
  'OAA-SSE-012',
  'OAA-SSE-014',
  'OAA-TOOL-001',
] as const;
export type GrammarRow = (typeof GRAMMAR_ROWS)[number];

/** Hears of every rule that was looked at; `expected` completes "expected …". `at` is missing where nothing came; `actual` is the event unless said otherwise. */
export type Judge = (
  row: GrammarRow,
  ok: boolean,
  at: RunEventSeen | undefined,
  expected: string,
  actual?: unknown,
) => void;
