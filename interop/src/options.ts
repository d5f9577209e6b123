import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Options {
  /** A checkout of the system under test, for those that no registry has. */
  path?: string;
  /** Which Python to use. */
  python?: string;
  /** Where environments and binaries are kept between runs; never inside the repository. */
  cache: string;
  /** Make them anew. */
  fresh: boolean;
  /** Write what was seen into `interop/results` and `docs/interop.md`. */
  record: boolean;
  /** Further flags for the conformance CLI. */
  suite: string[];
}

export const FLAGS = `  --path DIR       a checkout of the system, where no registry has it
  --python FILE    the Python to use, 3.12 or later
  --cache DIR      where environments are kept; default: a folder of the system's temporary one
  --fresh          make them anew
  --record         write what was seen to interop/results and docs/interop.md
  all others       go to the conformance CLI, such as --verbose`;

export class UsageError extends Error {}

/** What is not ours goes to the conformance CLI, which knows what to say of it. @throws UsageError for a flag without its value. */
export function readOptions(args: readonly string[]): Options {
  const options: Options = { cache: join(tmpdir(), 'agentproto-interop'), fresh: false, record: false, suite: [] };
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--fresh') options.fresh = true;
    else if (arg === '--record') options.record = true;
    else if (arg === '--path' || arg === '--python' || arg === '--cache') {
      const value = rest.shift();
      if (!value || value.startsWith('--')) throw new UsageError(`${arg}: expected a path after it\n${FLAGS}`);
      options[arg.slice(2) as 'path' | 'python' | 'cache'] = value;
    } else if (arg !== '--') options.suite.push(arg); // pnpm passes its own `--` on.
  }
  return options;
}
