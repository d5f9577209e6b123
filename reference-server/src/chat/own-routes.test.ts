import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { referenceServer } from '../server.ts';
import { briefs, clientOf, user, WAYS } from './client.test.kit.ts';

test("an application's own routes work beside those of chat (server: Programmatic Control)", async () => {
  const app = Fastify();
  onTestFinished(() => app.close());
  app.get('/custom', () => ({ message: 'Hello from a custom endpoint' }));
  await app.register(referenceServer, { protocols: ['chat@docs'] });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  expect(await (await fetch(`${url}/custom`)).json()).toEqual({ message: 'Hello from a custom endpoint' });
  const client = clientOf({ urls: { 'chat@docs': url } });
  for (const way of WAYS) expect(briefs(await client.events(way, [user('x')]))).toEqual(['text x', 'done']);
});
