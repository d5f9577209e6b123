import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

test('a card that stands elsewhere is found by its own URL', async () => {
  // As Mastra and VoltAgent have theirs: one for each agent, below /.well-known/ and not at it.
  await using server = await createReferenceServer({ protocols: ['a2a@0.3'] });
  const card = await (await fetch(`${server.url}/.well-known/agent-card.json`)).json();
  const elsewhere = createServer((request, response) => {
    const isCard = request.url === '/.well-known/words/agent-card.json';
    response.writeHead(isCard ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(card));
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const recorder = new Recorder();
  try {
    const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/.well-known/words/agent-card.json`;
    const found = await families.find(({ id }) => id === 'a2a@0.3')!.detect(recorder, new URL(url), { named: false });
    expect(found.found?.evidence).toBe(`agent card at ${url}`);
  } finally {
    await recorder.close();
    elsewhere.closeAllConnections();
    elsewhere.close();
  }
});

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
