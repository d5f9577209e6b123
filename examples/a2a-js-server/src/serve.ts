/** The SDK's server as a process: prints `{ "url", "version" }` once it listens, and ends when its standard input does. */
import { createRequire } from 'node:module';
import { startA2AJsServer } from './server.ts';

// The SDK writes every request that it refuses to the console, with its stack; the suite sends many of them on purpose.
if (!process.argv.includes('--verbose')) console.error = console.warn = () => {};
// The SDK does not export its package.json; ours names its exact version.
const { devDependencies } = createRequire(import.meta.url)('../package.json') as {
  devDependencies: Record<string, string>;
};
const version = devDependencies['@a2a-js/sdk'];
const { url } = await startA2AJsServer();
process.stdout.write(`${JSON.stringify({ url, version })}\n`);
process.stdin.on('end', () => process.exit()).resume();
