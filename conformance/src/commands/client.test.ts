import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { CLI, run } from '../cli.test.data.ts';
import { clientSituations } from '../a2a/clients/situations.ts';
import type { Report } from '../report/model.ts';
import { nameOf } from './client.ts';

// Each starts the command line, and that a client for each scenario.
vi.setConfig({ testTimeout: 180_000 });

/** Programs as their users would give them to the suite. */
const program = (name: string, ...args: string[]) => [
  '--',
  process.execPath,
  '--conditions=agentproto-source',
  fileURLToPath(new URL(`clients/${name}.test.data.ts`, import.meta.url)),
  ...args,
];
const script = (text: string) => ['--', process.execPath, '--input-type=module', '-e', text];
const baseline = (name: string) => fileURLToPath(new URL(`clients/${name}.baseline.yaml`, import.meta.url));

async function judged(...args: string[]) {
  const { code, out, err } = await run(['client', '--report', 'json=-', ...args]);
  const report = JSON.parse(out === '' ? '{}' : out) as Report;
  const of = (verdict: string) =>
    (report.requirements ?? []).filter((row) => row.verdict === verdict).map(({ id }) => id.slice('A2A10-'.length));
  return { code, err, report, passed: of('pass'), red: [...of('violation'), ...of('warning')] };
}

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
  const should = ['--fail-on', 'should'];
  const known = await judged(...should, '--baseline', baseline('plain-fetch'), ...program('plain-fetch'));
  const red = ['CLI-002', 'CLI-003', 'CLI-008', 'CLI-005', 'CLI-009', 'CLI-010', 'CLI-011', 'CLI-013', 'CLI-014'];
  expect(known).toMatchObject({ code: 0, red });
  const unknown = await judged(...should, ...program('plain-fetch'));
  expect(unknown).toMatchObject({ code: 1, red });
  // Each is placed in an exchange of the run.
  const failures = unknown.report.scenarios.flatMap((scenario) => scenario.failures);
  expect(failures.length).toBeGreaterThan(2);
  for (const { exchange } of failures) expect(exchange).not.toBeNull();
});

test('a baseline can be written, and the log of the run verified', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'agentproto-client-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [file, log] = [join(folder, 'b.yaml'), join(folder, 'run.ndjson')];
  const given = ['--scenario', 'plain', '--write-baseline', file, '--reason', 'old', '--report', `run=${log}`];
  expect((await judged(...given, ...program('plain-fetch'))).code).toBe(1);
  expect(await readFile(file, 'utf8')).toContain('id: A2A10-CLI-002');
  expect((await judged('--scenario', 'plain', '--baseline', file, ...program('plain-fetch'))).code).toBe(0);
  expect((await run(['verify', log])).out).toContain('is whole and unchanged');
  expect((await run(['replay', `${log}#A2A10-CLI-002`])).err).toContain('run `client` again');
});

/** Nobody may have taken notice of its end yet. */
const isGone = (pid: string) =>
  vi.waitFor(
    () => expect(spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout.trim()).toMatch(/^Z|^$/),
    { timeout: 30_000 },
  );

async function ownFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'agentproto-client-'));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

describe('of the flags of a run', () => {
  test('those that choose rules are taken, also from a file that is named', async () => {
    const file = join(await ownFolder(), 'client.yaml');
    await writeFile(file, 'scenario: plain\nonly: A2A10-CLI-001\nfailOn: should\n');
    const { code, passed, red } = await judged('--config', file, ...program('plain-fetch'));
    expect({ code, passed, red }).toEqual({ code: 0, passed: ['CLI-001'], red: [] });
    const skipped = await judged('--config', file, '--only', 'A2A10-CLI-00[12]', ...program('plain-fetch'));
    expect(skipped).toMatchObject({ code: 2, err: expect.stringContaining('matches no requirement') as string });
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
    const { code, err } = await judged(flag, ...program('plain-fetch'));
    expect(code).toBe(2);
    expect(err).toContain('is of runs against servers');
    expect(err).toContain(instead);
  });

  test('settings of servers are none of clients', async () => {
    const file = join(await ownFolder(), 'client.yaml');
    await writeFile(file, 'target: http://127.0.0.1:1\n');
    const { code, err } = await judged('--config', file, ...program('plain-fetch'));
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('target: unknown setting') as string });
  });
});

