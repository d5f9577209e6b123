import { expect, test } from 'vitest';
import { teamScript } from './team-script.ts';

test('each member says its part', () => {
  expect(
    teamScript(
      [
        { name: 'Ada', role: 'Researcher' },
        { name: 'Bob', role: 'Coder', script: { steps: [{ text: 'code' }, { end: 'completed', text: '!' }] } },
      ],
      'hi',
    ),
  ).toEqual({
    steps: [
      { delegate: { from: 'Ada', text: 'Researcher: hi\n' } },
      { delegate: { from: 'Bob', text: 'code' } },
      { delegate: { from: 'Bob', text: '!' } },
    ],
  });
});

test('a member that needs a tool halts the team, and then goes on before the others do', () => {
  const tool = { tool: { by: 'client' as const, calls: [{ name: 'look' }] } };
  const script = { steps: [tool], turns: [{ steps: [{ text: 'found' }] }, { steps: [{ text: 'another time' }] }] };
  expect(
    teamScript(
      [
        { name: 'Ada', role: 'Researcher', script },
        { name: 'Bob', role: 'Coder' },
      ],
      'hi',
    ),
  ).toEqual({
    steps: [{ delegate: { from: 'Ada' } }, tool],
    turns: [
      {
        steps: [{ delegate: { from: 'Ada', text: 'found' } }, { delegate: { from: 'Bob', text: 'Coder: hi\n' } }],
      },
    ],
  });
});
