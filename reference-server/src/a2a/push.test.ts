import type { StreamResponse, TaskPushNotificationConfig } from '@agentproto/protocol/a2a/1.0';
import { is } from '@agentproto/rules/a2a/1.0';
import type { Script } from '@agentproto/script';
import { describe, expect, test } from 'vitest';
import type { ServerOptions } from '../server-options.ts';
import { startReceiver, status } from '../webhooks/receiver.test.kit.ts';
import type { Received } from '../webhooks/receiver.test.kit.ts';
import { BINDINGS, caller, messageOf, startServer } from './caller.test.kit.ts';

const pushing = (options: ServerOptions = {}): ServerOptions => ({
  a2a: { capabilities: { streaming: true, pushNotifications: true } },
  webhooks: { loopback: true, backoffMs: 1 },
  ...options,
});

const untilSignal: Script = {
  steps: [{ hold: { until: 'signal', signal: 'go', maxMs: 60_000 } }, { text: 'one' }, { text: 'two' }],
};
const held = { returnImmediately: true };

function events(received: readonly Received[]): StreamResponse[] {
  return received.map(({ body }) => {
    const event: unknown = JSON.parse(body);
    expect(is('StreamResponse', event), body).toBe(true);
    return event as StreamResponse;
  });
}

const kinds = (received: readonly Received[]) =>
  events(received).map(
    (event) => event.statusUpdate?.status.state ?? event.task?.status.state ?? Object.keys(event)[0],
  );

