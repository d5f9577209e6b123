import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Figures, Row, Subject } from '../row.ts';

const cli = fileURLToPath(new URL('cli.js', import.meta.resolve('@agentproto/reference-server')));

/** Milliseconds from the start of a process until it ends, or until it prints. */
async function started(args: readonly string[], until: 'exit' | 'output'): Promise<number> {
  const from = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  if (until === 'output') await once(child.stdout, 'data');
  else child.stdout.resume();
  const ended = once(child, 'exit');
  if (until === 'output') {
    const ms = performance.now() - from;
    child.kill('SIGKILL');
    await ended;
    return ms;
  }
  const [code] = (await ended) as [number];
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}`);
  return performance.now() - from;
}

const OURS = '@agentproto/reference-server';

const importing = (specifier: string): Subject => ({
  name: `import ${specifier}`,
  run: async (): Promise<Figures> => ({
    time: await started(
      ['--input-type=module', '-e', `import ${JSON.stringify(import.meta.resolve(specifier))}`],
      'exit',
    ),
  }),
});

export const start: Row = {
  name: 'start',
  title: 'Start of a server',
  what: 'Milliseconds over a Node that does nothing.',
  goal: 'import at most 60 ms, listening at most 80 ms, --help at most 30 ms',
  aims: [
    { subject: `import ${OURS}`, figure: 'time', atMost: 60 },
    { subject: 'agentproto-reference-server, until it listens', figure: 'time', atMost: 80 },
    { subject: 'agentproto-reference-server --help', figure: 'time', atMost: 30 },
  ],
  below:
    'Of the processor time that a start costs over a bare Node, node:http is about a quarter, Fastify another, finding and reading our own modules and those of our packages a fifth. Tried, and kept: Fastify and the families are imported with the first server (an import went from 240 ms of the processor to 20), no compilers for schemas (they were a quarter of a start), no `import` of node:http (it loads Node’s fetch), Node’s compile cache in the command, validators with the first request and ws with the first socket: until it listens, 430 ms of the processor went to 330, the least of seven each. Since then one route of Fastify for the paths of all families, which are told apart when they are asked for, in the place of 1,281 routes and verbs, each of which is code that the router compiles: see the start of a double. Listening needs what an import no longer loads, so it cannot come near its goal where node:http and Fastify alone take 160. It would take Fastify in the bundle, which would part it from its fixes, or another router.',
  shows: 'more',
  unit: 'ms',
  rounds: 9,
  subjects: [
    {
      name: 'node',
      run: async () => ({ time: await started(['--input-type=module', '-e', ''], 'exit') }),
    },
    importing(OURS),
    importing('@a2a-js/sdk/server/express'),
    importing('@copilotkit/aimock'),
    {
      name: 'agentproto-reference-server, until it listens',
      run: async () => ({ time: await started([cli], 'output') }),
    },
    { name: 'agentproto-reference-server --help', run: async () => ({ time: await started([cli, '--help'], 'exit') }) },
  ],
};
