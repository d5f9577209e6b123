import { METHODS } from '@agentproto/protocol/open-agent/0.7';
import { expect, test } from 'vitest';
import { createReferenceServer } from '../server.ts';

test('the reference is served by the double alone: page, script, and a document that needs no other', async () => {
  await using server = await createReferenceServer({ protocols: ['open-agent@0.7'] });
  const base = server.urls['open-agent@0.7']!;
  const page = await (await fetch(`${base}/docs`)).text();
  const [, script] = /<script src="([^"]+)"/.exec(page) ?? [];
  const [, document] = /spec-url="([^"]+)"/.exec(page) ?? [];
  expect(page).not.toMatch(/https?:\/\//);
  expect((await (await fetch(server.url + script)).text()).length).toBeGreaterThan(100_000);
  const openapi = (await (await fetch(server.url + document)).json()) as {
    servers: object[];
    paths: Record<string, Record<string, { operationId?: string }>>;
  };
  expect(openapi.servers).toEqual([{ url: base }]);
  expect(JSON.stringify(openapi)).not.toContain('.schema.json');
  const ids = Object.values(openapi.paths).flatMap((item) =>
    Object.values(item).flatMap((one) => one.operationId ?? []),
  );
  expect(ids.toSorted()).toEqual(Object.keys(METHODS).toSorted());
});
