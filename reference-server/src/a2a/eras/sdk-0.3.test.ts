import { randomUUID } from 'node:crypto';
import type { Message, MessageSendParams, Task, TaskStatusUpdateEvent } from 'a2a-js-sdk-0.3';
import {
  ClientFactory,
  ClientFactoryOptions,
  JsonRpcTransportFactory,
  RestTransportFactory,
  type Client,
} from 'a2a-js-sdk-0.3/client';
import type { Script } from '@agentproto/script';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReferenceServer, type ReferenceServer } from '../../server.ts';
import { startReceiver } from '../../webhooks/receiver.test.kit.ts';

/** The A2A project's own client of the 0.3 line, against this server. */

let server: ReferenceServer;
beforeAll(async () => {
  server = await createReferenceServer({
    protocols: ['a2a@0.3'],
    apiKey: 'key',
    a2a: { capabilities: { streaming: true, pushNotifications: true }, extendedCard: { description: 'Known.' } },
    webhooks: { loopback: true },
  });
});
afterAll(() => server.close());

const params = (script: Script, more: Partial<Message> = {}): MessageSendParams => ({
  message: {
    kind: 'message',
    messageId: randomUUID(),
    role: 'user',
    parts: [{ kind: 'text', text: 'hello' }],
    metadata: { 'agentproto/script': script },
    ...more,
  },
  configuration: { blocking: true },
});

function task(answer: Message | Task): Task {
  if (answer.kind === 'task') return answer;
  throw new Error('expected a task, got a message');
}

