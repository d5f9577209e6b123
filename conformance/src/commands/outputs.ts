import { access, constants, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from '../kit/usage-error.ts';
import { didYouMean } from '@agentproto/script';
import { formats } from '../report/formats.ts';
import type { RunRecord } from '../report/judgement.ts';
import type { Report } from '../report/model.ts';

/** A file that was asked for with `--report FORMAT=FILE`. */
export interface Output {
  format: string;
  file: string;
}

/** The run file: written while the run goes on, unlike the formats, which are made of it. */
export const RUN_OUTPUT = 'run';

/**
 * Reads the values of `--report`.
 * @param others formats beside those that can be made of a report; each can be asked for once.
 * @throws UsageError for an unknown format, with the known ones.
 */
export function parseOutputs(values: readonly string[], others: readonly string[] = []): Output[] {
  const known = [...Object.keys(formats), ...others];
  const outputs = values.map((value) => {
    const equals = value.indexOf('=');
    const [format, file] = equals < 0 ? [value, ''] : [value.slice(0, equals), value.slice(equals + 1)];
    if (!known.includes(format))
      throw new UsageError(
        `--report ${value}: unknown format ${format || '""'}${didYouMean(format, known)}; expected FORMAT=FILE with one of ${known.join(', ')}`,
      );
    if (file === '') throw new UsageError(`--report ${value}: expected a file, such as ${format}=report.${format}`);
    return { format, file };
  });
  const again = others.find((format) => outputs.filter((output) => output.format === format).length > 1);
  if (again) throw new UsageError(`--report ${again}: given twice; expected one file`);
  const files = outputs.map(({ file }) => file);
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice) throw new UsageError(`--report: ${twice} is named twice`);
  return outputs;
}

/** Sees to it before a run that its results can be written afterwards: makes folders that are missing. */
export async function prepareFile(flag: string, file: string): Promise<void> {
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

/** Writes every output that is made of a report. */
export async function writeOutputs(
  outputs: readonly Output[],
  report: Report,
  runs: readonly RunRecord[],
): Promise<void> {
  for (const { format, file } of outputs) {
    const render = formats[format];
    if (render) await writeFile(file, render(report, runs));
  }
}
