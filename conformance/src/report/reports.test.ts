import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInterface } from 'node:readline';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { CLI, folder, reference, run } from '../cli.test.data.ts';
import type { RunEvent } from '../kit/run-log.ts';
import { createRunLog, runFileSink } from '../run-file.ts';
import { formats } from './formats.ts';
import { cancelExchange, ended, finding, openHtml, sampleHeader } from './sample.test.data.ts';

const names = Object.keys(formats);
const outputs = (path: string) => names.flatMap((name) => ['--report', `${name}=${join(path, name)}`]);

/** The ids of the requirements that a report shows as red. */
const redsIn: { readonly [format: string]: (text: string) => string[] } = {
  json: (text) =>
    (JSON.parse(text) as { causes: { id: string; verdict: string }[] }).causes.flatMap(({ id, verdict }) =>
      verdict === 'blocked' ? [] : [id],
    ),
  junit: (text) => [...text.matchAll(/<testcase name="(\S+)[^>]*>\s*<failure/g)].map(([, id]) => id!),
  sarif: (text) =>
    (JSON.parse(text) as { runs: { results: { ruleId: string }[] }[] }).runs[0]!.results.map(({ ruleId }) => ruleId),
  markdown: (text) => [...text.matchAll(/^### \S+ `(.*?)`/gm)].map(([, id]) => id!),
  html: (text) => redsIn['json']!(JSON.stringify(openHtml(text).data.report)),
  github: (text) => [...text.matchAll(/^::(?:error|warning) title=(\S+)/gm)].map(([, id]) => id!),
};

const QUIRKS = {
  'a2a.card.no-etag': 'A2A10-CARD-008',
  'a2a.error.missing-is-unsupported': 'A2A10-ERR-006',
  'a2a.stream.goes-on-after-the-end': 'A2A10-STREAM-006',
};

test('three quirks at once are three reds in every format; their secrets are in none', async () => {
  const url = await reference(...Object.keys(QUIRKS).flatMap((quirk) => ['--quirk', quirk]));
  const path = await folder();
  const runFile = join(path, 'run');
  const secret = ['--bearer', 'token-of-a-tapir', '--header', 'X-Api-Key: key-of-an-okapi'];
  const judged = await run([
    '--target',
    `${url}/?access_token=query-of-a-quokka`,
    '--fail-on',
    'should',
    '--protocol',
    'a2a@1.0',
    ...secret,
    '--report',
    `run=${runFile}`,
    ...outputs(path),
  ]);
  expect(judged).toMatchObject({ code: 1, err: expect.not.stringContaining('fault of the suite') as string });
  for (const [name, read] of Object.entries(redsIn))
    expect(read(await readFile(join(path, name), 'utf8')).toSorted(), name).toEqual(Object.values(QUIRKS).toSorted());
  for (const name of [...names, 'run'])
    expect(await readFile(join(path, name), 'utf8'), name).not.toMatch(/tapir|okapi|quokka/);
  const { exchanges } = openHtml(await readFile(join(path, 'html'), 'utf8'));
  expect(exchanges.length).toBeGreaterThan(100);
  expect(JSON.stringify(exchanges)).not.toMatch(/tapir|okapi|quokka/);

  // From its file alone, the same reports.
  const again = await folder();
  expect(await run(['merge', runFile, '--fail-on', 'should', ...outputs(again)])).toMatchObject({ code: 1 });
  for (const name of names)
    expect(await readFile(join(again, name), 'utf8'), name).toBe(await readFile(join(path, name), 'utf8'));
});

test('a run that is killed half way gives every report, and each says so', async () => {
  const url = await reference('--protocol', 'a2a@1.0', '--quirk', 'a2a.card.no-etag');
  const path = await folder();
  const runFile = join(path, 'run');
  const child = spawn(
    process.execPath,
    ['--conditions=agentproto-source', CLI, '--target', url, '--concurrency', '1', '--report', `run=${runFile}`],
    { stdio: 'ignore' },
  );
  const died = once(child, 'exit');
  // As soon as something was found.
  await expect.poll(() => readFile(runFile, 'utf8').catch(String), { interval: 10 }).toContain('"type":"scenario-end"');
  child.kill('SIGKILL');
  await died;
  const made = await run(['merge', runFile, ...outputs(path)]);
  expect([1, 3]).toContain(made.code);
  for (const name of names) {
    const text = await readFile(join(path, name), 'utf8');
    expect(text, name).toMatch(name === 'badge' ? /partial/ : /cut short/);
  }
  expect(await run(['verify', runFile])).toMatchObject({ code: 1, out: expect.stringContaining('ends') as string });
});

test('what platform_context and the address of a chat carry is in no report', async () => {
  const path = await folder();
  const secrets = {
    kubeconfig: 'config-of-a-capybara',
    duplo_token: 'token-of-a-tamarin',
    aws_credentials: { secretAccessKey: 'key-of-a-kinkajou' },
  };
  const log = createRunLog({
    headers: [],
    scoring: { failOn: 'must', allowIncomplete: false },
    sink: runFileSink(join(path, 'run')),
  });
  const exchange = {
    ...cancelExchange,
    request: {
      ...cancelExchange.request,
      url: 'http://127.0.0.1:4000/api/chat?token=query-of-a-quoll',
      body: { text: JSON.stringify({ messages: [{ role: 'user', content: 'hi', platform_context: secrets }] }) },
    },
  };
  for (const entry of [{ header: sampleHeader }, { type: 'exchange' as const, exchange }, redAt(exchange.id)])
    log.listen(entry);
  const footer = { durationMs: 1, totals: log.totals() };
  await log.close(footer, { outcome: 'violation', exitCode: 1 });
  await log[Symbol.asyncDispose]();
  expect(await run(['merge', join(path, 'run'), ...outputs(path)])).toMatchObject({ code: 1 });
  const { exchanges, data } = openHtml(await readFile(join(path, 'html'), 'utf8'));
  expect(exchanges).toHaveLength(1);
  expect(data.reproductions['A2A10-CARD-001']!.curl).toContain('platform_context');
  for (const name of [...names, 'run'])
    expect(await readFile(join(path, name), 'utf8'), name).not.toMatch(/capybara|tamarin|kinkajou|quoll/);
  expect(JSON.stringify(exchanges)).not.toMatch(/capybara|tamarin|kinkajou|quoll/);
});

/** A red that points at an exchange. */
function redAt(exchange: number): RunEvent {
  return ended(
    'a2a/stream/cancel',
    'JSONRPC',
    [finding('A2A10-CARD-001', 'JSONRPC', 'a2a/stream/cancel', 'violation', { failure: { message: 'no', exchange } })],
    2_000,
  );
}

test('50,000 exchanges take less than 300 MB in any format', async () => {
  const path = await folder();
  const runFile = join(path, 'run');
  await pipeline(Readable.from(longRun(50_000)), createWriteStream(runFile));
  expect((await stat(runFile)).size).toBeGreaterThan(100_000_000);
  const peak = `process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS))`;
  const made = await run(['merge', runFile, '--quiet', ...outputs(path)], {
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(peak)}`,
  });
  expect(made.err).toMatch(/^peak \d+$/);
  expect(Number(made.err.slice(5)) / 1024).toBeLessThan(300);
  let entries = 0;
  for await (const line of createInterface(createReadStream(join(path, 'har'))))
    if (line.includes('"_exchange":')) entries += 1;
  expect(entries).toBe(50_000);
});

/** A run file that was cut: its digest would cost more than it tells here. */
function* longRun(exchanges: number): Iterable<string> {
  const line = (value: object) => `${JSON.stringify(value)}\n`;
  yield line({
    type: 'header',
    format: 'agentproto-run',
    version: 1,
    ...sampleHeader,
    scoring: { failOn: 'must', allowIncomplete: false },
  });
  yield line({
    type: 'plan',
    plays: 1,
    rows: [{ requirement: 'A2A10-CARD-001', binding: 'card', scenarios: ['a2a/card/published'] }],
  });
  const frames = cancelExchange.frames.map(({ json: _, ...frame }) => ({
    ...frame,
    data: frame.data.padEnd(300, ' '),
  }));
  for (let id = 0; id < exchanges; id++) yield line({ type: 'exchange', exchange: { ...cancelExchange, id, frames } });
}