describe.each(BINDINGS)('over %s', (binding) => {
  test('a configuration is made, read, listed and deleted', async () => {
    const server = await startServer(pushing());
    const client = caller(server, binding);
    const { id: taskId } = await client.task(untilSignal, held);
    const url = 'http://127.0.0.1:9/hook';
    const authentication = { scheme: 'Bearer', credentials: 'secret' };
    const made = (await client.call('CreateTaskPushNotificationConfig', {
      taskId,
      url,
      authentication,
    })) as TaskPushNotificationConfig;
    expect(made).toEqual({ taskId, url, authentication, id: expect.stringMatching(/./) });
    const named = await client.call('CreateTaskPushNotificationConfig', { taskId, id: 'mine', url, token: 't' });
    expect(named).toEqual({ taskId, id: 'mine', url, token: 't' });

    expect(await client.call('GetTaskPushNotificationConfig', { taskId, id: made.id })).toEqual(made);
    const list = (params: object) => client.call('ListTaskPushNotificationConfigs', { taskId, ...params });
    expect(await list({})).toEqual({ configs: [made, named], nextPageToken: '' });
    const first = (await list({ pageSize: 1 })) as { configs: unknown[]; nextPageToken: string };
    expect(first.configs).toEqual([made]);
    expect(await list({ pageSize: 1, pageToken: first.nextPageToken })).toEqual({
      configs: [named],
      nextPageToken: '',
    });

    for (let twice = 0; twice < 2; twice++)
      expect(await client.call('DeleteTaskPushNotificationConfig', { taskId, id: 'mine' })).toEqual({});
    expect(await list({})).toEqual({ configs: [made], nextPageToken: '' });
    const missing = await client.failure('GetTaskPushNotificationConfig', { taskId, id: 'mine' });
    expect(missing.reason).toBe('TASK_NOT_FOUND');
  });

  test('tasks that are not there, and what cannot be called, are refused', async () => {
    const server = await startServer(pushing({ webhooks: {} }));
    const client = caller(server, binding);
    const { id: taskId } = await client.task('Hello');
    const at = { taskId: 'nobody', id: 'x', url: 'https://example.com/' };
    for (const method of ['Create', 'Get', 'Delete'] as const)
      expect((await client.failure(`${method}TaskPushNotificationConfig`, at)).reason).toBe('TASK_NOT_FOUND');
    expect((await client.failure('ListTaskPushNotificationConfigs', at)).reason).toBe('TASK_NOT_FOUND');

    const create = (params: object) => client.failure('CreateTaskPushNotificationConfig', { taskId, ...params });
    expect((await create({})).fields).toEqual(['url']);
    expect((await create({ url: 'nowhere' })).fields).toEqual(['url']);
    expect((await create({ url: 'http://127.0.0.1/' })).message).toMatch(/url: .*127\.0\.0\.1 is loopback/);
    const split = { url: 'https://example.com/', authentication: { scheme: 'Bearer', credentials: 'a\r\nx: y' } };
    expect((await create(split)).fields).toEqual(['authentication.credentials']);
    const inline = { taskPushNotificationConfig: { url: 'http://10.0.0.1/' } };
    const failure = await client.failure('SendMessage', { message: messageOf('Hello'), configuration: inline });
    expect(failure.fields).toEqual(['configuration.taskPushNotificationConfig.url']);
    const token = await client.failure('ListTaskPushNotificationConfigs', { taskId, pageToken: 'nope' });
    expect(token.fields).toEqual(['pageToken']);
  });

  test('a webhook that came with the message is told all of its turn, in order', async () => {
    const server = await startServer(pushing());
    const client = caller(server, binding);
    const hook = await startReceiver();
    const authentication = { scheme: 'Bearer', credentials: 'secret' };
    const taskPushNotificationConfig = { url: hook.url, token: 'token-1', authentication };
    const task = await client.task(
      { steps: [{ status: 'thinking' }, { text: 'one' }, { text: 'two' }] },
      { taskPushNotificationConfig },
    );
    const received = await hook.has(5);
    expect(kinds(received)).toEqual([
      'TASK_STATE_WORKING',
      'TASK_STATE_WORKING',
      'artifactUpdate',
      'artifactUpdate',
      'TASK_STATE_COMPLETED',
    ]);
    for (const { headers } of received) {
      expect(headers['content-type']).toBe('application/a2a+json');
      expect(headers['authorization']).toBe('Bearer secret');
      expect(headers['x-a2a-notification-token']).toBe('token-1');
    }
    const { configs } = (await client.call('ListTaskPushNotificationConfigs', { taskId: task.id })) as {
      configs: TaskPushNotificationConfig[];
    };
    expect(configs).toEqual([{ ...taskPushNotificationConfig, taskId: task.id, id: expect.any(String) }]);
  });

  test('a webhook that came later is told what follows, over turns', async () => {
    const server = await startServer(pushing());
    const client = caller(server, binding);
    const hook = await startReceiver();
    const script: Script = {
      ...untilSignal,
      steps: [...untilSignal.steps, { end: 'input-required', text: 'more?' }],
      turns: [{ steps: [{ text: 'three' }] }],
    };
    const { id: taskId } = await client.task(script, held);
    await client.call('CreateTaskPushNotificationConfig', { taskId, url: hook.url });
    server.signal('go');
    expect(kinds(await hook.has(3))).toEqual(['artifactUpdate', 'artifactUpdate', 'TASK_STATE_INPUT_REQUIRED']);
    await client.send({ taskId, parts: [{ text: 'yes' }] });
    expect(kinds(await hook.has(6)).slice(3)).toEqual(['TASK_STATE_WORKING', 'artifactUpdate', 'TASK_STATE_COMPLETED']);
  });

  test('the cancel of a task that waits is told', async () => {
    const server = await startServer(pushing());
    const client = caller(server, binding);
    const hook = await startReceiver();
    const { id: taskId } = await client.task({ steps: [{ end: 'input-required' }] });
    await client.call('CreateTaskPushNotificationConfig', { taskId, url: hook.url });
    await client.call('CancelTask', { id: taskId });
    expect(kinds(await hook.has(1))).toEqual(['TASK_STATE_CANCELED']);
  });
});

const [JSONRPC] = BINDINGS as [(typeof BINDINGS)[0]];

test('a direct answer is told as a message', async () => {
  const server = await startServer(pushing());
  const hook = await startReceiver();
  const answer = await caller(server, JSONRPC).send(
    { steps: [{ reply: [{ text: 'pong' }] }] },
    { taskPushNotificationConfig: { url: hook.url } },
  );
  expect(answer.message?.parts).toEqual([{ text: 'pong' }]);
  expect(events(await hook.has(1))[0]!.message?.parts).toEqual([{ text: 'pong' }]);
});

test('a receiver that hangs holds back neither the task nor another receiver', async () => {
  const server = await startServer(pushing());
  const client = caller(server, JSONRPC);
  const stuck = await startReceiver(() => {});
  const well = await startReceiver();
  const { id: taskId } = await client.task(untilSignal, held);
  await client.call('CreateTaskPushNotificationConfig', { taskId, url: stuck.url });
  await client.call('CreateTaskPushNotificationConfig', { taskId, url: well.url });
  server.signal('go');
  expect(kinds(await well.has(3)).at(-1)).toBe('TASK_STATE_COMPLETED');
  expect((await client.get(taskId)).status.state).toBe('TASK_STATE_COMPLETED');
  expect(stuck.received.length).toBeLessThanOrEqual(1);
});

