import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createReferenceServer } from '@agentproto/reference-server';
import { QUIRKS } from '@agentproto/reference-server/quirks';
import type { AnyQuirk } from '@agentproto/reference-server';
import { type Command, finish } from '../child.ts';
import type { Lane } from '../lane.ts';
import type { Exercised, Step } from '../result.ts';
import { Skip } from '../skip.ts';

const WHERE =
  '--path DIR: expected a checkout of github.com/openresponses/openresponses, with its dependencies (`bun install`)';
const TEST = 'bin/compliance-test.ts';
const LIMIT_MS = 120_000;

/** A model that does what the test hopes that a model does. */
const MODELS: { [test: string]: string } = { 'tool-calling': 'tool' };
const MODEL = 'agentproto';

interface Told {
  results: { id: string; status: string; errors?: string[] }[];
}

/** The compliance test of Open Responses itself, on our reference server. */
export const openResponses: Lane = {
  name: 'open-responses',
  system: 'Open Responses, its compliance test',
  usage: '--path DIR',
  async prepare(options) {
    if (options.path === undefined) throw new Skip(WHERE);
    const checkout = resolve(options.path);
    await access(join(checkout, TEST)).catch(() => {
      throw new Skip(`${WHERE}; ${checkout} is none`);
    });
    const bun = await finish({ file: 'bun', args: ['--version'] }, 10_000);
    if (bun.code !== 0) throw new Skip('its test is run by bun (https://bun.sh), which is not on the path');
    const head = await finish({ file: 'git', args: ['log', '-1', '--format=%h, %cs'], cwd: checkout }, 10_000);
    return {
      version: head.stdout.trim() || 'of an unknown commit',
      exercise: [],
      clients: [() => onPlain(checkout), () => onLegal(checkout)],
    };
  },
};

async function onPlain(checkout: string): Promise<Exercised> {
  return { binding: 'the reference server', steps: await judged(checkout, []), deviations: [] };
}

/** Does what the specification allows, one oddity at a time: what is red there is the test's own fault. */
async function onLegal(checkout: string): Promise<Exercised> {
  const steps: Step[] = [];
  for (const oddity of QUIRKS) {
    if (!oddity.name.startsWith('responses.legal.')) continue;
    const wrong = (await judged(checkout, [oddity])).filter(({ result }) => result === 'failed');
    const red = wrong.map(({ name: test }) => test).join(', ');
    steps.push({ name: oddity.says ?? oddity.name, result: red ? 'false alarm' : 'ok', saw: red || 'all pass' });
  }
  return { binding: 'servers that are unusual, and legal', steps, deviations: [] };
}

async function judged(checkout: string, oddities: AnyQuirk[]): Promise<Step[]> {
  await using server = await createReferenceServer({ quirks: oddities });
  const url = server.urls['responses@2026-04-24']!;
  const special = Object.keys(MODELS);
  const steps = (await tested(checkout, url, MODEL)).filter(({ name }) => !special.includes(name));
  for (const id of special) steps.push(...(await tested(checkout, url, MODELS[id]!, id)));
  // They end in no certain order.
  return steps.toSorted((one, other) => one.name.localeCompare(other.name));
}

async function tested(checkout: string, url: string, model: string, only?: string): Promise<Step[]> {
  const args = ['run', TEST, '--base-url', url, '--api-key', 'none', '--model', model, '--json'];
  const command: Command = { file: 'bun', args: [...args, ...(only ? ['--filter', only] : [])], cwd: checkout };
  const { code, stdout, stderr } = await finish(command, LIMIT_MS);
  let told: Told;
  try {
    told = JSON.parse(stdout) as Told;
  } catch {
    throw new Error(
      `bun ${command.args.join(' ')}: expected its results, got exit code ${code}:\n${stderr.slice(-2_000)}`,
    );
  }
  return told.results.map(({ id, status, errors = [] }) => ({
    name: id,
    result: status === 'passed' ? 'ok' : 'failed',
    saw: status === 'passed' ? 'passed' : `${status}: ${errors.join('; ').slice(0, 300)}`,
  }));
}
