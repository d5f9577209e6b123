import { createRequire } from 'node:module';

/** Name and version of this package, as reports name them. */
export function readTool(): { name: string; version: string } {
  const { name, version } = createRequire(import.meta.url)('agentproto-conformance/package.json') as {
    name: string;
    version: string;
  };
  return { name, version };
}
