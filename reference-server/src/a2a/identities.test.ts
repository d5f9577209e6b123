import type { AgentCard, ListTasksResponse } from '@agentproto/protocol/a2a/1.0';
import { describe, expect, test } from 'vitest';
import { createReferenceServer } from '../server.ts';
import { BINDINGS, caller, messageOf, startServer } from './caller.test.kit.ts';
import type { Binding, Caller } from './caller.test.kit.ts';

const identities = { ann: 'ann-key', bob: 'bob-key' };
const ann = { headers: { authorization: 'Bearer ann-key' } };
const bob = { headers: { 'x-api-key': 'bob-key' } };
const waiting = { message: { ...messageOf({ steps: [{ end: 'input-required' }] }), contextId: 'shared-context' } };

async function begin(binding: Binding, options: { extendedCard?: object } = {}): Promise<Caller> {
  const capabilities = { streaming: true, pushNotifications: true };
  return caller(await startServer({ identities, a2a: { capabilities, ...options } }), binding);
}

describe.each(BINDINGS)('over %s', (binding) => {
  test('a caller without a right key is told how to show one', async () => {
    const client = await begin(binding);
    for (const headers of [{}, { authorization: 'Bearer nobody' }, { 'x-api-key': 'nobody' }])
      expect(await client.failure('ListTasks', {}, { headers })).toMatchObject({
        status: 401,
        reason: 'UNAUTHENTICATED',
      });
  });

  test("what is another caller's is not there", async () => {
    const client = await begin(binding);
    const { task } = (await client.call('SendMessage', waiting, ann)) as { task: { id: string } };
    const missing = (await client.failure('GetTask', { id: 'no-such-task' }, bob)).message;
    const forBob = async (method: Parameters<Caller['failure']>[0], params: object) => {
      const failure = await client.failure(method, params, bob);
      expect(failure).toMatchObject({ reason: 'TASK_NOT_FOUND', message: missing.replace('no-such-task', task.id) });
    };
    const { id } = task;
    await forBob('GetTask', { id });
    await forBob('CancelTask', { id });
    await forBob('SubscribeToTask', { id });
    await forBob('SendMessage', { message: { ...messageOf('more'), taskId: id } });
    await forBob('CreateTaskPushNotificationConfig', { taskId: id, url: 'https://example.com/' });
    await forBob('ListTaskPushNotificationConfigs', { taskId: id });
    await forBob('GetTaskPushNotificationConfig', { taskId: id, id: 'x' });
    await forBob('DeleteTaskPushNotificationConfig', { taskId: id, id: 'x' });
    const list = async (who: typeof ann | typeof bob) =>
      (await client.call('ListTasks', { contextId: 'shared-context' }, who)) as ListTasksResponse;
    expect(await list(bob)).toMatchObject({ tasks: [], totalSize: 0 });
    await client.call('SendMessage', waiting, ann);
    const { nextPageToken: pageToken } = (await client.call('ListTasks', { pageSize: 1 }, ann)) as ListTasksResponse;
    expect(await client.failure('ListTasks', { pageToken }, bob)).toMatchObject({ fields: ['pageToken'] });
    expect(await list(ann)).toMatchObject({ tasks: [{}, { id }], totalSize: 2 });
  });

  test('the extended card is for callers that are known, and each may have its own', async () => {
    const extendedCard = ({ owner }: { owner: string }) =>
      owner === 'ann' ? { description: `Hello ${owner}`, documentationUrl: 'https://example.com/' } : undefined;
    const client = await begin(binding, { extendedCard });
    expect(await client.call('GetExtendedAgentCard', {}, ann)).toMatchObject({
      description: 'Hello ann',
      documentationUrl: 'https://example.com/',
      capabilities: { extendedAgentCard: true },
    });
    expect(await client.failure('GetExtendedAgentCard', {}, bob)).toMatchObject({
      reason: 'EXTENDED_AGENT_CARD_NOT_CONFIGURED',
    });
    expect(await client.failure('GetExtendedAgentCard')).toMatchObject({ status: 401 });
  });
});

test('the extended card may be kept by its caller alone, and the card says how to show a key', async () => {
  const server = await startServer({ identities, a2a: { extendedCard: { description: 'more' } } });
  const response = await fetch(`${server.urls['a2a@1.0']}/extendedAgentCard`, {
    headers: { ...ann.headers, 'a2a-version': '1.0' },
  });
  expect(response.headers.get('cache-control')).toBe('private, max-age=60');
  expect(response.headers.get('vary')).toBe('Authorization, X-API-Key');
  expect(response.headers.get('etag')).toMatch(/^".+"$/);
  const card = (await (await fetch(`${server.url}/.well-known/agent-card.json`)).json()) as AgentCard;
  expect(Object.keys(card.securitySchemes ?? {})).toEqual(['bearer', 'apiKey']);
  expect(card.securityRequirements).toHaveLength(2);
});

test('an extended card that anybody could read is refused', async () => {
  await expect(createReferenceServer({ a2a: { extendedCard: {} } })).rejects.toThrow(
    /a2a\.extendedCard: expected apiKey or identities/,
  );
});
