import * as v01 from '@agentproto/rules/a2a/0.1';
import * as v02 from '@agentproto/rules/a2a/0.2';
import * as v03 from '@agentproto/rules/a2a/0.3';
import { describe, expect, test } from 'vitest';
import type { ReferenceServer } from '../../server.ts';
import { startServer } from '../caller.test.kit.ts';
import { ERAS, speak, stateOf, STORY, taskOf } from './eras.test.kit.ts';
import type { Json } from './eras.test.kit.ts';

/** Where each revision is found. */

describe('cards', () => {
  const card = async (server: ReferenceServer, path: string): Promise<Json> =>
    (await (await fetch(server.url + path)).json()) as Json;

  test.each([
    ['0.3', '/.well-known/agent-card.json', v03, { protocolVersion: '0.3.0', preferredTransport: 'JSONRPC' }],
    ['0.2', '/.well-known/agent.json', v02, { protocolVersion: '0.2.6', preferredTransport: 'JSONRPC' }],
    ['0.1', '/.well-known/agent.json', v01, { capabilities: { streaming: true, pushNotifications: false } }],
  ])('%s has its own, at the root and at home', async (revision, path, { validate }, members) => {
    const server = await startServer({ protocols: [`a2a@${revision}`] });
    const found = await card(server, path);
    expect(validate('AgentCard', found)).toEqual([]);
    expect(found).toMatchObject({ ...members, url: `${server.url}/a2a/${revision}` });
    expect(await card(server, `/a2a/${revision}${path}`)).toEqual(found);
  });

  test('0.3 names both of its bindings', async () => {
    const server = await startServer({ protocols: ['a2a@0.3'] });
    const url = `${server.url}/a2a/0.3`;
    expect(await card(server, '/.well-known/agent-card.json')).toMatchObject({
      additionalInterfaces: [
        { url, transport: 'JSONRPC' },
        { url, transport: 'HTTP+JSON' },
      ],
    });
  });

  test('agent.json answers GET, HEAD and OPTIONS', async () => {
    const server = await startServer({ protocols: ['a2a@0.1'] });
    const url = `${server.url}/.well-known/agent.json`;
    const [get, head, options] = await Promise.all(['GET', 'HEAD', 'OPTIONS'].map((method) => fetch(url, { method })));
    expect([get!.status, head!.status, options!.status]).toEqual([200, 200, 204]);
    expect(head!.headers.get('content-length')).toBe(get!.headers.get('content-length'));
    expect(options!.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
  });

  test('of a server that speaks all, one card lists 1.0 and 0.3, and agent.json 0.2 and 0.1', async () => {
    const server = await startServer({ apiKey: 'key' });
    const newest = await card(server, '/.well-known/agent-card.json');
    expect(v03.validate('AgentCard', newest)).toEqual([]);
    expect(newest['supportedInterfaces']).toMatchObject([
      { url: `${server.url}/a2a/1.0`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
      { url: `${server.url}/a2a/1.0`, protocolBinding: 'HTTP+JSON', protocolVersion: '1.0' },
      { url: `${server.url}/a2a/0.3`, protocolBinding: 'JSONRPC', protocolVersion: '0.3' },
      { url: `${server.url}/a2a/0.3`, protocolBinding: 'HTTP+JSON', protocolVersion: '0.3' },
      { url: `${server.url}/a2a/0.2`, protocolBinding: 'JSONRPC', protocolVersion: '0.2' },
      { url: `${server.url}/a2a/0.1`, protocolBinding: 'JSONRPC', protocolVersion: '0.1' },
    ]);
    expect(newest).toMatchObject({ protocolVersion: '0.3.0', url: `${server.url}/a2a/0.3` });
    const older = await card(server, '/.well-known/agent.json');
    expect(v02.validate('AgentCard', older)).toEqual([]);
    expect(v01.validate('AgentCard', older)).toEqual([]);
    expect(older).toMatchObject({
      protocolVersion: '0.2.6',
      url: `${server.url}/`,
      authentication: { schemes: ['Bearer', 'apiKey'] },
    });
  });

  test('0.2 has the extended card beside its url', async () => {
    const server = await startServer({
      protocols: ['a2a@0.2'],
      apiKey: 'key',
      a2a: { extendedCard: { description: 'Known.' } },
    });
    const url = `${server.url}/a2a/agent/authenticatedExtendedCard`;
    expect((await fetch(url)).status).toBe(401);
    const known = await fetch(url, { headers: { authorization: 'Bearer key' } });
    expect(known.status).toBe(200);
    expect(await known.json()).toMatchObject({ description: 'Known.', supportsAuthenticatedExtendedCard: true });
  });
});

describe('the root of a server that speaks all', () => {
  test.each(ERAS)('$revision over $binding is there', async (era) => {
    const server = await startServer();
    const client = speak(server, era, `${server.url}${era.binding === 'JSONRPC' ? '/' : ''}`);
    const task = taskOf(await client.call('send', era.send(STORY)));
    expect(stateOf(task)).toBe('completed');
    expect(stateOf(await client.call('get', { id: String(task['id']) }))).toBe('completed');
  });

  test('a method that several have is answered by the revision that made the task', async () => {
    const server = await startServer();
    const oldest = speak(server, ERAS.at(-1)!, `${server.url}/`);
    await oldest.call('send', { ...ERAS.at(-1)!.send(STORY), id: 'mine' });
    expect(await oldest.call('get', { id: 'mine' })).toMatchObject({ sessionId: 's-1' });
    const newer = speak(server, ERAS[0]!, `${server.url}/`);
    const { id } = await newer.call('send', ERAS[0]!.send(STORY));
    expect(await newer.call('get', { id: String(id) })).toMatchObject({ kind: 'task' });
  });
});
