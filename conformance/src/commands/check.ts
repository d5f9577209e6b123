import { readFile } from 'node:fs/promises';
import { FixtureError, readFixture } from '@agentproto/recording/fixture';
import { basename } from 'node:path';
import type { Command } from '../command.ts';
import { families, familiesNamed } from '../families.ts';
import type { SuiteFamily } from '../kit/family.ts';
import { knownTo, runRecording } from '../kit/recording-run.ts';
import { UsageError } from '../kit/usage-error.ts';
import { exchangeOf } from '../recorder/fixtures.ts';
import { buildReport } from '../report/build.ts';
import { ending } from '../report/exit-code.ts';
import { createRunLog, runFileSink, temporarySink } from '../run-file.ts';
import { conclude, prepareFiles, readNewBaseline } from './conclude.ts';
import { parseFlags } from './flags.ts';
import { parseOutputs, RUN_OUTPUT } from './outputs.ts';
import { CHECK_FLAGS, RECORDING } from './recording-flags.ts';
import { readScoring } from './scoring.ts';

/** `check FIXTURE`: judges what `record` has written, by the rules that must hold in every exchange; nothing is sent. */
export const check: Command = async (args, tool) => {
  const flags = parseFlags(args, CHECK_FLAGS);
  const [file, ...more] = flags.positionals;
  if (file === undefined || more.length > 0)
    throw new UsageError(`check: expected one fixture, as \`record\` writes it, got ${flags.positionals.length}`);
  const fixture = await readFixtureFile(file);
  const origin = fixture.origin ?? fixture.target ?? 'http://recorded.invalid';
  const exchanges = fixture.exchanges.map((exchange, id) => exchangeOf(exchange, id, new URL(origin).origin));
  const judging = judgesOf(flags.one('protocol'), exchanges, file);
  const outputs = parseOutputs(flags.all('report'), [RUN_OUTPUT]);
  const scored = await readScoring(flags);
  const conclusion = { ...scored, outputs, ...readNewBaseline(flags) };
  await prepareFiles(conclusion);
  const runFile = outputs.find(({ format }) => format === RUN_OUTPUT.format)?.file;
  await using log = createRunLog({
    scoring: scored.scoring,
    sink: runFile === undefined ? await temporarySink() : runFileSink(runFile),
  });
  const recording = `${RECORDING}${basename(file)}`;
  const footer = runRecording({ families: judging, exchanges, recording, command: tool }, (entry) => {
    void log.listen(entry);
  });
  const source = log.source(footer);
  const report = buildReport(source, scored.scoring);
  let broken: unknown;
  await log.close(footer, ending(report)).catch((error: unknown) => (broken = error));
  await conclude(report, [source], conclusion, broken);
  return report.exitCode;
};

/** @throws UsageError for what is no fixture */
export async function readFixtureFile(file: string): Promise<ReturnType<typeof readFixture>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file}: expected a file that can be read: ${(error as Error).message}`);
  }
  try {
    return readFixture(text);
  } catch (error) {
    if (error instanceof FixtureError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}

/** Those that the user names; else of each family the first that knows one of the exchanges. */
function judgesOf(
  named: string | undefined,
  exchanges: Parameters<typeof knownTo>[1],
  file: string,
): readonly SuiteFamily[] {
  const able = families.filter(({ known }) => known);
  const ids = able.map(({ id }) => id).join(', ');
  const knows = (family: SuiteFamily) => knownTo(family, exchanges).length > 0 && (family.shown?.(exchanges) ?? true);
  if (named !== undefined && named !== 'auto') {
    const asked = familiesNamed(named.split(',').map((id) => id.trim()));
    const unable = asked.find(({ known }) => !known);
    if (unable) throw new UsageError(`--protocol ${unable.id}: no recording can be judged by it; expected of ${ids}`);
    return asked;
  }
  const found = able.filter((family) => !family.onlyNamed && knows(family));
  if (found.length === 0)
    throw new UsageError(
      `${file}: none of its ${exchanges.length} exchanges shows which protocol it is of; expected one of ${ids}, or --protocol ID that says it`,
    );
  return found;
}
