import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, reference, run } from '../../cli.test.data.ts';
import { openHtml } from '../sample.test.data.ts';

/** Runs something that a user would copy out of a report; resolves to what it printed. */
function execute(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, timeout: 280_000 });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (out += text));
  return new Promise((resolve, reject) => child.on('error', reject).on('close', () => resolve(out)));
}

/** A quirk, the requirement that it breaks, what shows it on the wire, and what a server without it sends. */
const REDS: readonly [quirk: string, id: string, broken: RegExp, whole: RegExp, steps: number][] = [
  ['a2a.card.no-etag', 'A2A10-CARD-008', /^(?![^]*etag)[^]*application\/(a2a\+)?json/i, /etag/i, 1],
  ['a2a.error.missing-is-unsupported', 'A2A10-ERR-006', /-32004|UNSUPPORTED_OPERATION/, /-32001|TASK_NOT_FOUND/, 1],
  [
    'a2a.stream.goes-on-after-the-end',
    'A2A10-STREAM-006',
    /COMPLETED[^]*Working again/,
    /COMPLETED(?![^]*Working again)/,
    1,
  ],
  ['a2a.cancel.streams-are-not-told', 'A2A10-CANCEL-006', /WORKING(?![^]*STATE_CANCELED)/, /STATE_CANCELED/, 2],
];

test('four quirks at once: what a report gives to see each again', async () => {
  const broken = await reference(...REDS.flatMap(([quirk]) => ['--quirk', quirk]));
  const whole = await reference();
  const path = await folder();
  const file = join(path, 'run');
  await run([
    '--target',
    broken,
    '--protocol',
    'a2a@1.0',
    '--only',
    REDS.map(([, id]) => id).join(),
    '--timeout',
    '4s',
    '--report',
    `run=${file}`,
    '--report',
    `html=${join(path, 'html')}`,
    '--quiet',
  ]);
  const { data } = openHtml(await readFile(join(path, 'html'), 'utf8'));

  for (const [, id, shows, doesNot, steps] of REDS) {
    const { curl, script } = data.reproductions[id]!;
    expect(await run(['replay', `${file}#${id}`, '--print', 'curl'])).toMatchObject({ code: 0, out: curl });
    expect(await run(['replay', `${file}#${id}`, '--print', 'script'])).toMatchObject({ code: 0, out: script });
    expect(curl.match(/^curl /gm)).toHaveLength(steps);
    expect(script.trimEnd().split('\n').length).toBeLessThan(30);
    const [shell, module] = [join(path, `${id}.sh`), join(path, `${id}.mjs`)];
    await writeFile(shell, curl);
    await writeFile(module, script);

    expect(await execute('sh', [shell])).toMatch(shows);
    expect(await execute('sh', [shell, whole])).toMatch(doesNot);
    expect(await execute(process.execPath, [module])).toMatch(shows);
    expect(await execute(process.execPath, [module, whole])).toMatch(doesNot);

    // A play of its own each: of two that differ most.
    if (id !== 'A2A10-CARD-008' && id !== 'A2A10-CANCEL-006') continue;
    expect(await run(['replay', `${file}#${id}`, '--timeout', '2s'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('still red') as string,
    });
    expect(await run(['replay', `${file}#${id}`, '--target', whole])).toMatchObject({
      code: 0,
      out: expect.stringContaining('is no longer') as string,
    });
  }

  // An exchange by its number, and what is not there.
  const [first] = openHtml(await readFile(join(path, 'html'), 'utf8')).index;
  const { out, code } = await run(['replay', `${file}#${first!.id}`]);
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^\d+ \{/) as string });
  expect(await run(['replay', `${file}#99999`])).toMatchObject({
    code: 2,
    err: expect.stringContaining('there is no exchange 99999') as string,
  });
  expect(await run(['replay', `${file}#A2A10-CARD-001`])).toMatchObject({
    code: 2,
    err: expect.stringContaining('is not red in') as string,
  });
  expect(await run(['replay', file])).toMatchObject({
    code: 2,
    err: expect.stringContaining('expected RUN#ID') as string,
  });
});
