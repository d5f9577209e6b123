import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Command } from '../command.ts';
import { UsageError } from '../kit/usage-error.ts';
import { findConfig } from './config.ts';
import { parseFlags } from './flags.ts';
import { readSettings, RUN_FLAGS } from './settings.ts';

const WORKFLOW = join('.github', 'workflows', 'conformance.yml');

/** `init`: writes a configuration, and a workflow where there is GitHub, after asking; asks nothing under `--yes` or without a terminal. */
export const init: Command = async (args) => {
  const flags = parseFlags(args, [
    { name: 'target', value: 'a URL such as http://127.0.0.1:8080' },
    { name: 'start', value: 'a command that starts the server' },
    { name: 'yes' },
  ]);
  if (flags.positionals.length > 0)
    throw new UsageError(`init: unexpected ${JSON.stringify(flags.positionals[0])}; expected flags only`);
  const known = findConfig('.');
  if (known !== undefined) throw new UsageError(`init: there is ${known} already; remove it first, or change it`);
  const ask = asker(process.stdin.isTTY === true && !flags.has('yes'));
  try {
    const target = flags.one('target') ?? (await ask('Base URL of the agent server', 'http://127.0.0.1:8080'));
    // The same words as for a run, where it is none.
    readSettings(parseFlags(['--target', target], RUN_FLAGS), {});
    const written = [await write('agentproto.config.yaml', configOf(target))];
    const wanted = existsSync('.github') ? await ask(`Write ${WORKFLOW}? (yes, no)`, 'yes') : 'no';
    if (/^y/i.test(wanted) && !existsSync(WORKFLOW)) {
      const start = flags.one('start') ?? (await ask('Command that starts the server', 'npm start'));
      written.push(await write(WORKFLOW, workflowOf(target, start)));
    }
    const gitlab = existsSync('.gitlab-ci.yml')
      ? ['For GitLab, see https://github.com/agentproto/agentproto/blob/main/docs/ci.md']
      : [];
    process.stdout.write(
      `${[...written.map((file) => `wrote ${file}`), ...gitlab, 'Next: npx agentproto-conformance'].join('\n')}\n`,
    );
    return 0;
  } finally {
    ask.close();
  }
};

function asker(isLive: boolean) {
  const lines = isLive ? createInterface({ input: process.stdin, output: process.stderr }) : undefined;
  const ask = async (question: string, usual: string) =>
    (lines && (await lines.question(`${question} [${usual}] `)).trim()) || usual;
  return Object.assign(ask, { close: () => lines?.close() });
}

async function write(file: string, text: string): Promise<string> {
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text, { flag: 'wx' });
  return file;
}

function configOf(target: string): string {
  return `# yaml-language-server: $schema=https://unpkg.com/agentproto-conformance/src/config.schema.json
# Flags of agentproto-conformance under their names in camel case; the command line wins. \${NAME} is a variable of the environment.
target: ${JSON.stringify(target)}
# bearer: \${AGENT_TOKEN}
# baseline: agentproto.baseline.yaml   (--write-baseline begins one)
report:
  - html
  - junit
  - run
`;
}

function workflowOf(target: string, start: string): string {
  return `name: conformance
on: [push, pull_request]
permissions:
  contents: read
jobs:
  conformance:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-node@v5
        with: { node-version: 24 }
      - run: npm ci
      - run: ${JSON.stringify(`(${start} &)`)}
      - uses: agentproto/agentproto@main
        with:
          target: ${JSON.stringify(target)}
      - if: always()
        uses: actions/upload-artifact@v4
        with: { name: agentproto, path: agentproto-reports }
`;
}