test('nothing is sent once a configuration is deleted, what is on its way included', async () => {
  const server = await startServer(pushing());
  const client = caller(server, JSONRPC);
  const failing = await startReceiver(status(503));
  const well = await startReceiver();
  const { id: taskId } = await client.task(untilSignal, held);
  for (const { url } of [failing, well])
    await client.call('CreateTaskPushNotificationConfig', { taskId, id: url, url });
  await client.call('DeleteTaskPushNotificationConfig', { taskId, id: failing.url });
  server.signal('go');
  await well.has(3);
  expect(failing.received).toEqual([]);
});

test('a receiver that fails twice has each update once, in order, after the others have theirs', async () => {
  const server = await startServer({ ...pushing(), webhooks: { loopback: true, backoffMs: 5 } });
  const client = caller(server, JSONRPC);
  let failures = 2;
  const failing = await startReceiver((request, response, body) =>
    status(failures-- > 0 ? 503 : 200)(request, response, body),
  );
  const { id: taskId } = await client.task(untilSignal, held);
  await client.call('CreateTaskPushNotificationConfig', { taskId, url: failing.url });
  server.signal('go');
  const told = kinds(await failing.has(5));
  // The first came three times.
  expect(told.slice(0, 3)).toEqual(Array(3).fill(told[0]));
  expect(told.at(-1)).toBe('TASK_STATE_COMPLETED');
  expect(told).toHaveLength(5);
});

test('where a redirect points to is not asked, and the next update is sent all the same', async () => {
  const server = await startServer(pushing());
  const client = caller(server, JSONRPC);
  const inside = await startReceiver();
  const redirecting = await startReceiver(status(307, { location: inside.url }));
  const { id: taskId } = await client.task(untilSignal, held);
  await client.call('CreateTaskPushNotificationConfig', { taskId, url: redirecting.url });
  server.signal('go');
  expect(kinds(await redirecting.has(3)).at(-1)).toBe('TASK_STATE_COMPLETED');
  expect(inside.received).toEqual([]);
});

test.each(['http://127.0.0.1:9/', 'http://localhost:9/', 'http://10.0.0.1/', 'http://[::ffff:169.254.169.254]/'])(
  '%s is no place for a webhook unless that is said',
  async (url) => {
    const client = caller(await startServer({ a2a: pushing().a2a }), JSONRPC);
    const { id: taskId } = await client.task(untilSignal, held);
    expect(await client.failure('CreateTaskPushNotificationConfig', { taskId, url })).toMatchObject({
      fields: ['url'],
    });
  },
);

test('configurations are of a tenant, and say so', async () => {
  const server = await startServer(pushing());
  const client = caller(server, JSONRPC);
  const hook = await startReceiver();
  const { task } = (await client.call('SendMessage', {
    tenant: 'north',
    message: messageOf(untilSignal),
    configuration: held,
  })) as { task: { id: string } };
  const config = { taskId: task.id, tenant: 'north', id: 'mine', url: hook.url };
  expect(await client.call('CreateTaskPushNotificationConfig', config)).toEqual(config);
  const ask = { taskId: task.id, id: 'mine' };
  expect(await client.call('GetTaskPushNotificationConfig', { ...ask, tenant: 'north' })).toEqual(config);
  for (const tenant of ['south', ''])
    expect(await client.failure('GetTaskPushNotificationConfig', { ...ask, tenant })).toMatchObject({
      reason: 'TASK_NOT_FOUND',
    });
});

test('a receiver that answers 410 is struck off', async () => {
  const server = await startServer(pushing());
  const client = caller(server, JSONRPC);
  const gone = await startReceiver(status(410));
  const { id: taskId } = await client.task(untilSignal, held);
  await client.call('CreateTaskPushNotificationConfig', { taskId, url: gone.url });
  server.signal('go');
  await gone.has(1);
  const left = async () =>
    ((await client.call('ListTaskPushNotificationConfigs', { taskId })) as { configs: unknown[] }).configs.length;
  await expect.poll(left).toBe(0);
  expect(gone.received).toHaveLength(1);
});
