/** Runs one lane: `node interop/dist/main.js NAME [flags]`. */
import { lanes } from './lanes.ts';
import { FLAGS, readOptions, UsageError } from './options.ts';
import { record } from './record.ts';
import { runLane } from './run-lane.ts';
import { Skip, SKIPPED } from './skip.ts';

process.exitCode = await main(process.argv.slice(2));
// A connection that a client of the exercise has left open does not hold us.
setTimeout(() => process.exit(), 1_000).unref();

async function main([name = '', ...args]: string[]): Promise<number> {
  const lane = lanes.find((one) => one.name === name);
  if (!lane) {
    process.stderr.write(
      `expected the name of a lane (${lanes.map((one) => one.name).join(', ')}), got ${name}\n${FLAGS}\n`,
    );
    return 2;
  }
  try {
    const options = readOptions(args);
    const { result, faults } = await runLane(lane, options);
    if (options.record) await record(result);
    for (const fault of faults) console.log(`\n${fault}`);
    const seen = faults.length === 0 ? 'as the baseline says' : `${faults.length} differ`;
    console.log(`\n${lane.name}: ${seen} (${Math.round(performance.now() / 1_000)} s)`);
    return faults.length === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof Skip) {
      console.log(`skipped: ${error.message}`);
      return SKIPPED;
    }
    process.stderr.write(`${(error as Error).message}\n`);
    return error instanceof UsageError ? 2 : 5;
  }
}
