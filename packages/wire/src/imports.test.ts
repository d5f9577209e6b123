import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const src = new URL('.', import.meta.url);
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.includes('.test.'),
);

test('the sources run in a browser: no module and no global of Node', () => {
  expect(files).toContain('frames.ts');
  const foreign = /from 'node:|from 'ws'|\bBuffer\b|\bprocess\.|\bsetImmediate\b|from '@agentproto/;
  const guilty = files.filter((file) => foreign.test(readFileSync(new URL(file, src), 'utf8')));
  expect(guilty).toEqual([]);
});
