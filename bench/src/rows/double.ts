import { startChild } from '../child.ts';
import type { Figures, Row, Subject } from '../row.ts';

const ALL = '@agentproto/reference-server, all protocols';
const ONE = '@agentproto/reference-server, a2a@1.0';

const ALL_IN_TESTS = '@agentproto/reference-server/node-test, all protocols';
const ONE_IN_TESTS = '@agentproto/reference-server/node-test, a2a@1.0';

const starting = (name: string, kind: 'reference' | 'tests' | 'aimock', ...protocols: string[]): Subject => ({
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
  what: 'Milliseconds from the call until it takes requests, in a process that has imported it, as every test that has a double of its own pays them. The first also loads what an import does not, see the row before; the entries for tests (`/node-test`, `/vitest`, `/playwright`) load it with their import.',
  goal: 'at most 30 ms, the first after the import of an entry for tests',
  aims: [
    ...[ALL, ONE].map((subject) => ({ subject, figure: 'a further one', atMost: 30 })),
    ...[ALL_IN_TESTS, ONE_IN_TESTS].map((subject) => ({ subject, figure: 'the first', atMost: 30 })),
  ],
  below:
    'Of the first start 380 ms of the processor went to 130 where the modules come with the import, on a loaded machine: no test waits for them any more. What is left is routes, 414 of all protocols (paths times methods), each of which the router compiles in code that runs for the first time; of one protocol there are a tenth of them, for 50 ms. It would take routes that are mounted with the first request to a family. The package itself keeps its import small, and loads with its first server: both cannot be had.',
  shows: 'absolute',
  unit: 'ms',
  rounds: 5,
  subjects: [
    starting('@copilotkit/aimock, A2AMock', 'aimock'),
    starting(ALL, 'reference'),
    starting(ONE, 'reference', 'a2a@1.0'),
    starting(ALL_IN_TESTS, 'tests'),
    starting(ONE_IN_TESTS, 'tests', 'a2a@1.0'),
  ],
};
