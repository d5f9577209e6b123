import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { clientSituations } from '../a2a/clients/situations.ts';
import { run } from '../cli.test.data.ts';
import { judged, ownFolder, program, refused, script } from './client.test.data.ts';
import { nameOf } from './client.ts';

const baseline = (name: string) => fileURLToPath(new URL(`clients/${name}.baseline.yaml`, import.meta.url));

const ALWAYS = ['CLI-001', 'CLI-002', 'CLI-003', 'CLI-004', 'CLI-005', 'CLI-015'];
/** Rules that need an agent of their own to be seen. */
const SITUATED = ['CLI-008', 'CLI-009', 'CLI-010', 'CLI-011', 'CLI-013', 'CLI-014'];

describe.each(['JSONRPC', 'HTTP+JSON'])('over %s', (binding) => {
  test('our client keeps its rules before every agent', async () => {
    const { code, red, passed, report } = await judged('--fail-on', 'should', ...program('ours', binding));
    expect({ code, red }).toEqual({ code: 0, red: [] });
    expect(passed).toEqual(expect.arrayContaining([...ALWAYS, ...SITUATED, 'CLI-006', 'CLI-007']));
    expect(passed.includes('CLI-012')).toBe(binding === 'HTTP+JSON');
    expect(report.runs.map(({ profile }) => profile)).toEqual(clientSituations.map(({ name }) => name));
  });

  test('@a2a-js/sdk is judged', async () => {
    const known = ['--fail-on', 'should', '--baseline', baseline('a2a-js')];
    const { code, red, passed } = await judged(...known, ...program('a2a-js', binding));
    expect({ code, red }).toEqual({ code: 0, red: ['CLI-009', 'CLI-011'] });
    expect(passed).toEqual(expect.arrayContaining([...ALWAYS, 'CLI-008', 'CLI-010', 'CLI-013', 'CLI-014']));
  });
});

test('a client that breaks before every agent alike is told once', async () => {
  const few = ['--protocol', 'chat@docs', '--scenario', 'plain,pieces,crlf'];
  const { code, err } = await judged(...few, ...script('throw new Error("boom")'));
  expect(code).toBe(3);
  expect(err.match(/boom/g)!.length).toBeLessThanOrEqual(2);
  expect(err.match(/wrote at last the same as in/g)).toHaveLength(2);
});

test('a result that cannot be read leaves the run incomplete, and says what was expected', async () => {
  const { code, report } = await judged(
    ...['--protocol', 'chat@docs', '--scenario', 'plain'],
    ...script(`
      const body = JSON.stringify({ messages: [{ role: 'user', content: 'hi' }] });
      const headers = { 'content-type': 'application/json' };
      await (await fetch(process.env.AGENTPROTO_URL + '/api/chat-stream', { method: 'POST', headers, body })).text();
      console.log('AGENTPROTO_RESULT {"txt": "hi"}');
    `),
  );
  expect(code).toBe(3);
  expect(JSON.stringify(report)).toContain('in the scenario plain cannot be read: expected AGENTPROTO_RESULT');
});

test('a plain fetch client is red as its baseline says, and no more', async () => {
  const known = ['--fail-on', 'should', '--baseline', baseline('plain-fetch')];
  const { code, red, report } = await judged(...known, ...program('plain-fetch'));
  const all = ['CLI-002', 'CLI-003', 'CLI-008', 'CLI-005', 'CLI-009', 'CLI-010', 'CLI-011', 'CLI-013', 'CLI-014'];
  expect({ code, red }).toEqual({ code: 0, red: all });
  // Each is placed in an exchange of the run.
  const failures = report.scenarios.flatMap((scenario) => scenario.failures);
  expect(failures.length).toBeGreaterThan(2);
  for (const { exchange } of failures) expect(exchange).not.toBeNull();
});

test('a baseline can be written, and the log of the run verified', async () => {
  const folder = await ownFolder();
  const [file, log] = [join(folder, 'b.yaml'), join(folder, 'run.ndjson')];
  const given = ['--scenario', 'plain', '--write-baseline', file, '--reason', 'old', '--report', `run=${log}`];
  expect((await judged(...given, ...program('plain-fetch'))).code).toBe(1);
  expect(await readFile(file, 'utf8')).toContain('id: A2A10-CLI-002');
  expect((await judged('--scenario', 'plain', '--baseline', file, ...program('plain-fetch'))).code).toBe(0);
  expect((await run(['verify', log])).out).toContain('is whole and unchanged');
  expect((await run(['replay', `${log}#A2A10-CLI-002`])).err).toContain('run `client` again');
});

describe('of the flags of a run', () => {
  test('those that choose rules are taken, also from a file that is named', async () => {
    const file = join(await ownFolder(), 'client.yaml');
    await writeFile(file, 'scenario: plain\nonly: A2A10-CLI-001\nfailOn: should\n');
    const { code, passed, red } = await judged('--config', file, ...program('plain-fetch'));
    expect({ code, passed, red }).toEqual({ code: 0, passed: ['CLI-001'], red: [] });
    const none = await refused('--config', file, '--only', 'A2A10-CLI-00[12]', ...program('plain-fetch'));
    expect(none).toContain('matches no requirement');
    const rest = ['--scenario', 'plain', '--skip', 'A2A10-CLI-003,A2A10-CLI-005'];
    expect((await judged(...rest, ...program('plain-fetch'))).red).toEqual(['CLI-002']);
  });

  test.each([
    ['--target=http://127.0.0.1:1', 'AGENTPROTO_URL'],
    ['--ui', '--report html makes the page'],
    ['--watch', 'start it again'],
    ['--concurrency=2', 'at most 4'],
    ['--bearer=x', 'expected of --protocol'],
  ])('%s is refused, with what there is instead', async (flag, instead) => {
    const why = await refused(flag, ...program('plain-fetch'));
    expect(why).toContain('is of runs against servers');
    expect(why).toContain(instead);
  });

  test('settings of servers are none of clients', async () => {
    const file = join(await ownFolder(), 'client.yaml');
    await writeFile(file, 'target: http://127.0.0.1:1\n');
    expect(await refused('--config', file, ...program('plain-fetch'))).toContain('target: unknown setting');
  });
});

test('a scenario is played with the one that it is compared with', async () => {
  const { report } = await judged('--scenario', 'forged-card', ...script(''));
  expect(report.runs.map(({ profile }) => profile)).toEqual(['signed-card', 'forged-card']);
});

test.each([
  [['node', '/path/to/client.test.ts'], 'node client.test.ts'],
  [['env', 'API_KEY=sk-1', 'node', fileURLToPath(import.meta.url)], 'env client.test.ts'],
  [['curl', '-H', 'Authorization: Bearer sk-1', 'http://127.0.0.1'], 'curl'],
  [['mine', '--key', 'sk-1'], 'mine'],
  [['python3', '-c', 'token = "sk-1"'], 'python3'],
  [['npx', '@scope/client', 'run'], 'npx client'],
])('%j is named without what may be secret', (command, name) => {
  expect(nameOf(command)).toBe(name);
});

test("what comes after -- is the client's own, help too", async () => {
  const { code, err } = await run([
    ...['client', '--scenario', 'plain', '--verbose'],
    ...script('console.log(process.argv[1])'),
    '--help',
  ]);
  expect(code).toBe(3);
  expect(err).toContain('--help');
});
