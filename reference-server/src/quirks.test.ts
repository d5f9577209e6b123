import { expect, test } from 'vitest';
import { standardImpl as a2a } from './a2a/impl.ts';
import { standardImpl as chat } from './chat/impl.ts';
import { standardImpl as responses } from './responses/impl.ts';
import { withQuirks, type QuirkUse } from './quirk.ts';
import { QUIRKS } from './quirks.ts';

test('no quirk counts as applied before anything was asked', () => {
  const uses: QuirkUse[] = QUIRKS.map((quirk) => ({ quirk, applied: 0 }));
  withQuirks('a2a', a2a, uses);
  withQuirks('chat', chat, uses);
  withQuirks('responses', responses, uses);
  expect(uses.filter(({ applied }) => applied > 0).map(({ quirk }) => quirk.name)).toEqual([]);
});
