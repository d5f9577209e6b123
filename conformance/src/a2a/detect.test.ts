import { createReferenceServer, type ServerOptions } from '@agentproto/reference-server';
import { expect, test } from 'vitest';
import { families } from '../families.ts';
import { Recorder } from '../recorder/recorder.ts';

/** Which revisions of A2A a server is taken for, where none is named. */
async function takenFor(options: ServerOptions): Promise<string[]> {
  await using server = await createReferenceServer(options);
  const recorder = new Recorder();
  try {
    const found: string[] = [];
    for (const family of families.filter(({ id, onlyNamed }) => id.startsWith('a2a@') && !onlyNamed))
      if ((await family.detect(recorder, new URL(server.url), { named: false })).found) found.push(family.id);
    return found;
  } finally {
    await recorder.close();
  }
}

test.each([
  ['each revision by its own card', { protocols: ['a2a@1.0'] }, ['a2a@1.0']],
  ['0.3', { protocols: ['a2a@0.3'] }, ['a2a@0.3']],
  ['0.2', { protocols: ['a2a@0.2'] }, ['a2a@0.2']],
  ['0.1 that asks for credentials', { protocols: ['a2a@0.1'], apiKey: 'k' }, ['a2a@0.1']],
  // Its card may be of 0.1 or of 0.2: whoever guesses wrong finds a server that knows no method.
  ['a card that does not tell', { protocols: ['a2a@0.1'] }, []],
  ['several in one card', { protocols: ['a2a@1.0', 'a2a@0.3'] }, ['a2a@1.0', 'a2a@0.3']],
  // DCAF publishes a card of its own where A2A once had it: no version, no capabilities.
  ['the card of a chat server', { protocols: ['chat@docs'], chat: { a2a: true } }, []],
] as [string, ServerOptions, string[]][])('%s', async (_what, options, ids) => {
  expect(await takenFor(options)).toEqual(ids);
});
