import { A2AClient, type BindingName, type StreamResponse } from '@agentproto/client/a2a';
import { pushReceiver, type PushReceiverOptions } from '@agentproto/client/a2a/push';
import { createReferenceServer, type ReferenceServer } from '@agentproto/reference-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HOSTS } from './hosts.ts';

const CREDENTIALS = { token: 'token-of-the-test', authentication: { scheme: 'Bearer', credentials: 'secret' } };
const STEPS = [{ status: 'thinking' }, { text: 'ha' }, { text: 'ha' }, { text: 'ha' }, { text: ' 世界' }];
const SCRIPT = { parts: [{ data: { steps: STEPS }, mediaType: 'application/vnd.agentproto.script+json' }] };

const textIn = ({ artifactUpdate }: StreamResponse) => artifactUpdate?.artifact.parts[0]?.text ?? '';

describe('deliveries of our reference server', () => {
  let server: ReferenceServer;
  beforeAll(async () => {
    server = await createReferenceServer({
      a2a: { capabilities: { streaming: true, pushNotifications: true } },
      webhooks: { loopback: true, backoffMs: 1 },
    });
  });
  afterAll(() => server.close());

  const play = async (
    name: string,
    binding: BindingName,
    options: Partial<PushReceiverOptions> = {},
    events: StreamResponse[] = [],
  ) => {
    const receiver = pushReceiver({ ...CREDENTIALS, onEvent: (event) => void events.push(event), ...options });
    await using host = await HOSTS[name]!(receiver);
    await using client = await A2AClient.connect(server.url, { binding });
    const { task } = await client.send(SCRIPT, {
      configuration: { taskPushNotificationConfig: { url: host.url, ...CREDENTIALS } },
    });
    await expect.poll(() => events.at(-1)?.statusUpdate?.status.state).toBe('TASK_STATE_COMPLETED');
    return { events, task: task! };
  };

  describe.each(Object.keys(HOSTS))('to %s', (name) => {
    test.each<BindingName>(['JSONRPC', 'HTTP+JSON'])(
      'with a task made over %s: all of it, once, in order',
      async (binding) => {
        const { events, task } = await play(name, binding);
        expect(events[0]?.task?.id).toBe(task.id);
        expect(events.map(textIn).join('')).toBe('hahaha 世界');
      },
    );

    test('what is not for it is refused as it says', async () => {
      const receiver = pushReceiver({ ...CREDENTIALS, onEvent: () => {}, limits: { bodyBytes: 100 } });
      await using host = await HOSTS[name]!(receiver);
      const post = (headers: Record<string, string>, body = '{}') => fetch(host.url, { method: 'POST', headers, body });
      const type = { 'content-type': 'application/json' };
      expect((await post(type)).status).toBe(401);
      const known = { ...type, authorization: 'Bearer secret', 'x-a2a-notification-token': CREDENTIALS.token };
      expect((await post(known)).status).toBe(204);
      expect((await post(known, JSON.stringify({ pad: 'x'.repeat(100) }))).status).toBe(413);
      expect((await post(known, '[]')).status).toBe(400);
    });
  });

  test('an event that was not taken at first comes again, and each is taken once', async () => {
    let calls = 0;
    const errors: unknown[] = [];
    const onError = (error: unknown) => errors.push(error);
    const taken: StreamResponse[] = [];
    const onEvent = (event: StreamResponse) => {
      if (++calls % 2 === 1) throw new Error('not now');
      taken.push(event);
    };
    await play('node:http', 'JSONRPC', { onEvent, onError }, taken);
    expect(taken.map(textIn).join('')).toBe('hahaha 世界');
    expect(errors).toHaveLength(taken.length);
  });

  test('a webhook that is given later, and deleted', async () => {
    const events: StreamResponse[] = [];
    const receiver = pushReceiver({ token: 'later', onEvent: (event) => void events.push(event) });
    await using host = await HOSTS['fastify']!(receiver);
    await using client = await A2AClient.connect(server.url);
    const hold = { hold: { until: 'signal', signal: 'go-on' } };
    const { task } = await client.send(
      { parts: [{ data: { steps: [hold, { text: 'one' }] }, mediaType: 'application/vnd.agentproto.script+json' }] },
      { configuration: { returnImmediately: true } },
    );
    const config = await client.createPushConfig(task!.id, { url: host.url, token: 'later' });
    const other = await client.createPushConfig(task!.id, { url: host.url, token: 'wrong' });
    await client.deletePushConfig(task!.id, other.id!);
    server.signal('go-on');
    await expect.poll(() => events.at(-1)?.statusUpdate?.status.state).toBe('TASK_STATE_COMPLETED');
    expect(events.map(textIn).join('')).toBe('one');
    expect(await client.getPushConfig(task!.id, config.id!)).toEqual(config);
  });
});
