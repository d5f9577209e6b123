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
  what: 'Milliseconds from the call until it takes requests, in a process that has imported it, as every test that has a double of its own pays them. The first also loads what an import does not, see the row before; the entries for tests (`/node-test`, `/vitest`, `/playwright`) load it with their import, and make a first server behind it, for which nobody waits.',
  goal: 'at most 30 ms, the first after the import of an entry for tests',
  aims: [
    ...[ALL, ONE].map((subject) => ({ subject, figure: 'a further one', atMost: 30 })),
    ...[ALL_IN_TESTS, ONE_IN_TESTS].map((subject) => ({ subject, figure: 'the first', atMost: 30 })),
  ],
  below:
    'Most of a first start is code that runs for the first time. Of it went: 414 routes (paths times methods), each of which Fastify’s router compiles, for one route and a table of our own (the least of ten on a busy machine: 121 ms of the processor became 46 for all protocols, 55 became 36 for one), and what is left of Fastify’s own code, for a server that the entries for tests make and close in the background once they are imported. The package itself keeps its import small, and loads with its first server: both cannot be had.',
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