describe('a client that', () => {
  test('does nothing, or breaks off, is not judged as if it had', async () => {
    const nothing = await judged('--scenario', 'plain', ...script(''));
    expect(nothing).toMatchObject({ code: 3, red: [], passed: [] });
    expect(nothing.report.stopped!.message).toContain('sent no request in the scenario plain');
    const fails = await judged('--scenario', 'plain', ...script('console.error("oh no"); process.exit(7)'));
    expect(fails.code).toBe(3);
    expect(fails.report.stopped!.message).toContain('ended with exit code 7');
    expect(fails.err).toContain('oh no');
  });

  test('reads the card and does no more gets no green for what it never did', async () => {
    const card = "await fetch(process.env.AGENTPROTO_URL + '/.well-known/agent-card.json');";
    for (const further of ['', 'console.log(`AGENTPROTO_RESULT {"failed":"I always fail"}`)', 'throw new Error("no")'])
      expect(await judged(...script(card + further))).toMatchObject({ code: 3, passed: [], red: [] });
  });

  test('tells that it failed where nothing was in its way is not judged as if it had done all', async () => {
    const { code, red, passed, report } = await judged(
      ...['--scenario', 'plain'],
      ...script(`
        const headers = { 'a2a-version': '1.0', authorization: 'Bearer sk-of-somebody' };
        await fetch(process.env.AGENTPROTO_URL + '/a2a/1.0/tasks', { headers });
        console.log('AGENTPROTO_RESULT ' + JSON.stringify({
          failed: 'wrong key sk-of-somebody; was: {"Authorization": "Bearer sk-never-sent"}',
        }));
      `),
    );
    expect({ code, red }).toEqual({ code: 3, red: [] });
    expect(passed).toContain('CLI-001');
    expect(report.stopped!.message).toContain('failed in the scenario plain: "wrong key [redacted]; was: ');
    expect(JSON.stringify(report)).not.toMatch(/sk-of-somebody|sk-never-sent/);
  });

  test('does not end is ended, and so is what it has started', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'agentproto-client-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'pid');
    const endless = await judged(
      ...['--scenario', 'plain', '--timeout', '2s'],
      ...script(`
        import { spawn } from 'node:child_process';
        import { writeFileSync } from 'node:fs';
        process.on('SIGTERM', () => {});
        const start = (detached) =>
          spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit', detached }).pid;
        writeFileSync(${JSON.stringify(file)}, [start(false), start(process.platform === 'linux')].join());
        setInterval(() => {}, 1000);
      `),
    );
    expect(endless.code).toBe(3);
    expect(endless.report.stopped!.message).toContain('did not end within 2 s');
    const pids = (await readFile(file, 'utf8')).split(',');
    expect(pids).toHaveLength(2);
    for (const pid of pids) await isGone(pid);
  });

  test.skipIf(process.platform !== 'linux')('leaves a daemon behind does not have it survive', async () => {
    const file = join(await ownFolder(), 'pid');
    const began = performance.now();
    await judged(
      ...['--scenario', 'plain'],
      ...script(`
        import { spawn } from 'node:child_process';
        import { writeFileSync } from 'node:fs';
        const endless = ['-e', 'setInterval(() => {}, 1000)'];
        const child = spawn(process.execPath, endless, { stdio: 'inherit', detached: true });
        writeFileSync(${JSON.stringify(file)}, String(child.pid));
        child.unref();
      `),
    );
    await isGone(await readFile(file, 'utf8'));
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  test('floods what it writes to is judged all the same', async () => {
    const flood = await judged(
      ...['--scenario', 'plain'],
      ...script(`
        import { once } from 'node:events';
        for (const stream of [process.stdout, process.stderr])
          for (let count = 0; count < 256; count++)
            if (!stream.write('x'.repeat(65_536))) await once(stream, 'drain');
        await fetch(process.env.AGENTPROTO_URL + '/.well-known/agent-card.json');
        await fetch(process.env.AGENTPROTO_URL + '/a2a/1.0/tasks', { headers: { 'a2a-version': '1.0' } });
        console.log('\\nAGENTPROTO_RESULT {"failed": "no"}');
        process.exitCode = 9;
      `),
    );
    // What it told was found, and that its exit code says the same is no breaking off.
    expect(flood.report.stopped!.message).toContain('tells that it failed in the scenario plain: "no"');
    expect(flood).toMatchObject({ code: 3, red: [] });
    expect(flood.passed).toEqual(expect.arrayContaining(['CLI-001', 'CLI-002']));
  });

  test.skipIf(process.platform === 'win32').each(['SIGKILL', 'SIGHUP', 'SIGTERM'] as const)(
    'does not survive a run that a %s ends',
    async (signal) => {
      const file = join(await ownFolder(), 'pid');
      const endless = `
        import { spawn } from 'node:child_process';
        import { writeFileSync } from 'node:fs';
        const detached = process.platform === 'linux';
        const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached });
        writeFileSync(${JSON.stringify(file)}, [process.pid, child.pid].join());
        setInterval(() => {}, 1000);
      `;
      const suite = spawn(
        process.execPath,
        ['--conditions=agentproto-source', CLI, 'client', '--scenario', 'plain', ...script(endless)],
        { stdio: 'ignore' },
      );
      const ended = once(suite, 'exit');
      await vi.waitFor(async () => expect(await readFile(file, 'utf8')).not.toBe(''), { timeout: 60_000 });
      suite.kill(signal);
      await ended;
      for (const pid of (await readFile(file, 'utf8')).split(',')) await isGone(pid);
    },
  );

  test('is run as often at a time as there are processors, and at most four times', async () => {
    const file = join(await ownFolder(), 'times');
    await judged(
      ...script(`
        import { appendFileSync } from 'node:fs';
        appendFileSync(${JSON.stringify(file)}, '+');
        await new Promise((resolve) => setTimeout(resolve, 200));
        await fetch(process.env.AGENTPROTO_URL + '/.well-known/agent-card.json');
        appendFileSync(${JSON.stringify(file)}, '-');
      `),
    );
    let now = 0;
    let most = 0;
    const times = await readFile(file, 'utf8');
    for (const one of times) most = Math.max(most, (now += one === '+' ? 1 : -1));
    expect(times).toHaveLength(2 * clientSituations.length);
    expect(most).toBeLessThanOrEqual(Math.min(availableParallelism(), 4));
  });

  test('cannot be started, or is not said, is wrong usage', async () => {
    expect((await judged('--', '/no/such/program')).err).toContain('/no/such/program could not be started');
    const usage = { code: 2, err: expect.stringContaining('expected -- and the command') as string };
    expect(await run(['client', 'my-client.mjs'])).toMatchObject(usage);
    expect((await judged('--protocol', 'a2a@0.3', ...script(''))).err).toContain('rules for clients: a2a@1.0');
    expect((await judged('--scenario', 'plan', ...script(''))).err).toContain('did you mean plain?');
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
    'client',
    '--scenario',
    'plain',
    '--verbose',
    ...script('console.log(process.argv[1])'),
    '--help',
  ]);
  expect(code).toBe(3);
  expect(err).toContain('--help');
});
