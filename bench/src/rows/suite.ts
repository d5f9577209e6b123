import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Figures, Row } from '../row.ts';

const dist = (path: string) => fileURLToPath(new URL(`../../../conformance/dist/${path}`, import.meta.url));

async function seconds(args: readonly string[]): Promise<Figures> {
  const from = performance.now();
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}`);
  return { time: (performance.now() - from) / 1_000 };
}

const started = (protocol: string) => ({
  name: `start --protocol ${protocol}`,
  run: () => seconds([dist('self/start.js'), '--protocol', protocol]),
});

export const suite: Row = {
  name: 'suite',
  title: 'The suite on our own server',
  what: 'Wall time of `pnpm start` by protocol, in seconds: every scenario, in each set-up of the reference server.',
  goal: 'none',
  shows: 'absolute',
  unit: 's',
  rounds: 1,
  subjects: ['a2a@1.0', 'chat@docs', 'responses@2026-04-24'].map(started),
};
