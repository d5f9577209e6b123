import type { Headers } from '@agentproto/recording';
import { requirementsOf } from '@agentproto/rules';
import { describe, expect, test } from 'vitest';
import { judgeClient } from '../../../kit/judge-client.ts';
import { rowTable } from '../../../kit/rows.ts';
import { era02 } from '../../eras/0.2.ts';
import { era03 } from '../../eras/0.3.ts';
import { exchange } from '../exchange.test.data.ts';
import { oldClientChecks } from './index.ts';
import {
  BASE,
  card,
  inError,
  JSON_TYPE,
  message,
  proto,
  refused,
  RPC,
  rpc,
  SAMPLES,
  schemes,
  shown,
  type Sample,
} from './samples.test.data.ts';

const judge = (sample: Sample, era = era03) =>
  judgeClient(oldClientChecks(era), 'exchanges' in sample ? sample : { exchanges: sample }, rowTable({ id: era.id }));

const levelOf = (id: string) => rowTable({ id: 'a2a@0.3' }).get(id as never)!.level as keyof typeof BROKEN;
const KEPT = { must: 'pass', should: 'pass', observe: 'observed' };
const BROKEN = { must: 'violation', should: 'warning', observe: 'observed' };

test('every rule for clients has a recording that keeps it, and one that breaks it', () => {
  const rows = requirementsOf('a2a@0.3').flatMap(({ id, binding }) => (binding.includes('client') ? [id] : []));
  expect(Object.keys(SAMPLES).toSorted()).toEqual(rows);
});

describe.each(Object.entries(SAMPLES))('%s', (id, { green, red }) => {
  test.each(green.map((sample, index) => [index, sample] as const))('is kept (%i)', async (_index, sample) => {
    const findings = await judge(sample);
    expect(findings.find(({ requirement }) => requirement === id)?.verdict).toBe(KEPT[levelOf(id)]);
    expect(findings.filter(({ verdict, failure }) => verdict !== 'pass' && failure)).toEqual([]);
  });
  test.each(red.map((sample, index) => [index, sample] as const))('is broken (%i)', async (_index, sample) => {
    const broken = (await judge(sample)).filter(({ failure }) => failure);
    expect(broken.map(({ requirement, verdict }) => `${requirement} ${verdict}`)).toEqual([
      `${id} ${BROKEN[levelOf(id)]}`,
    ]);
  });
});

describe('in 0.2', () => {
  const older = card({ protocolVersion: '0.2.6', preferredTransport: undefined });
  const known = { ...older, ...schemes };
  const reds = async (sample: Sample) =>
    (await judge(sample, era02))
      .filter(({ verdict }) => verdict !== 'pass')
      .map(({ requirement, verdict }) => `${requirement} ${verdict}`);

  test('the card is at another place', async () => {
    expect(await reds([shown(0, older, { place: 'agent.json' }), rpc(1, 'tasks/get', { id: 't' })])).toEqual([]);
    expect(await reds([shown(0, older)])).toEqual(['A2A03-CLI-022 warning']);
  });

  test('the extended card is beside the url', async () => {
    const beside = (headers: Headers) =>
      exchange(1, 'GET', `${BASE}/agent/authenticatedExtendedCard`, undefined, {
        ...{ headers, json: { ...known, url: `${BASE}/known` } },
      });
    const shownIt = shown(0, known, { place: 'agent.json' });
    expect(
      await reds([shownIt, beside([['X-Key', 'k']]), rpc(2, 'tasks/get', { id: 't' }, { url: `${BASE}/known` })]),
    ).toEqual([]);
    expect(await reds([shownIt, beside([]), rpc(2, 'tasks/get', { id: 't' })])).toEqual([
      'A2A03-CLI-013 violation',
      'A2A03-CLI-014 warning',
    ]);
  });

  test('what came with 0.3 is not asked for', async () => {
    const place = { place: 'agent.json' };
    const spare = card({ ...older, additionalInterfaces: [{ url: `${BASE}/spare`, transport: 'JSONRPC' }] });
    expect(await reds([shown(0, spare, place), rpc(1, 'tasks/get', { id: 't' }, { url: `${BASE}/spare` })])).toEqual(
      [],
    );
    expect(await reds([shown(0, older, place), rpc(1, 'SendMessage', proto)])).toEqual([]);
    expect(await reds({ ...inError({ text: '' }), exchanges: [refused] })).toEqual(['A2A03-CLI-016 warning']);
  });
});

test('a recording that begins in the middle holds nothing against a client that came before', async () => {
  const exchanges = [
    shown(0, card(), { place: 'agent.json' }),
    rpc(1, 'message/send', message({ taskId: 'before', contextId: 'before' })),
  ];
  expect((await judge({ exchanges, partial: true })).filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
});

test('who speaks 1.0 to an agent of both is not judged by 0.3', async () => {
  const both = card({ supportedInterfaces: [{ url: RPC, protocolBinding: 'JSONRPC', protocolVersion: '1.0' }] });
  const headers: Headers = [...JSON_TYPE, ['A2A-Version', '1.0']];
  const mine = { message: { ...proto.message, contextId: 'mine' } };
  const calls = [rpc(1, 'SendMessage', mine, { headers }), rpc(2, 'GetExtendedAgentCard', {}, { headers })];
  const findings = await judge([shown(0, both), ...calls]);
  expect(findings.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
});

test('a request by a name of another revision is one red, whatever else is in it', async () => {
  const mine = { message: { ...proto.message, contextId: 'mine' } };
  const findings = await judge([shown(0), rpc(1, 'SendMessage', mine)]);
  expect(findings.filter(({ failure }) => failure).map(({ requirement }) => requirement)).toEqual(['A2A03-CLI-006']);
});
