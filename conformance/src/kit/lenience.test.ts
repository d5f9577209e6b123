import { expect, test } from 'vitest';
import { Lenience } from './lenience.ts';
import type { SeenThrough } from './result.ts';

test('a deviation is told once for each row and binding, with the place where it was seen first', () => {
  const told: SeenThrough[] = [];
  const lenience = new Lenience((seen) => told.push(seen));
  lenience.note('A2A10-REST-003', 'HTTP+JSON', 'refuses it', { exchange: 4 });
  lenience.note('A2A10-REST-003', 'HTTP+JSON', 'refuses it', { exchange: 9 });
  expect(told).toEqual([{ requirement: 'A2A10-REST-003', binding: 'HTTP+JSON', what: 'refuses it', exchange: 4 }]);
  expect([lenience.knows('A2A10-REST-003', 'HTTP+JSON'), lenience.knows('A2A10-REST-003', 'JSONRPC')]).toEqual([
    true,
    false,
  ]);
});

test('what another revision calls otherwise is told by its name there, and in silence where it has no rule about it', () => {
  const told: string[] = [];
  const lenience = new Lenience(({ requirement }) => void told.push(requirement));
  const other = lenience.under(new Map([['A2A10-REST-003', { id: 'A2A10-REST-002' }]] as const));
  other.note('A2A10-REST-003', 'HTTP+JSON', 'refuses it', { exchange: 4 });
  other.note('A2A10-RPC-011', 'JSONRPC', 'is odd', { exchange: 5 });
  expect(told).toEqual(['A2A10-REST-002']);
  expect([other.judges('A2A10-REST-003'), other.judges('A2A10-RPC-011')]).toEqual([true, false]);
  expect(other.knows('A2A10-REST-003', 'HTTP+JSON')).toBe(true);
  expect(lenience.knows('A2A10-REST-003', 'HTTP+JSON')).toBe(false);
});
