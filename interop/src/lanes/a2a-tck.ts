import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createReferenceServer, type A2AOptions } from '@agentproto/reference-server';
import { finish } from '../child.ts';
import type { Lane } from '../lane.ts';
import { pythonFor, type Python } from '../python.ts';
import type { Exercised, Step } from '../result.ts';
import { Skip } from '../skip.ts';
import { readOutcomes, type Outcome } from '../pytest.ts';

const WHERE = '--path DIR: expected a checkout of github.com/a2aproject/a2a-tck at its 1.0 line (branch 1.0-dev)';
const LIMIT_MS = 900_000;

/** A way to set up the reference server: some of its tests ask for what others exclude. */
interface SetUp {
  name: string;
  protocol: 'a2a@1.0' | 'a2a@1.0.0';
  capabilities: NonNullable<A2AOptions['capabilities']>;
  /** pytest's `-k`. Default: all tests. */
  only?: string;
  /** Tests in which the TCK errs, by their name, or the beginning of it, and the section that says so. */
  errs: Readonly<Record<string, string>>;
}

const EXTENSION = 'urn:a2a:tck:required-extension';
const SEND_003 = {
  'test_must_requirement[CORE-SEND-003':
    '§3.1.1: an unsupported media type is ContentTypeNotSupportedError, as the requirement itself says; the test wants the call to succeed.',
};
const NEWER_MEDIA_TYPE =
  '§11.1 and §11.6 of 1.0.1: application/a2a+json should be used; the test wants the application/json of 1.0.0.';

/** It goes by the tables and media types of 1.0.0. */
const SET_UPS: readonly SetUp[] = [
  {
    name: 'a2a@1.0.0',
    protocol: 'a2a@1.0.0',
    capabilities: { streaming: true, pushNotifications: true },
    errs: SEND_003,
  },
  {
    name: 'a2a@1.0',
    protocol: 'a2a@1.0',
    capabilities: { streaming: true, pushNotifications: true },
    errs: {
      ...SEND_003,
      test_error_uses_aip193_format: NEWER_MEDIA_TYPE,
      test_response_content_type: NEWER_MEDIA_TYPE,
      test_error_content_type: NEWER_MEDIA_TYPE,
      test_content_type_not_supported_returns_415:
        '§5.4 of 1.0.1: ContentTypeNotSupportedError is 400; the test wants the 415 of 1.0.0.',
    },
  },
  {
    name: 'without streaming and push',
    protocol: 'a2a@1.0.0',
    capabilities: { streaming: false },
    only: 'not_supported or unsupported',
    errs: {},
  },
  {
    name: 'with a required extension',
    protocol: 'a2a@1.0.0',
    capabilities: { streaming: true, extensions: [{ uri: EXTENSION, required: true }] },
    only: 'required_extension',
    errs: {},
  },
];

/** The compatibility kit of the A2A project, on our reference server over both bindings. */
export const a2aTck: Lane = {
  name: 'tck',
  system: 'A2A TCK',
  usage: '--path DIR',
  async prepare(options) {
    if (options.path === undefined) throw new Skip(WHERE);
    const checkout = resolve(options.path);
    const project = await readFile(join(checkout, 'pyproject.toml'), 'utf8').catch(() => '');
    if (!/^name = "a2a-tck"\nversion = "1\./m.test(project)) throw new Skip(`${WHERE}; ${checkout} is none`);
    const python = await pythonFor({ lane: 'a2a-tck' }, options);
    const head = await finish({ file: 'git', args: ['log', '-1', '--format=%h, %cs'], cwd: checkout }, 10_000);
    return {
      version: head.stdout.trim() || 'of an unknown commit',
      exercise: [],
      clients: SET_UPS.map((setUp) => () => judged(python, checkout, setUp)),
    };
  },
};

async function judged(python: Python, checkout: string, setUp: SetUp): Promise<Exercised> {
  await using server = await createReferenceServer({
    protocols: [setUp.protocol],
    a2a: { capabilities: setUp.capabilities },
    webhooks: { loopback: true },
  });
  const args = ['tests/compatibility/', `--sut-host=${server.url}`, '--transport=jsonrpc,http_json'];
  const selected = setUp.only === undefined ? [] : ['-k', setUp.only];
  const quiet = ['-q', '-rA', '--tb=no', '-p', 'no:cacheprovider'];
  const { file, env } = python.running('');
  const command = { file, args: ['-m', 'pytest', ...args, ...selected, ...quiet], cwd: checkout };
  // A line of the summary is as long as the terminal is wide.
  const { code, stdout, stderr } = await finish({ ...command, env: { ...env, COLUMNS: '1000' } }, LIMIT_MS);
  const outcomes = readOutcomes(stdout);
  if (!outcomes || (code !== 0 && code !== 1))
    throw new Error(
      `pytest in ${checkout}: expected its summary, got exit code ${code}:\n${(stdout + stderr).slice(-2_000)}`,
    );
  return { binding: setUp.name, steps: stepsOf(outcomes, setUp), deviations: [] };
}

/** What passed in one line, and each test that did not. An error of the TCK that no longer comes is a fault of the lane. */
function stepsOf({ passed, skipped, failed }: NonNullable<ReturnType<typeof readOutcomes>>, { errs }: SetUp): Step[] {
  const whyOf = ({ test }: Outcome) => Object.entries(errs).find(([name]) => nameIn(test).startsWith(name));
  const red = failed.map((one): Step => {
    const known = whyOf(one);
    return { name: nameIn(one.test), result: known ? 'false alarm' : 'failed', saw: known ? known[1] : one.message };
  });
  const gone = Object.keys(errs).filter((name) => !failed.some(({ test }) => nameIn(test).startsWith(name)));
  return [
    { name: 'tests that pass', result: 'ok', saw: String(passed) },
    // gRPC, and what another set-up has.
    { name: 'tests that do not apply', result: 'not offered', saw: String(skipped) },
    ...red,
    ...gone.map((name): Step => ({ name, result: 'failed', saw: 'passes, though the lane says that the TCK errs' })),
  ];
}

const nameIn = (test: string): string => test.split('::').at(-1)!;
