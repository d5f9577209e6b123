import { expect, test } from 'vitest';
import { GrowingArtifact } from './artifact.ts';

const id = { artifactId: 'a' };

test('texts that continue a text become one part; what else is said of a part keeps it apart', () => {
  const artifact = new GrowingArtifact({ ...id, name: 'A', parts: [{ text: 'one' }] });
  artifact.extend({ ...id, parts: [{ text: ' two' }, { text: ' three' }] });
  artifact.extend({ ...id, parts: [{ text: '#', mediaType: 'text/markdown' }] });
  artifact.extend({ ...id, parts: [{ text: 'four' }] });
  artifact.extend({ ...id, parts: [{ text: '!' }, { data: 5 }] });
  expect(artifact.copy()).toEqual({
    ...id,
    name: 'A',
    parts: [{ text: 'one two three' }, { text: '#', mediaType: 'text/markdown' }, { text: 'four!' }, { data: 5 }],
  });
});

test('later pieces change neither the events nor an earlier copy', () => {
  const first = { ...id, parts: [{ text: 'one' }] };
  const artifact = new GrowingArtifact(first);
  artifact.extend({ ...id, parts: [{ text: ' two' }] });
  const before = artifact.copy();
  artifact.extend({ ...id, parts: [{ text: ' three' }] });
  expect(first.parts).toEqual([{ text: 'one' }]);
  expect(before.parts).toEqual([{ text: 'one two' }]);
  expect(artifact.copy().parts).toEqual([{ text: 'one two three' }]);
});

test('other members of a piece take the place of those before', () => {
  const artifact = new GrowingArtifact({ ...id, name: 'A', description: 'first', parts: [] });
  artifact.extend({ ...id, name: 'B', metadata: { n: 1 }, parts: [{ text: 'x' }] });
  expect(artifact.copy()).toEqual({
    ...id,
    name: 'B',
    description: 'first',
    metadata: { n: 1 },
    parts: [{ text: 'x' }],
  });
});

test('a hundred thousand pieces are one text', () => {
  const artifact = new GrowingArtifact({ ...id, parts: [{ text: '' }] });
  for (let n = 0; n < 100_000; n++) artifact.extend({ ...id, parts: [{ text: `${n % 10}` }] });
  expect(artifact.copy().parts).toEqual([{ text: '0123456789'.repeat(10_000) }]);
});
