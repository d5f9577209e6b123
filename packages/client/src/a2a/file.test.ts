import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filePart, filesOf } from './file.ts';
import { filePartAt } from './node/index.ts';
import { dataOf, partsOf, textOf } from './text.ts';

const said = (...parts: object[]) => ({ messageId: 'm', role: 'ROLE_AGENT' as const, parts: parts as never[] });

test('from bytes, a blob and a file', async () => {
  const bytes = new Uint8Array([0, 255, 62, 63]);
  expect(await filePart(bytes)).toEqual({ raw: 'AP8+Pw==' });
  expect(await filePart(bytes.buffer, { filename: 'x' })).toEqual({ raw: 'AP8+Pw==', filename: 'x' });
  expect(await filePart(new Blob([bytes], { type: 'image/png' }))).toEqual({ raw: 'AP8+Pw==', mediaType: 'image/png' });
  const file = new File(['hi'], 'hi.txt', { type: 'text/plain' });
  expect(await filePart(file)).toEqual({ raw: 'aGk=', filename: 'hi.txt', mediaType: 'text/plain' });
  expect(await filePart(file, { filename: 'b', mediaType: 'c/d' })).toMatchObject({ filename: 'b', mediaType: 'c/d' });
});

test('a large one comes back as it was; one that is too large is refused', async () => {
  const bytes = crypto.getRandomValues(new Uint8Array(50_001));
  const [back] = filesOf(said(await filePart(bytes)));
  expect(back!.bytes).toEqual(bytes);
  await expect(filePart(bytes, { maxBytes: 50_000 })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: 'file: expected at most 50000 bytes, got 50001',
  });
});

test('from a path', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'agentproto-file-'));
  const path = join(folder, 'plan.txt');
  await writeFile(path, 'Grüße');
  const part = await filePartAt(path, { mediaType: 'text/plain' });
  expect(part).toMatchObject({ filename: 'plan.txt', mediaType: 'text/plain' });
  expect(new TextDecoder().decode(filesOf(said(part))[0]!.bytes)).toBe('Grüße');
  await expect(filePartAt(`${path}x`)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(filePartAt(folder)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(filePartAt(path, { maxBytes: 2 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await rm(folder, { recursive: true });
});

test('reading an answer', () => {
  const parts = [
    { text: 'one' },
    { data: { n: 1 }, mediaType: 'application/json' },
    { data: null },
    { url: 'https://h/x', filename: 'x', mediaType: 'a/b' },
    { raw: '_-8' },
  ];
  expect(filesOf(said(...parts))).toEqual([
    { url: 'https://h/x', filename: 'x', mediaType: 'a/b' },
    { bytes: new Uint8Array([255, 239]) },
  ]);
  expect(dataOf(said(...parts))).toEqual([{ n: 1 }, null]);
  expect(dataOf(said(...parts), 'application/json')).toEqual([{ n: 1 }]);
  const status = { state: 'TASK_STATE_COMPLETED' as const, message: said({ text: 'done' }) };
  const task = { id: 't', status, artifacts: [{ artifactId: 'a', parts: parts as never[] }] };
  expect([textOf({ task }), partsOf(task).length]).toEqual(['one', 5]);
  expect([textOf({ id: 't', status }), partsOf({ task: { id: 't', status } })]).toEqual(['done', [{ text: 'done' }]]);
  expect(textOf({ statusUpdate: { taskId: 't', contextId: 'c', status } })).toBe('done');
  expect(textOf({ ...task, artifacts: [{ artifactId: 'a', parts: [{ data: 1 }] }] })).toBe('done');
});
