import { createRequire } from 'node:module';

/** Names of the reference server's quirks that turn a row red: the selftest sees that they do. None where nothing was built. */
export function quirksOf(id: string): readonly string[] {
  try {
    const quirks = createRequire(import.meta.url)('agentproto-conformance/quirks.json') as Record<string, string[]>;
    return quirks[id] ?? [];
  } catch {
    return [];
  }
}
