import { expect, test } from 'vitest';
import { quirk, withQuirks } from './quirk.ts';
import type { QuirkUse } from './quirk.ts';

interface Impl {
  greet: (name: string) => string;
  leave: () => string;
}

const impl: Impl = { greet: (name) => `Hello ${name}`, leave: () => 'Bye' };

const loud = quirk<Impl>('x.loud', {
  breaks: null,
  says: 'Odd.',
  make: (before, hit) => ({ greet: (name) => hit(before.greet(name).toUpperCase()) }),
});
const rude = quirk<Impl>('x.rude', {
  breaks: null,
  says: 'Odd.',
  make: (before, hit) => ({
    greet: (name) => {
      hit();
      return `${before.greet(name)}, you fool`;
    },
  }),
});
const foreign = quirk<Impl>('y.silent', { breaks: null, says: 'Odd.', make: () => ({ leave: () => '' }) });

test('quirks stand on each other in the order given, and count what they change', () => {
  const uses: QuirkUse[] = [loud, rude, foreign].map((one) => ({ quirk: one, applied: 0 }));
  const changed = withQuirks('x', impl, uses);
  expect(uses.map(({ applied }) => applied)).toEqual([0, 0, 0]);
  expect([changed.greet('Ann'), changed.leave(), impl.greet('Ann')]).toEqual([
    'HELLO ANN, you fool',
    'Bye',
    'Hello Ann',
  ]);
  expect(uses.map(({ applied }) => applied)).toEqual([1, 1, 0]);
});
