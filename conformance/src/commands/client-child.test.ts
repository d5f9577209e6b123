import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { clientSituations } from '../a2a/clients/situations.ts';
import { CLI, run } from '../cli.test.data.ts';
import { judged, ownFolder, refused, script } from './client.test.data.ts';

/** Nobody may have taken notice of its end yet. */
async function isGone(pid: string): Promise<void> {
  await vi.waitFor(
    () => expect(spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout.trim()).toMatch(/^Z|^$/),
    { timeout: 120_000 },
  );
}

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

  test('writes secrets is shown without them, as it goes on and at last', async () => {
    const writes = script(`
      const { AGENTPROTO_API_KEY: key, MY_API_TOKEN: own } = process.env;
      const authorization = 'Bearer sk-of-somebody';
      await fetch(process.env.AGENTPROTO_URL + '/.well-known/agent-card.json', { headers: { authorization } });
      process.stdout.write('given ' + key.slice(0, 5));
      console.log(key.slice(5) + ', own ' + own + ', sent sk-of-somebody');
      console.error({ headers: { Authorization: 'Bearer sk-never-sent' } });
      process.exitCode = 7;
    `);
    const env = { MY_API_TOKEN: 'tok-of-mine-1' };
    const secret = /agentproto-test-key|tok-of-mine|sk-of-somebody|sk-never-sent/;
    for (const more of [['--verbose'], []]) {
      const { err } = await run(['client', '--scenario', 'extended-card', ...more, ...writes], env);
      expect(err).toContain('given [redacted], own [redacted], sent [redacted]\n');
      expect(err).toContain("Authorization: 'Bearer [redacted]'");
      expect(err).not.toMatch(secret);
    }
    const misread = script(`
      await fetch(process.env.AGENTPROTO_URL + '/.well-known/agent-card.json');
      console.log('AGENTPROTO_RESULT {"txt": "' + '.'.repeat(80) + process.env.MY_API_TOKEN + '"}');
    `);
    const { out } = await run(['client', '--scenario', 'plain', '--report', 'json=-', ...misread], env);
    expect(out).toContain('cannot be read: expected AGENTPROTO_RESULT');
    expect(out).not.toContain('tok-');
  });

  test('does not end is ended, and so is what it has started', async () => {
    const file = join(await ownFolder(), 'pid');
    const endless = script(`
      import { spawn } from 'node:child_process';
      import { writeFileSync } from 'node:fs';
      process.on('SIGTERM', () => {});
      const start = (detached) =>
        spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit', detached }).pid;
      writeFileSync(${JSON.stringify(file)}, [start(false), start(process.platform === 'linux')].join());
      setInterval(() => {}, 1000);
    `);
    // A busy machine may take longer to start them than they were given.
    let pids: string[] = [];
    for (let seconds = 2; pids.length < 2 && seconds < 60; seconds *= 3) {
      const { code, report } = await judged('--scenario', 'plain', '--timeout', `${seconds}s`, ...endless);
      expect(code).toBe(3);
      expect(report.stopped!.message).toContain(`did not end within ${seconds} s`);
      pids = await readFile(file, 'utf8').then(
        (text) => text.split(','),
        () => [],
      );
    }
    expect(pids).toHaveLength(2);
    for (const pid of pids) await isGone(pid);
  });

  test.skipIf(process.platform !== 'linux')('leaves a daemon behind does not have it survive', async () => {
    const file = join(await ownFolder(), 'pid');
    // To wait for what holds its output open is to wait for the end of this time, and of this test.
    await judged(
      ...['--scenario', 'plain', '--timeout', '10m'],
      ...script(`
        import { spawn } from 'node:child_process';
        import { writeFileSync } from 'node:fs';
        const endless = ['-e', 'setInterval(() => {}, 1000)'];
        const child = spawn(process.execPath, endless, { stdio: 'inherit', detached: true });
        writeFileSync(${JSON.stringify(file)}, String(child.pid));
        child.unref();
      `),
    );
    await expect(isGone(await readFile(file, 'utf8'))).resolves.toBeUndefined();
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
      await vi.waitFor(async () => expect(await readFile(file, 'utf8')).not.toBe(''), { timeout: 120_000 });
      suite.kill(signal);
      await ended;
      for (const pid of (await readFile(file, 'utf8')).split(',')) await isGone(pid);
    },
  );

  test('is run as often at a time as there are processors, and at most four times', async () => {
    const file = join(await ownFolder(), 'times');
    const atOnce = Math.min(availableParallelism(), 4);
    await judged(
      ...script(`
        import { appendFileSync, readFileSync } from 'node:fs';
        import { setTimeout } from 'node:timers/promises';
        appendFileSync(${JSON.stringify(file)}, '+');
        // The first wait for each other; then there is time for one too many.
        while (readFileSync(${JSON.stringify(file)}, 'utf8').split('+').length <= ${atOnce}) await setTimeout(10);
        await setTimeout(200);
        await fetch(process.env.AGENTPROTO_URL + '/.well-known/agent-card.json');
        appendFileSync(${JSON.stringify(file)}, '-');
      `),
    );
    let now = 0;
    let most = 0;
    const times = await readFile(file, 'utf8');
    for (const one of times) most = Math.max(most, (now += one === '+' ? 1 : -1));
    expect(times).toHaveLength(2 * clientSituations.length);
    expect(most).toBe(atOnce);
  });

  test('cannot be started, or is not said, is wrong usage', async () => {
    const usage = { code: 2, err: expect.stringContaining('expected -- and the command') as string };
    expect(await run(['client', 'my-client.mjs'])).toMatchObject(usage);
    expect(await refused('--', '/no/such/program')).toContain('/no/such/program could not be started');
    expect(await refused('--protocol', 'a2a@0.1', ...script(''))).toContain('rules for clients: a2a@1.0');
    expect(await refused('--scenario', 'plan', ...script(''))).toContain('did you mean plain?');
  });
});
