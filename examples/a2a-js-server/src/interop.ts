/**
 * The suite's verdict on software that we did not write: starts the SDK's server on a free port, runs
 * the conformance CLI against it, and exits as the CLI does. Further arguments go to the CLI.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startA2AJsServer } from './server.ts';

const cli = fileURLToPath(new URL('../../../conformance/bin/agentproto-conformance.js', import.meta.url));
const baseline = fileURLToPath(new URL('../baseline.yaml', import.meta.url));
const LIMIT_MS = 120_000;

// The SDK writes every request that it refuses to the console, with its stack; the suite sends many of them on purpose.
if (!process.argv.includes('--verbose')) console.error = console.warn = () => {};
const server = await startA2AJsServer();
try {
  console.log(`@a2a-js/sdk server at ${server.url}`);
  const args = [cli, '--target', server.url, '--baseline', baseline, ...process.argv.slice(2)];
  const suite = spawn(process.execPath, args, { stdio: 'inherit', timeout: LIMIT_MS });
  const [code, signal] = (await once(suite, 'exit')) as [number | null, NodeJS.Signals | null];
  if (signal) process.stderr.write(`the suite was ended by ${signal}; its limit here is ${LIMIT_MS / 1000} s\n`);
  process.exitCode = code ?? 5;
} finally {
  await server.close();
}
