import { requirements } from '@agentproto/rules';
import { expect, test } from 'vitest';
import { ROWS as a2a } from './a2a/deviation.ts';
import { ROWS as a2a01 } from './a2a/eras/0.1.ts';
import { ROWS as a2a03 } from './a2a/eras/0.3.ts';
import { ROWS as chat } from './chat/deviation.ts';
import { ROWS as openAgent } from './open-agent/deviation.ts';
import { ROWS as responses } from './responses/deviation.ts';
import { teller } from './deviations.ts';
import { DeviationError } from './failure.ts';

test('the rows that deviations name are rows', () => {
  const rows = [a2a, a2a03, a2a01, chat, openAgent, responses]
    .flatMap((rows) => Object.values<string | readonly (string | undefined)[] | undefined>(rows))
    .flat()
    .filter((row) => row !== undefined);
  expect(rows.length).toBeGreaterThan(25);
  for (const row of rows) expect(requirements, row).toHaveProperty(row);
});

test('a kind is told once, and what has no row each time; strict is about rows', () => {
  const told: string[] = [];
  const tell = teller(({ message }: { kind: string; message: string; row?: string }) => told.push(message));
  for (const message of ['one', 'two']) {
    tell({ kind: 'a', message, row: 'R' });
    tell({ kind: 'b', message });
  }
  expect(told).toEqual(['one', 'one', 'two']);
  const strict = teller(undefined, true);
  strict({ kind: 'b', message: 'x' });
  expect(() => strict({ kind: 'a', message: 'x', row: 'R' })).toThrow(DeviationError);
});
