import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadProfile } from './profile.ts';
import { STIMULUS_WORDS } from './stimulus.ts';

test('the example profile has every word, and no other', async () => {
  const { offers } = await loadProfile(fileURLToPath(new URL('../../../examples/profile.yaml', import.meta.url)));
  expect([...offers].sort()).toEqual([...STIMULUS_WORDS].sort());
});
