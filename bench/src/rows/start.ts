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
    'Fastify alone is more than half of the import. Tried, and kept: validators imported with the first request to a family, ws with the first socket, three files in the place of some hundred; together they halved it. It would take the packages script and wire in the bundle, which then would be no longer the same classes for an application, or a smaller router.',
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
