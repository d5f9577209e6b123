#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';

// Compiled once a machine, not once a start; where that cannot be kept, nothing happens.
enableCompileCache();

const cli = new URL('../dist/bundle/cli.js', import.meta.url);
if (existsSync(cli)) await import(cli.href);
else {
  process.stderr.write('agentproto-conformance: not built yet; run pnpm build first\n');
  process.exitCode = 2;
}
