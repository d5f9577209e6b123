import type { Headers } from '@agentproto/recording';
import { createReferenceServer } from '@agentproto/reference-server';
import { expect, test } from 'vitest';
import { Recorder } from '../recorder/recorder.ts';
import { contract07, contractReadme, type Contract } from './contract.ts';
import { detect } from './detect.ts';

async function look(
  contract: Contract,
  url: string,
  { headers = [], named = false }: { headers?: Headers; named?: boolean } = {},
) {
  await using recorder = new Recorder({ headers });
  return await detect(contract, recorder, new URL(url), { named });
}

test('0.7 is found by itself, with its /v1 and without; with a key, a bearer token, or nothing', async () => {
  await using server = await createReferenceServer({ protocols: ['open-agent@0.7'] });
  const base = server.urls['open-agent@0.7']!;
  for (const url of [base, base.replace(/\/v1$/, '')]) {
    const { found } = await look(contract07, url, { headers: [['X-API-Key', 'oaa_test_ada']] });
    expect(found).toMatchObject({ base, turned: false });
  }
  const turned = await look(contract07, base, { headers: [['Authorization', 'Bearer oaa_test_ada']] });
  expect(turned.found).toMatchObject({ base, turned: false });
  expect((await look(contract07, base)).found).toMatchObject({ base, turned: false });
});

test('the README is found where it is, and 0.7 is not found there', async () => {
  await using server = await createReferenceServer({ protocols: ['open-agent@readme'] });
  const base = server.urls['open-agent@readme']!;
  expect((await look(contractReadme, base, { named: true })).found).toMatchObject({ base });
  expect((await look(contract07, base)).found).toBeUndefined();
});

test('another protocol is not taken for it', async () => {
  await using server = await createReferenceServer({ protocols: ['responses@2026-04-24', 'chat@docs'] });
  for (const contract of [contract07, contractReadme])
    expect(await look(contract, server.url)).toMatchObject({ reachable: true, tried: expect.any(Array) });
});
