import { randomUUID } from 'node:crypto';
import { Message, TaskState, type SendMessageRequest, type StreamResponse, type Task } from '@a2a-js/sdk';
import {
  ClientFactory,
  ClientFactoryOptions,
  JsonRpcTransportFactory,
  RestTransportFactory,
  type Client,
} from '@a2a-js/sdk/client';
import type { Script } from '@agentproto/script';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReferenceServer, type ReferenceServer } from '../server.ts';
import { startReceiver } from '../webhooks/receiver.test.kit.ts';

/** The A2A project's own client, against this server. */

let server: ReferenceServer;
beforeAll(async () => {
  server = await createReferenceServer({
    protocols: ['a2a@1.0'],
    a2a: { capabilities: { streaming: true, pushNotifications: true } },
    webhooks: { loopback: true },
  });
});
afterAll(() => server.close());

function request(script: Script): SendMessageRequest {
  const message = Message.fromJSON({
    messageId: randomUUID(),
    role: 'ROLE_USER',
    parts: [{ data: script, mediaType: 'application/vnd.agentproto.script+json' }],
  });
  return { tenant: '', configuration: undefined, metadata: undefined, message };
}

function task(answer: Message | Task): Task {
  if ('artifacts' in answer) return answer;
  throw new Error('expected a task, got a message');
}

describe.each([
  ['JSON-RPC', new JsonRpcTransportFactory()],
  ['HTTP+JSON', new RestTransportFactory()],
])('over %s', (_name, transport) => {
  let client: Client;
  beforeAll(async () => {
    const options = ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
      transports: [transport],
      preferredTransports: [transport.protocolName],
    });
    client = await new ClientFactory(options).createFromUrl(server.url);
  });

  test('it reads a sent task whole, and again by its id', async () => {
    const sent = task(
      await client.sendMessage(
        request({
          steps: [
            { artifact: { id: 'a', parts: [{ text: 'Hi' }, { data: { n: [1, null] } }] } },
            { end: 'completed', text: 'done' },
          ],
        }),
      ),
    );
    expect(sent.status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    expect(sent.artifacts).toMatchObject([
      {
        artifactId: 'a',
        parts: [{ content: { $case: 'text', value: 'Hi' } }, { content: { $case: 'data', value: { n: [1, null] } } }],
      },
    ]);
    expect(await client.getTask({ tenant: '', id: sent.id })).toMatchObject({
      id: sent.id,
      contextId: sent.contextId,
      artifacts: sent.artifacts,
    });
  });

  test('it sees every event of a stream, in order', async () => {
    const cases: (string | undefined)[] = [];
    for await (const event of client.sendMessageStream(
      request({ steps: [{ status: 'on it' }, { text: 'a' }, { text: 'b' }, { end: 'completed' }] }),
    ))
      cases.push(event.payload?.$case);
    expect(cases).toEqual(['task', 'statusUpdate', 'artifactUpdate', 'artifactUpdate', 'statusUpdate']);
  });

  test('it gets a direct answer as a message', async () => {
    expect(await client.sendMessage(request({ steps: [{ reply: [{ text: 'pong' }] }] }))).toMatchObject({
      parts: [{ content: { value: 'pong' } }],
    });
  });

  test('it cancels a task at work, and its stream ends', async () => {
    let canceled: Promise<Task> | undefined;
    let last: StreamResponse | undefined;
    for await (const event of client.sendMessageStream(
      request({ steps: [{ status: 'on it' }, { hold: { until: 'cancel' } }] }),
    )) {
      last = event;
      if (event.payload?.$case === 'task')
        canceled = client.cancelTask({ tenant: '', id: event.payload.value.id, metadata: undefined });
    }
    expect(last?.payload).toMatchObject({
      $case: 'statusUpdate',
      value: { status: { state: TaskState.TASK_STATE_CANCELED } },
    });
    expect((await canceled)?.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
  });

  test('it sets, reads, lists and deletes a webhook, which is called', async () => {
    const hook = await startReceiver();
    const sent = task(await client.sendMessage(request({ steps: [{ end: 'input-required' }] })));
    const given = {
      tenant: '',
      taskId: sent.id,
      id: 'mine',
      url: hook.url,
      token: 'token-1',
      authentication: undefined,
    };
    expect(await client.createTaskPushNotificationConfig(given)).toMatchObject({ id: 'mine', url: hook.url });
    const which = { tenant: '', taskId: sent.id, id: 'mine' };
    expect(await client.getTaskPushNotificationConfig(which)).toMatchObject({ token: 'token-1' });
    const list = () =>
      client.listTaskPushNotificationConfig({ tenant: '', taskId: sent.id, pageSize: 0, pageToken: '' });
    expect((await list()).configs).toMatchObject([{ id: 'mine', taskId: sent.id }]);
    await client.cancelTask({ tenant: '', id: sent.id, metadata: undefined });
    const [call] = await hook.has(1);
    expect(call!.headers['x-a2a-notification-token']).toBe('token-1');
    expect(JSON.parse(call!.body)).toMatchObject({ statusUpdate: { status: { state: 'TASK_STATE_CANCELED' } } });
    await client.deleteTaskPushNotificationConfig(which);
    expect((await list()).configs).toEqual([]);
  });

  test('it knows our errors by their names', async () => {
    await expect(client.getTask({ tenant: '', id: 'no-such-task' })).rejects.toMatchObject({
      name: expect.stringContaining('TaskNotFound') as string,
    });
  });
});
