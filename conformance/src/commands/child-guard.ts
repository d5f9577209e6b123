import { spawn } from 'node:child_process';
import { endMarked } from './leftovers.ts';

/** Told by lines which process groups there are, and the mark of each; when nobody can tell any more, it ends those that are left. */
const WATCH = `
const left = new Map();
let rest = '';
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
process.stdin.setEncoding('utf8').on('data', (text) => {
  const lines = (rest + text).split('\\n');
  rest = lines.pop();
  for (const line of lines) {
    const [pid, mark] = line.slice(1).split(' ');
    line[0] === '+' ? left.set(Number(pid), mark) : left.delete(Number(pid));
  }
}).on('end', () => {
  for (const pid of left.keys()) try { process.kill(-pid, 'SIGKILL'); } catch {}
  for (const mark of left.values()) (${endMarked.toString()})(mark, process.pid, require('node:fs'));
});
`;

export interface ChildGuard {
  add(pid: number, mark: string): void;
  remove(pid: number): void;
}

let guard: ChildGuard | undefined;

/** Sees to it that the process groups of clients end with this process, however that ends: a SIGKILL tells nobody. One for the process. */
export function childGuard(): ChildGuard {
  if (guard) return guard;
  const watcher = spawn(process.execPath, ['-e', WATCH], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // What ends this process must not end it.
    detached: true,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const { stdin } = watcher;
  // Without it children end as ever, but for a SIGKILL.
  watcher.on('error', () => {});
  stdin.on('error', () => {});
  // It holds nobody up.
  watcher.unref();
  (stdin as unknown as { unref?(): void }).unref?.();
  const tell = (line: string) => void stdin.write(`${line}\n`);
  return (guard = { add: (pid, mark) => tell(`+${pid} ${mark}`), remove: (pid) => tell(`-${pid}`) });
}
