import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

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
  -- FLAGS         further flags for the conformance CLI, such as --verbose`;

export class UsageError extends Error {}

/** @throws UsageError for what it does not know. */
export function readOptions(args: readonly string[]): Options {
  // pnpm passes its own `--` on.
  const given = args[0] === '--' ? args.slice(1) : [...args];
  const cut = given.indexOf('--');
  const [ours, suite] = cut < 0 ? [given, []] : [given.slice(0, cut), given.slice(cut + 1)];
  try {
    const { values } = parseArgs({
      args: ours,
      options: {
        path: { type: 'string' },
        python: { type: 'string' },
        cache: { type: 'string', default: join(tmpdir(), 'agentproto-interop') },
        fresh: { type: 'boolean', default: false },
        record: { type: 'boolean', default: false },
      },
    });
    return { ...values, suite };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${FLAGS}`);
  }
}
