import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { folder, run } from '../cli.test.data.ts';
import type { Report } from '../report/model.ts';

/** Recorded by `record`: of 0.3 the last server of a2a-js, 0.3.14, over both bindings; of the others our reference server, with our client. */
const recording = (name: string) => fileURLToPath(new URL(`recordings/${name}.yaml`, import.meta.url));

async function judged(file: string, ...args: string[]) {
  const { code, out, err } = await run(['check', file, '--report', 'json=-', ...args]);
  const { requirements = [], revisions = {} } = JSON.parse(out === '' ? '{}' : out) as Partial<Report>;
  const of = (...verdicts: string[]) =>
    requirements.filter(({ verdict }) => verdicts.includes(verdict)).map(({ id }) => id);
  return { code, err, protocols: Object.keys(revisions), passed: of('pass').length, red: of('violation', 'warning') };
}

/** The same with one thing said otherwise by the server. */
async function edited(name: string, what: string, by: string): Promise<string> {
  const text = await readFile(recording(name), 'utf8');
  const at = text.lastIndexOf(what);
  const other = text.slice(0, at) + by + text.slice(at + what.length);
  expect(at).toBeGreaterThan(0);
  const file = join(await folder(), `${name}.yaml`);
  await writeFile(file, other);
  return file;
}

test.each([
  ['a2a-0.3', 'a2a@0.3', 13, '"kind":"status-update"', '"kind":"status"', ['A2A03-DM-001']],
  ['a2a-0.2', 'a2a@0.2', 11, '"state":"completed"', '"state":"finished"', ['A2A03-DM-002']],
  ['a2a-0.1', 'a2a@0.1', 10, '"type":"text"', '"type":"txt"', ['A2A01-DM-001']],
  ['open-agent', 'open-agent@0.7', 11, '"event":"RunStarted"', '"event":"RunBegun"', ['OAA-SSE-003']],
] as const)('%s is judged, and one thing that is wrong is one red', async (name, protocol, passed, what, by, red) => {
  expect(await judged(recording(name))).toMatchObject({ code: 0, protocols: [protocol], passed, red: [] });
  expect(await judged(await edited(name, what, by))).toMatchObject({ code: 1, protocols: [protocol], red });
});

test('of several protocols in a recording each has its verdicts', async () => {
  const own = await readFile(recording('a2a-0.3'), 'utf8');
  const other = await readFile(await edited('open-agent', '"event":"RunStarted"', '"event":"RunBegun"'), 'utf8');
  const file = join(await folder(), 'both.yaml');
  await writeFile(file, own + other.slice(other.indexOf('\n  - ')));
  const { protocols, passed, red } = await judged(file);
  expect({ protocols, red }).toEqual({ protocols: ['a2a@0.3', 'open-agent@0.7'], red: ['OAA-SSE-003'] });
  expect(passed).toBeGreaterThan(13);
});

test('what the user names is what is judged, and a recording that shows nothing says so', async () => {
  expect(await judged(recording('a2a-0.2'), '--protocol', 'a2a@0.3')).toMatchObject({ protocols: ['a2a@0.3'] });
  const bare = join(await folder(), 'bare.yaml');
  await writeFile(bare, 'agentproto-fixture: 1\nexchanges: []\n');
  expect(await judged(bare)).toMatchObject({
    code: 2,
    err: expect.stringContaining('--protocol ID that says it') as string,
  });
});
