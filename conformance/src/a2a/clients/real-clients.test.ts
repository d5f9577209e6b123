import { randomUUID } from 'node:crypto';
import { Message } from '@a2a-js/sdk';
import { ClientFactory, ClientFactoryOptions, JsonRpcTransportFactory, RestTransportFactory } from '@a2a-js/sdk/client';
import { A2AClient, type BindingName } from '@agentproto/client/a2a';
import { createReferenceServer } from '@agentproto/reference-server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { judgeClient } from '../../kit/judge-client.ts';
import { RecordingProxy } from '../../recorder/recording-proxy.ts';
import { clientChecks } from './index.ts';

/** Clients that people use, and what a recording of them shows. */

async function recorded(play: (url: string) => Promise<void>, tenants?: string[]) {
  const proxy = await RecordingProxy.start();
  onTestFinished(() => proxy.close());
  const server = await createReferenceServer({
    ...{ protocols: ['a2a@1.0'], publicUrl: proxy.origin },
    ...(tenants && { a2a: { tenants } }),
  });
  onTestFinished(() => server.close());
  proxy.target = server.url;
  await play(proxy.url);
  const findings = await judgeClient(clientChecks, { exchanges: proxy.exchanges });
  const byVerdict = Map.groupBy(findings, ({ verdict }) => verdict);
  const rows = (verdict: 'pass' | 'violation' | 'warning') =>
    (byVerdict.get(verdict) ?? []).map(({ requirement }) => requirement.slice(6)).sort();
  return { passed: rows('pass'), red: [...rows('violation'), ...rows('warning')] };
}

const ofEach = ['CLI-001', 'CLI-002', 'CLI-003', 'CLI-004', 'CLI-005'];

describe.each<BindingName>(['JSONRPC', 'HTTP+JSON'])('over %s', (binding) => {
  const ours = async (url: string) => {
    const agent = await A2AClient.connect(url, { binding });
    const answer = await agent.send('hello');
    await agent.send({ parts: [{ text: 'again' }], contextId: answer.task!.contextId! });
    await agent.stream('hello').final();
    await agent.get(answer.task!.id);
    await agent.close();
  };

  test('our client keeps the rules', async () => {
    const { passed, red } = await recorded(ours);
    expect(red).toEqual([]);
    expect(passed).toEqual(
      expect.arrayContaining([...ofEach, 'CLI-006', ...(binding === 'HTTP+JSON' ? ['CLI-012'] : [])]),
    );
  });

  test('our client keeps them with a tenant', async () => {
    const { passed, red } = await recorded(ours, ['north']);
    expect(red).toEqual([]);
    expect(passed).toEqual(expect.arrayContaining(ofEach));
  });

  test('@a2a-js/sdk keeps the rules', async () => {
    const { passed, red } = await recorded(async (url) => {
      const transports = binding === 'JSONRPC' ? [new JsonRpcTransportFactory()] : [new RestTransportFactory()];
      const options = ClientFactoryOptions.createFrom(ClientFactoryOptions.default, { preferredTransports: [binding] });
      const client = await new ClientFactory({ ...options, transports }).createFromUrl(url);
      const message = () =>
        Message.fromJSON({ messageId: randomUUID(), role: 'ROLE_USER', parts: [{ text: 'hello' }] });
      const request = () => ({ tenant: '', configuration: undefined, metadata: undefined, message: message() });
      await client.sendMessage(request());
      const events = await Array.fromAsync(client.sendMessageStream(request()));
      expect(events.length).toBeGreaterThan(1);
    });
    expect(red).toEqual([]);
    expect(passed).toEqual(expect.arrayContaining(ofEach));
  });
});

test('a plain fetch client that says no version, and goes where it likes, is seen', async () => {
  const { red } = await recorded(async (url) => {
    await fetch(`${url}/.well-known/agent-card.json`);
    const body = { jsonrpc: '2.0', id: 1, method: 'ListTaskPushNotificationConfigs', params: { taskId: 't' } };
    await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  });
  expect(red).toEqual(['CLI-001', 'CLI-003', 'CLI-005']);
});
