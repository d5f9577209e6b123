/** `pnpm bench [NAME …] [--brief | --long]`: runs the rows, all by default, and after a whole run writes docs/performance.md. */
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { table, verdicts, written } from './report.ts';
import { measure } from './row.ts';
import type { Mode, Result } from './row.ts';
import { ROWS } from './rows/index.ts';

const PAGE = new URL('../../docs/performance.md', import.meta.url);

async function main(): Promise<void> {
  const args = process.argv.slice(2).filter((arg) => arg !== '--');
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { brief: { type: 'boolean', default: false }, long: { type: 'boolean', default: false } },
  });
  const unknown = positionals.find((name) => ROWS.every((row) => row.name !== name));
  if (unknown !== undefined)
    throw new Error(`expected names of ${ROWS.map(({ name }) => name).join(', ')}; got ${unknown}`);
  const rows = positionals.length === 0 ? ROWS : ROWS.filter(({ name }) => positionals.includes(name));
  const mode: Mode = values.brief ? 'brief' : values.long ? 'long' : 'full';
  const results: Result[] = [];
  const failed: string[] = [];
  for (const row of rows) {
    const from = performance.now();
    let result: Result;
    try {
      result = await measure(row, mode, (text) => process.stderr.write(`  ${text}\n`));
    } catch (error) {
      // The others took minutes.
      failed.push(`${row.name}: ${error instanceof Error ? error.message : String(error)}`);
      continue;
    }
    results.push(result);
    const seconds = ((performance.now() - from) / 1_000).toFixed(0);
    process.stdout.write(`\n${row.title} (${seconds} s)\n${table(result)}\n`);
    if (mode !== 'brief') process.stdout.write(verdicts(result));
  }
  if (mode !== 'brief' && positionals.length === 0) {
    const about = `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} processors.`;
    await writeFile(PAGE, written(await readFile(PAGE, 'utf8'), results, about));
  }
  if (failed.length > 0) throw new Error(`expected every row to be measured; ${failed.join('; ')}`);
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  // What still runs would keep the process.
  process.exit(1);
});
