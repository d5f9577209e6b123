import { startChild } from '../child.ts';
import type { Figures, Row, Subject } from '../row.ts';

const ALL = '@agentproto/reference-server, all protocols';
const ONE = '@agentproto/reference-server, a2a@1.0';

const starting = (name: string, kind: 'reference' | 'aimock', ...protocols: string[]): Subject => ({
  name,
  run: async (mode): Promise<Figures> => {
    await using child = await startChild('./servers/doubles.js', kind);
    const times = await child.call<Record<'first' | 'further', number>>(
      'starts',
      mode === 'brief' ? 3 : 21,
      ...protocols,
    );
    return { 'a further one': times.further, 'the first': times.first };
  },
});

export const double: Row = {
  name: 'double',
  title: 'Start of a double',
  what: 'Milliseconds from the call until it takes requests, in a process that has imported it, as every test that has a double of its own pays them. The first also loads what an import does not, see the row before.',
  goal: 'a further one at most 30 ms',
  aims: [ALL, ONE].map((subject) => ({ subject, figure: 'a further one', atMost: 30 })),
  shows: 'absolute',
  unit: 'ms',
  rounds: 5,
  subjects: [
    starting('@copilotkit/aimock, A2AMock', 'aimock'),
    starting(ALL, 'reference'),
    starting(ONE, 'reference', 'a2a@1.0'),
  ],
};
