import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process of its own, so that what is measured shares no heap and no event loop with who measures. */
export interface Child extends AsyncDisposable {
  /** Calls a method of the child. Rejects with its error, or when the child dies. */
  call<T>(method: string, ...args: unknown[]): Promise<T>;
}

/** What a process has used so far. */
export interface Usage {
  cpuMs: number;
  rssKb: number;
  heapKb: number;
}

type Methods = Record<string, (...args: never[]) => unknown>;
interface Question {
  id: number;
  method: string;
  args: unknown[];
}
interface Reply {
  id: number;
  value?: unknown;
  error?: string;
}

/** Starts a module of this package, which has to `serve`. */
export async function startChild(module: string, ...args: string[]): Promise<Child> {
  const path = fileURLToPath(new URL(module, import.meta.url));
  const child = fork(path, args, { execArgv: ['--expose-gc'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const pending = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let next = 0;
  child.on('message', ({ id, value, error }: Reply) => {
    const asked = pending.get(id);
    pending.delete(id);
    if (error === undefined) asked?.resolve(value as never);
    else asked?.reject(new Error(`${module} ${args.join(' ')}: ${error}`));
  });
  child.once('exit', (code, signal) => {
    for (const { reject } of pending.values())
      reject(new Error(`${module} ${args.join(' ')}: ended with ${signal ?? code}`));
    pending.clear();
  });
  return {
    call: (method, ...parameters) =>
      new Promise((resolve, reject) => {
        if (!child.connected) return reject(new Error(`${module} ${args.join(' ')}: is not running`));
        const id = (next += 1);
        pending.set(id, { resolve, reject });
        child.send({ id, method, args: parameters });
      }),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Answers the calls of the parent; beside `methods` it knows `usage` and `collect`. */
export function serve(methods: Methods): void {
  const all: Methods = { usage, collect, ...methods };
  process.on('message', ({ id, method, args }: Question) => {
    Promise.resolve()
      .then(() => all[method]!(...(args as never[])))
      .then(
        (value: unknown) => process.send!({ id, value }),
        (error: unknown) => process.send!({ id, error: error instanceof Error ? error.stack : String(error) }),
      );
  });
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return { cpuMs: (user + system) / 1000, rssKb: rss / 1024, heapKb: heapUsed / 1024 };
}

/** What remains when all is collected that can be. */
async function collect(): Promise<Usage> {
  for (let i = 0; i < 4; i += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return usage();
}
