import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseScript, parseScriptText } from './parse.ts';
import { PRESETS } from './presets.ts';
import { STEP_KINDS } from './step-check.ts';

/** docs/script.md says what the package does. */

const page = readFileSync(join(import.meta.dirname, '../../../docs/script.md'), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| `'));

test('its scripts can be read', () => {
  const scripts = [...page.matchAll(/^```json\n(.*?)^```/gms)].map(([, text = '']) => parseScriptText(text));
  expect(scripts).toHaveLength(2);
});

test('every step is there, with an example that can be read', () => {
  for (const kind of STEP_KINDS) {
    const example = rows.map((row) => new RegExp(`^\\| \`${kind}\` \\| \`(.*?)\` \\|`).exec(row)?.[1]).find(Boolean);
    const step: unknown = JSON.parse(example ?? `"no example of ${kind}"`);
    expect(parseScript([step]).steps[0]).toHaveProperty(kind);
  }
});

test('every preset is there', () => {
  const listed = rows.filter((row) => row.startsWith('| `@'));
  expect(listed).toEqual(Object.values(PRESETS).map(({ usage, does }) => `| \`${usage}\` | ${does} |`));
});
