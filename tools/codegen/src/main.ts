import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { list, writeFiles } from './output.ts';
import { SpecError } from './spec-file.ts';
import { stampOf } from './stamp.ts';
import { NOTICES } from './third-party.ts';

const root = resolve(import.meta.dirname, '../../..');
const specs = join(root, 'specs');
const outputs = {
  protocol: join(root, 'packages/protocol/src/generated'),
  rules: join(root, 'packages/rules/src/generated'),
  specs: join(root, 'packages/rules/specs'),
};
const noticesFile = join(root, 'packages/rules', NOTICES);
/** What went in and what came out last time: while both are the same, there is nothing to do. */
const stampFile = join(import.meta.dirname, '../node_modules/.cache/generated');
const stamp = () =>
  stampOf([specs, import.meta.dirname, ...Object.values(outputs)], [noticesFile, join(root, 'pnpm-lock.yaml')]);

if (stamp() === lastStamp()) console.log('generate: nothing changed');
else await run();

async function run(): Promise<void> {
  try {
    // Only now: the generators take half a second to load.
    const { generate } = await import('./generate.ts');
    const { protocol, rules, documents, notices } = await generate(specs);
    const copy = new Map(list(specs).map((path) => [path, readFileSync(join(specs, path), 'utf8')]));
    const made = [...writeFiles(outputs.protocol, protocol), ...writeFiles(outputs.rules, rules)];
    const copied = writeFiles(outputs.specs, new Map([...copy, ...documents]));
    writeFileSync(noticesFile, notices);
    mkdirSync(dirname(stampFile), { recursive: true });
    writeFileSync(stampFile, stamp());
    console.log(`generate: ${made.length} of the generated files and ${copied.length} of the copied specs changed`);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

function lastStamp(): string | undefined {
  try {
    return readFileSync(stampFile, 'utf8');
  } catch {
    return undefined;
  }
}