describe.each([
  ['JSON-RPC', JsonRpcTransportFactory],
  ['HTTP+JSON', RestTransportFactory],
])('over %s', (_name, Transport) => {
  let client: Client;
  beforeAll(async () => {
    const fetchImpl: typeof fetch = (input, init) =>
      fetch(input, { ...init, headers: { ...(init?.headers as object), authorization: 'Bearer key' } });
    const transport = new Transport({ fetchImpl });
    const options = ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
      transports: [transport],
      preferredTransports: [transport.protocolName],
    });
    client = await new ClientFactory(options).createFromUrl(server.url);
  });

  test('it reads a sent task whole, and again by its id', async () => {
    const parts = [{ text: 'Hi' }, { data: { n: [1, null] } }, { raw: 'YQ==', mediaType: 'image/png' }];
    const sent = task(
      await client.sendMessage(
        params({ steps: [{ artifact: { id: 'a', parts } }, { end: 'completed', text: 'done' }] }),
      ),
    );
    expect(sent.status).toMatchObject({ state: 'completed', message: { role: 'agent', parts: [{ text: 'done' }] } });
    expect(sent.artifacts).toMatchObject([
      {
        artifactId: 'a',
        parts: [
          { kind: 'text', text: 'Hi' },
          { kind: 'data', data: { n: [1, null] } },
          { kind: 'file', file: { bytes: 'YQ==', mimeType: 'image/png' } },
        ],
      },
    ]);
    expect(await client.getTask({ id: sent.id })).toEqual(sent);
    expect(sent.history).toMatchObject([{ kind: 'message', role: 'user', parts: [{ text: 'hello' }] }]);
  });

  test('it sees every event of a stream, in order, and the last is final', async () => {
    const seen: unknown[] = [];
    for await (const event of client.sendMessageStream(
      params({ steps: [{ status: 'on it' }, { text: 'a' }, { text: 'b' }, { end: 'completed' }] }),
    ))
      seen.push([event.kind, event.kind === 'status-update' ? event.final : undefined]);
    expect(seen).toEqual([
      ['task', undefined],
      ['status-update', false],
      ['artifact-update', undefined],
      ['artifact-update', undefined],
      ['status-update', true],
    ]);
  });

  test('it gets a direct answer as a message', async () => {
    expect(await client.sendMessage(params({ steps: [{ reply: [{ text: 'pong' }] }] }))).toMatchObject({
      kind: 'message',
      role: 'agent',
      parts: [{ kind: 'text', text: 'pong' }],
    });
  });

  test('it continues a task that asked for more', async () => {
    const script: Script = {
      steps: [{ end: 'input-required', text: 'and?' }],
      turns: [{ steps: [{ end: 'completed', text: 'so' }] }],
    };
    const { id: taskId, contextId, status } = task(await client.sendMessage(params(script)));
    expect(status.state).toBe('input-required');
    const { configuration, message } = params(script, { taskId, contextId });
    const { metadata: _script, ...more } = message;
    const after = task(await client.sendMessage({ message: more, ...(configuration && { configuration }) }));
    expect(after).toMatchObject({ id: taskId, status: { state: 'completed' } });
    await expect(client.sendMessage({ message: more })).rejects.toMatchObject({
      name: expect.stringContaining('UnsupportedOperation') as string,
    });
  });

  test('it cancels a task at work, and a stream that was taken up again ends', async () => {
    let canceled: Promise<Task> | undefined;
    let resumed: Promise<(string | undefined)[]> | undefined;
    let last: unknown;
    for await (const event of client.sendMessageStream(
      params({ steps: [{ status: 'on it' }, { hold: { until: 'cancel' } }] }),
    )) {
      last = event;
      if (event.kind !== 'status-update' || canceled) continue;
      const { taskId: id } = event;
      const begun = Promise.withResolvers<void>();
      resumed = (async () => {
        const kinds: (string | undefined)[] = [];
        for await (const one of client.resubscribeTask({ id })) {
          kinds.push(one.kind);
          begun.resolve();
        }
        return kinds;
      })();
      await begun.promise;
      canceled = client.cancelTask({ id });
    }
    expect(last).toMatchObject({ final: true, status: { state: 'canceled' } } satisfies Partial<TaskStatusUpdateEvent>);
    expect(await canceled).toMatchObject({ status: { state: 'canceled' } });
    expect(await resumed).toEqual(['task', 'status-update']);
  });

  test('it sets, reads, lists and deletes a webhook, which is called with the task', async () => {
    const hook = await startReceiver();
    const sent = task(await client.sendMessage(params({ steps: [{ end: 'input-required' }] })));
    const pushNotificationConfig = {
      id: 'mine',
      url: hook.url,
      token: 'token-1',
      authentication: { schemes: ['Bearer', 'Basic'], credentials: 'secret' },
    };
    const given = { taskId: sent.id, pushNotificationConfig };
    expect(await client.setTaskPushNotificationConfig(given)).toEqual(given);
    const which = { id: sent.id, pushNotificationConfigId: 'mine' };
    expect(await client.getTaskPushNotificationConfig(which)).toEqual(given);
    expect(await client.listTaskPushNotificationConfig({ id: sent.id })).toEqual([given]);
    await client.cancelTask({ id: sent.id });
    const [call] = await hook.has(1);
    expect(call!.headers).toMatchObject({
      'content-type': 'application/json',
      'x-a2a-notification-token': 'token-1',
      authorization: 'Bearer secret',
    });
    expect(JSON.parse(call!.body)).toMatchObject({ kind: 'task', id: sent.id, status: { state: 'canceled' } });
    await client.deleteTaskPushNotificationConfig(which);
    expect(await client.listTaskPushNotificationConfig({ id: sent.id })).toEqual([]);
  });

  test('it has the extended card, in its own words', async () => {
    const card = await client.getAgentCard();
    expect(card).toMatchObject({
      description: 'Known.',
      protocolVersion: '0.3.0',
      securitySchemes: { bearer: { type: 'http', scheme: 'Bearer' }, apiKey: { type: 'apiKey', in: 'header' } },
      security: [{ bearer: [] }, { apiKey: [] }],
    });
  });

  test('it knows our errors by their codes', async () => {
    await expect(client.getTask({ id: 'no-such-task' })).rejects.toMatchObject({
      name: expect.stringContaining('TaskNotFound') as string,
    });
  });
});
