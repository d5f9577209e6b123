import { access, constants, mkdir, stat } from 'node:fs/promises';
import { createWriteStream } from 'node:fs';
import { dirname, join, parse } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UsageError } from '../kit/usage-error.ts';
import { didYouMean } from '@agentproto/script';
import { citedExchanges } from '../report/cited.ts';
import { formats } from '../report/formats.ts';
import type { RunSource } from '../report/judgement.ts';
import type { Report } from '../report/model.ts';

/** What was asked for with `--report FORMAT[=FILE]`. */
export interface Output {
  format: string;
  /** `-` is standard output. */
  file: string;
}

/** The run file: written while the run goes on, unlike the formats, which are made of it. */
export const RUN_OUTPUT: Output = { format: 'run', file: 'agentproto-run.ndjson' };

/** The file of one of several runs: `run.ndjson` -> `run.2.ndjson`. */
export function numbered(file: string, number: number): string {
  const { dir, name, ext } = parse(file);
  return join(dir, `${name}.${number}${ext}`);
}

export const STDOUT = '-';

/**
 * Reads the values of `--report`.
 * @param others formats beside those that can be made of a report, with their files; each can be asked for once.
 * @throws UsageError for an unknown format, with the known ones.
 */
export function parseOutputs(values: readonly string[], others: readonly Output[] = []): Output[] {
  const files = new Map([
    ...Object.entries(formats).map(([format, { file }]) => [format, file] as const),
    ...others.map(({ format, file }) => [format, file] as const),
  ]);
  const known = [...files.keys()];
  const outputs = values.map((value) => {
    const equals = value.indexOf('=');
    const [format, named] = equals < 0 ? [value] : [value.slice(0, equals), value.slice(equals + 1)];
    const file = files.get(format);
    if (file === undefined)
      throw new UsageError(
        `--report ${value}: unknown format ${format || '""'}${didYouMean(format, known)}; expected FORMAT or FORMAT=FILE with one of ${known.join(', ')}`,
      );
    if (named === '') throw new UsageError(`--report ${value}: expected a file, such as ${format}=${file}`);
    return { format, file: named ?? file };
  });
  const again = others.find(({ format }) => outputs.filter((output) => output.format === format).length > 1);
  if (again) throw new UsageError(`--report ${again.format}: given twice; expected one file`);
  if (outputs.some((output) => output.file === STDOUT && others.some(({ format }) => format === output.format)))
    throw new UsageError('--report run=-: the log of a run is read again; expected a file');
  const named = outputs.map(({ file }) => file).filter((file) => file !== STDOUT);
  const twice = named.find((file, index) => named.indexOf(file) !== index);
  if (twice) throw new UsageError(`--report: ${twice} is named twice`);
  if (outputs.filter(isData).length > 1)
    throw new UsageError('--report: two reports on standard output; expected one, and files for the others');
  return outputs;
}

/** On standard output, for a program to read: nothing else may stand there. Annotations stand between other lines. */
export function isData({ format, file }: Output): boolean {
  return file === STDOUT && format !== 'github';
}

/** Sees to it before a run that its results can be written afterwards: makes folders that are missing. */
export async function prepareFile(flag: string, file: string): Promise<void> {
  if (file === STDOUT) return;
  try {
    await mkdir(dirname(file), { recursive: true });
    await access(dirname(file), constants.W_OK);
    const there = await stat(file).catch(() => undefined);
    if (there?.isDirectory()) throw new Error('it is a folder');
    if (there) await access(file, constants.W_OK);
  } catch (error) {
    throw new UsageError(`${flag} ${file}: expected a file that can be written: ${(error as Error).message}`);
  }
}

/** Writes every output that is made of a report, piece by piece; in a workflow of GitHub, its summary too. */
export async function writeReports(
  outputs: readonly Output[],
  report: Report,
  runs: readonly RunSource[],
): Promise<void> {
  const made = outputs.filter(({ format }) => format in formats);
  if (made.length === 0) return;
  const input = { report, runs, exchange: await citedExchanges(report, runs) };
  for (const { format, file } of made) {
    const render = await formats[format]!.load();
    if (file === STDOUT) for await (const piece of render(input)) await writeOut(piece);
    else await pipeline(Readable.from(render(input)), createWriteStream(file));
  }
  const summary = process.env['GITHUB_STEP_SUMMARY'];
  if (summary && made.some(({ format }) => format === 'github')) {
    const render = await formats['markdown']!.load();
    await pipeline(Readable.from(render(input)), createWriteStream(summary, { flags: 'a' }));
  }
}

/** Resolves once standard output has taken it. */
function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => process.stdout.write(text, (error) => (error ? reject(error) : resolve())));
}
