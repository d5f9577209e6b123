import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stampOf } from './stamp.ts';

test('a stamp is other as soon as a file, or its name, or the number of files is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'agentproto-stamp-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const stamps = [stampOf([folder])];
  const after = (change: () => void) => {
    change();
    stamps.push(stampOf([folder]));
  };
  after(() => writeFileSync(join(folder, 'a'), '1'));
  after(() => writeFileSync(join(folder, 'a'), '2'));
  after(() => renameSync(join(folder, 'a'), join(folder, 'b')));
  after(() => writeFileSync(join(folder, 'c'), ''));
  expect(new Set(stamps).size).toBe(5);
  after(() => rmSync(join(folder, 'c')));
  expect(stamps[5]).toBe(stamps[3]);
});
