import { expect, test } from 'vitest';
import type { ChoiceItem } from './choice.ts';
import { limited } from './limits.ts';

async function* choice(...texts: string[]): AsyncGenerator<ChoiceItem> {
  for (const text of texts) yield { text };
  yield { ended: 'stop', tokens: { input: 1, output: 99 } };
}

async function cut(texts: string[], { stop = [] as string[], most = Infinity } = {}) {
  const said: string[] = [];
  let end: ChoiceItem | undefined;
  for await (const item of limited(choice(...texts), { stop, most, input: 3 })) {
    if ('text' in item) said.push(item.text);
    else end = item;
  }
  return { said, end };
}

test('nothing asked, nothing cut', async () => {
  expect(await cut(['a', 'b'])).toEqual({ said: ['a', 'b'], end: { ended: 'stop', tokens: { input: 1, output: 99 } } });
});

test('the first of several stops ends it, and is left out', async () => {
  expect(await cut(['one two three'], { stop: ['three', 'two'] })).toEqual({
    said: ['one '],
    end: { ended: 'stop', tokens: { input: 3, output: 1 } },
  });
});

test('a stop that comes in pieces ends it, and what only looked like one is said', async () => {
  const { said } = await cut(['a E', 'ND', ' b', ' c'], { stop: ['END b c'] });
  expect(said.join('')).toBe('a ');
  const other = await cut(['a E', 'N', 'X'], { stop: ['END'] });
  expect(other.said).toEqual(['a ', 'ENX']);
  const last = await cut(['a EN'], { stop: ['END'] });
  expect(last).toMatchObject({ said: ['a ', 'EN'], end: { tokens: { output: 99 } } });
});

test('a token has four characters, and the last is not exceeded', async () => {
  expect(await cut(['12345', '678', '9'], { most: 2 })).toEqual({
    said: ['12345', '678'],
    end: { ended: 'length', tokens: { input: 3, output: 2 } },
  });
  expect((await cut(['12345678'], { most: 2 })).end).toEqual({ ended: 'stop', tokens: { input: 1, output: 99 } });
  expect(await cut(['12345 END 123456'], { most: 1, stop: ['END'] })).toMatchObject({ said: ['1234'] });
});

test('who cuts leaves the source', async () => {
  let left = false;
  async function* endless(): AsyncGenerator<ChoiceItem> {
    try {
      for (;;) yield { text: 'xxxx' };
    } finally {
      left = true;
    }
  }
  for await (const _ of limited(endless(), { stop: [], most: 3, input: 0 })) void _;
  expect(left).toBe(true);
});
