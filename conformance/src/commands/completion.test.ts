import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { run } from '../cli.test.data.ts';
import { VERBS } from './completion.ts';

test('bash completes verbs, flags and formats', async () => {
  const { out, code } = await run(['completion', 'bash']);
  expect(code).toBe(0);
  const complete = (...words: string[]) => {
    const line = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _agentproto_conformance; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', `${out}\n${line}`], { encoding: 'utf8' });
    expect(stderr).toBe('');
    return stdout.trim().split(' ');
  };
  expect(complete('agentproto-conformance', 'ver')).toEqual(['verify']);
  expect(complete('agentproto-conformance', '--fail')).toEqual(['--fail-on']);
  expect(complete('agentproto-conformance', '--report', 'ju')).toEqual(['junit']);
});

test('the other shells know every verb, and no shell is guessed', async () => {
  for (const shell of ['zsh', 'fish']) {
    const { out } = await run(['completion', shell]);
    for (const verb of VERBS) expect(out).toContain(verb);
  }
  expect(await run(['completion', 'tcsh'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('expected bash, zsh, fish, got tcsh') as string,
  });
});

test('every verb of the command line is completed', async () => {
  const { err } = await run(['none']);
  for (const verb of VERBS) expect(err).toContain(verb);
  expect(/expected (.*), or --target/.exec(err)?.[1]?.split(', ').toSorted()).toEqual([...VERBS].toSorted());
});
