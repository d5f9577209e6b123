import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deadPort, folder, reference, run, serve } from './cli.test.data.ts';
import type { Report } from './report/model.ts';

describe('help', () => {
  test('fits a screen of 80 columns and says every flag', async () => {
    const { code, out } = await run(['--help']);
    const lines = out.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(lines.length).toBeLessThanOrEqual(50);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    const { RUN_FLAGS } = await import('./commands/settings.ts');
    const { SCORING_FLAGS } = await import('./commands/scoring.ts');
    for (const { name } of [...RUN_FLAGS, ...SCORING_FLAGS]) expect(out).toContain(`--${name}`);
  });

  test('one leading -- is dropped', async () => {
    expect(await run(['--', '--version'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    });
  });

  test('nothing at all is wrong usage', async () => {
    expect(await run([])).toMatchObject({ code: 2, out: '' });
  });
});

describe('wrong usage: exit code 2 and one sentence', () => {
  test.each<[string[], string]>([
    [
      ['--target', 'nonsense'],
      '--target: expected an absolute http or https URL, such as http://127.0.0.1:8080; got "nonsense"',
    ],
    [['--traget', 'http://127.0.0.1:1'], 'unknown flag --traget; did you mean --target?'],
    [['--target', 'http://127.0.0.1:1', 'extra'], 'unexpected "extra"; expected flags only'],
    [['--target', 'http://127.0.0.1:1', '--protocol', 'a3a'], '--protocol a3a: expected a2a@1.0'],
    [
      ['--target', 'http://127.0.0.1:1', '--report', 'xml=x'],
      '--report xml=x: unknown format xml; expected FORMAT or FORMAT=FILE with one of json, junit, ',
    ],
    [
      ['--target', 'http://127.0.0.1:1', '--baseline', '/none/base.yaml'],
      '--baseline /none/base.yaml: expected a file that can be read: ENOENT',
    ],
    [['--target', 'http://127.0.0.1:1', '--quiet', '--verbose'], '--quiet --verbose: expected one of them'],
    [['--target', 'http://127.0.0.1:1', '--as-of', 'today'], '--as-of today: expected a suite version such as 1.2.0'],
    [
      ['lsit'],
      'unknown command lsit; did you mean list?; expected list, explain, merge, replay, record, check, client, init, diff, completion, show, verify, or',
    ],
    [['list', 'XYZ*'], 'list XYZ*: matches no requirement; ids look like A2A10-'],
    [['explain', 'A2A10-CARD-1'], 'explain A2A10-CARD-1: unknown requirement id; did you mean A2A10-CARD-001?'],
    [['merge'], 'merge: expected run files'],
    [['verify', 'a', 'b'], 'verify: expected one run file, as written by --report run=FILE, got 2'],
    [['verify', '/none/run'], '/none/run: there is no such file'],
  ])('%j', async (args, sentence) => {
    const { code, out, err } = await run(args);
    expect(err).toContain(`agentproto-conformance: ${sentence}`);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  test('a broken baseline is named with its line', async () => {
    const file = join(await folder(), 'base.yaml');
    await writeFile(file, '- id: A2A10-CARD-001\n  reason: x\n  untl: 2026-01-01\n');
    const { code, err } = await run(['--target', 'http://127.0.0.1:1', '--baseline', file]);
    expect(err).toContain(`${file}:3: entry 1 (A2A10-CARD-001): unknown field \`untl\`; did you mean until?`);
    expect(code).toBe(2);
  });
});

describe('list and explain', () => {
  test('rows with their state', async () => {
    const { code, out } = await run(['list', 'a2a10-card-00*']);
    expect(code).toBe(0);
    expect(out).toMatch(/^A2A10-CARD-001 +MUST +8\.1.* +checked +A card is available/);
    expect(out.trimEnd().split('\n')).toHaveLength(9);
  });

  test('as JSON', async () => {
    const { out } = await run(['list', '--json']);
    const rows = JSON.parse(out) as { id: string; state: string }[];
    expect(rows.length).toBeGreaterThan(200);
    expect(await run(['list', '--format', 'json'])).toMatchObject({ code: 0, out });
    expect(rows.filter(({ state }) => !['checked', 'pending', 'untestable'].includes(state))).toEqual([]);
  });

  test('what checks a row', async () => {
    const { code, out } = await run(['explain', 'a2a10-card-001']);
    expect(code).toBe(0);
    expect(out).toMatch(/checks +scenario a2a\/card\//);
  });
});

describe('targets that are none: exit code 4 in time, with what was tried', () => {
  const quick = ['--timeout', '200ms', '--deadline', '2s'];

  test('nobody listens', async () => {
    const { code, out } = await run(['--target', await deadPort(), ...quick]);
    expect(out).toMatch(/unreachable: Nothing answers at http:\/\/127\.0\.0\.1:\d+\./);
    expect(out).toContain('ECONNREFUSED');
    expect(code).toBe(4);
  });

  test('a server that never answers', async () => {
    const { code, out } = await run(['--target', await serve(() => {}), ...quick]);
    expect(out).toContain('unreachable: Nothing answers');
    expect(code).toBe(4);
  });

  test('a web page', async () => {
    const url = await serve((_request, response) =>
      response.setHeader('content-type', 'text/html').end('<!doctype html><p>hello'),
    );
    const { code, out } = await run(['--target', url, ...quick, '--quiet']);
    expect(out.replace(/\s+/g, ' ')).toContain('No known protocol is recognised');
    expect(code).toBe(4);
  });

  test('a stream without an end', async () => {
    const url = await serve((_request, response) => {
      const timer = setInterval(() => response.write('{"a":'), 5);
      response.on('close', () => clearInterval(timer));
    });
    const { code } = await run(['--target', url, ...quick]);
    expect(code).toBe(4);
  });
});

test('a run is written, verified and merged; its tokens are nowhere', async () => {
  const url = await serve((request, response) =>
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ you: request.headers, at: request.url })),
  );
  const path = await folder();
  const [json, runFile] = [join(path, 'deep/report.json'), join(path, 'deep/run.ndjson')];
  const args = [
    '--target',
    url,
    '--report',
    `json=${json}`,
    '--report',
    `run=${runFile}`,
    '--header',
    'X-Api-Key: key-of-an-okapi',
    '--verbose',
    '--protocol',
    'a2a@1.0',
  ];
  const { code, out, err } = await run(args, { AGENTPROTO_TOKEN: 'token-of-a-tapir' });
  const report = JSON.parse(await readFile(json, 'utf8')) as Report;
  expect(report).toMatchObject({ schemaVersion: 1, exitCode: code, target: { url } });
  for (const text of [out, err, await readFile(json, 'utf8'), await readFile(runFile, 'utf8')]) {
    expect(text).not.toContain('tapir');
    expect(text).not.toContain('okapi');
  }

  expect(await run(['verify', runFile])).toMatchObject({
    code: 0,
    out: expect.stringContaining('is whole and unchanged') as string,
  });
  const merged = await run(['merge', runFile, runFile, '--report', `json=${json}`]);
  expect(merged).toMatchObject({ code, out: expect.stringContaining('2 runs merged') as string });
  await writeFile(runFile, (await readFile(runFile, 'utf8')).replace(url, 'http://127.0.0.1:9'));
  expect(await run(['verify', runFile])).toMatchObject({
    code: 1,
    out: expect.stringContaining('the file was changed after it was written') as string,
  });
  expect(await run(['merge', runFile])).toMatchObject({
    code: 2,
    err: expect.stringContaining('the file was changed') as string,
  });
});

test('a red, the baseline that expects it, and the day on which it is gone', async () => {
  const baseline = join(await folder(), 'baseline.yaml');
  const judge = (url: string, ...more: string[]) =>
    run(['--target', url, '--only', 'A2A10-CARD-*', '--fail-on', 'should', ...more]);
  const broken = await reference('--quirk', 'a2a.card.no-etag');

  const red = await judge(broken, '--write-baseline', baseline);
  expect(red.out).toMatch(/! A2A10-CARD-008 {2}SHOULD.*\n.*\n\n {4}a2a\/card\/caching over card\n/);
  expect(red).toMatchObject({
    code: 1,
    out: expect.stringContaining('violation: 1 requirement broken: A2A10-CARD-008. Exit code 1.') as string,
  });

  expect(await judge(broken, '--baseline', baseline)).toMatchObject({
    code: 2,
    err: expect.stringContaining('the placeholder that --write-baseline left for you to fill') as string,
  });

  const filled = (await readFile(baseline, 'utf8')).replace(
    /reason: .*/,
    'reason: the proxy in front of it drops ETags',
  );
  await writeFile(baseline, filled);
  expect(await judge(broken, '--baseline', baseline)).toMatchObject({
    code: 0,
    out: expect.stringContaining('A2A10-CARD-008  the proxy in front of it drops ETags') as string,
  });

  const mended = await judge(await reference(), '--baseline', baseline);
  expect(mended).toMatchObject({
    code: 1,
    out: expect.stringContaining('baseline: A2A10-CARD-008 no longer fails: pass. Remove the entry.') as string,
  });
});
