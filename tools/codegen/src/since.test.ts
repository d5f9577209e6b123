import { expect, test } from 'vitest';
import type { SinceRow } from './revision.ts';
import { emitSince } from './since.ts';

const file = <Value>(value: Value) => ({
  file: 'since.yaml',
  value,
  at: (path: (string | number)[]) => path.join('/'),
});
const schema = file({ title: '', $defs: { Task: { type: 'object' as const, properties: { id: {} } } } });
const emit = (row: SinceRow) =>
  emitSince(
    file([row]) as never,
    { family: 'a', revision: '1', title: 'A', prefix: 'A', patches: ['1.0.0', '1.0.1'] },
    { schema: schema as never, methods: file([{ name: 'get' }]) as never },
  );

test('a table of what came with which patch', () => {
  expect(emit({ patch: '1.0.1', definition: 'Task', member: 'id' })).toContain('export const SINCE = [');
  expect(emit({ patch: '1.0.1', method: 'get' })).toContain('"method": "get"');
});

test.each<[SinceRow, string]>([
  [{ patch: '1.1.0', method: 'get' }, '0/patch: revision.yaml does not name patch 1.1.0.'],
  [{ patch: '1.0.1', method: 'list' }, '0/method: methods.yaml has no list.'],
  [{ patch: '1.0.1', definition: 'Run' }, '0/definition: the schema does not define Run.'],
  [{ patch: '1.0.1', definition: 'Task', member: 'state' }, '0/member: Task has no member state.'],
])('%j names what is not there', (row, message) => expect(() => emit(row)).toThrow(message));
