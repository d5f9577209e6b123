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
