import type { AgentCard, ListTasksResponse, Task } from '@agentproto/protocol/a2a/1.0';
import { describe, expect, test } from 'vitest';
import { createReferenceServer } from '../server.ts';
import { BINDINGS, caller, messageOf, startServer } from './caller.test.kit.ts';

const cardOf = async (url: string) => (await (await fetch(`${url}/.well-known/agent-card.json`)).json()) as AgentCard;

test('the card has what it is given, whole', async () => {
  const card = {
    provider: { organization: 'Example', url: 'https://example.com' },
    iconUrl: 'https://example.com/icon.png',
    documentationUrl: 'https://example.com/docs',
    securitySchemes: {
      login: { openIdConnectSecurityScheme: { openIdConnectUrl: 'https://example.com/.well-known/openid' } },
    },
    securityRequirements: [{ schemes: { login: { list: ['read'] } } }],
    skills: [{ id: 'a', name: 'A', description: 'Does a.', tags: ['a'], inputModes: ['text/plain'] }],
  };
  const foreign = { url: 'https://example.com/old', protocolBinding: 'JSONRPC', protocolVersion: '0.3' };
  const { url, urls } = await startServer({ a2a: { card, interfaces: [{ protocolBinding: 'JSONRPC' }, foreign] } });
  expect(await cardOf(url)).toMatchObject({
    ...card,
    supportedInterfaces: [{ url: urls['a2a@1.0'], protocolBinding: 'JSONRPC', protocolVersion: '1.0' }, foreign],
  });
});

test.each(BINDINGS)('only %s is served where the card has no other', async (binding) => {
  const server = await startServer({ a2a: { interfaces: [{ protocolBinding: binding }] } });
  const other = BINDINGS.find((one) => one !== binding)!;
  expect(await caller(server, binding).task('Hello')).toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' } });
  expect(await caller(server, other).failure('GetTask', { id: 'x' })).toMatchObject({
    status: 404,
    reason: 'NOT_FOUND',
  });
});

describe.each(BINDINGS)('tenants over %s', (binding) => {
  const send = (tenant: string) => ({ tenant, message: messageOf('Hello') });

  test('each has its own tasks', async () => {
    const server = await startServer({ a2a: { tenants: ['north', 'south'] } });
    expect((await cardOf(server.url)).supportedInterfaces.map(({ tenant }) => tenant)).toEqual([
      'north',
      'north',
      'south',
      'south',
    ]);
    const client = caller(server, binding);
    const { task } = (await client.call('SendMessage', send('north'))) as { task: Task };
    const list = async (tenant: string) =>
      ((await client.call('ListTasks', { tenant })) as ListTasksResponse).totalSize;
    expect([await list('north'), await list('south')]).toEqual([1, 0]);
    expect(await client.call('GetTask', { tenant: 'north', id: task.id })).toMatchObject({ id: task.id });
    const foreign = { reason: 'TASK_NOT_FOUND' };
    expect(await client.failure('GetTask', { tenant: 'south', id: task.id })).toMatchObject(foreign);
    expect(await client.failure('CancelTask', { tenant: 'south', id: task.id })).toMatchObject(foreign);
    const follow = { tenant: 'south', message: { ...messageOf('More'), taskId: task.id } };
    expect(await client.failure('SendMessage', follow)).toMatchObject(foreign);
  });

  test('one that there is not, or none, is refused', async () => {
    const client = caller(await startServer({ a2a: { tenants: ['north'] } }), binding);
    expect(await client.failure('SendMessage', send('west'))).toMatchObject({ fields: ['tenant'] });
    expect(await client.failure('SendMessage', { message: messageOf('Hello') })).toMatchObject({ fields: ['tenant'] });
  });

  test('none may be one of them', async () => {
    const client = caller(await startServer({ a2a: { tenants: ['', 'north'] } }), binding);
    expect(await client.task('Hello')).toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' } });
  });
});

test.each([
  [{ tenants: ['a'], interfaces: [{ protocolBinding: 'JSONRPC' }] }, /a2a\.tenants: expected no a2a\.interfaces/],
  [{ interfaces: [] }, /expected one entry at least/],
  [{ interfaces: [{ protocolBinding: 'GRPC' }] }, /a2a\.interfaces\[0\]: expected a url, or .*; got GRPC/],
  [{ errorTable: '1.0.7' as never }, /a2a\.errorTable: expected .*, got 1\.0\.7/],
  [{ card: { defaultInputModes: [] } }, /the card: .*defaultInputModes/],
])('%o is refused when the server is made', async (a2a, message) => {
  await expect(createReferenceServer({ a2a })).rejects.toThrow(message);
});

test('modes may be ranges', async () => {
  const server = await startServer({ a2a: { card: { defaultInputModes: ['text/*'] } } });
  const client = caller(server, 'JSONRPC');
  const message = (mediaType: string) => ({ message: { ...messageOf('x'), parts: [{ text: 'x', mediaType }] } });
  expect(await client.call('SendMessage', message('text/csv'))).toMatchObject({ task: {} });
  expect(await client.failure('SendMessage', message('image/png'))).toMatchObject({
    reason: 'CONTENT_TYPE_NOT_SUPPORTED',
  });
});

describe('a2a@1.0.0', () => {
  const kinds = async (url: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}/tasks/no-such-task`, { headers: { 'a2a-version': '1.0', ...headers } });
    return response.headers.get('content-type');
  };

  test('is beside a2a@1.0, with its own card, table and media type', async () => {
    const { urls } = await startServer({ protocols: ['a2a@1.0', 'a2a@1.0.0'] });
    const url = urls['a2a@1.0.0']!;
    const { supportedInterfaces } = await cardOf(url);
    expect(supportedInterfaces.map((one) => [one.url, one.protocolVersion])).toEqual([
      [url, '1.0'],
      [url, '1.0'],
    ]);
    expect(await kinds(url)).toBe('application/json');
    expect(await kinds(url, { accept: 'application/a2a+json' })).toBe('application/a2a+json');
    expect(await kinds(urls['a2a@1.0']!)).toBe('application/a2a+json');
    const older = caller({ urls: { 'a2a@1.0': url } }, 'HTTP+JSON');
    const { id } = await older.task('Hello');
    expect(await older.failure('CancelTask', { id })).toMatchObject({ status: 409 });
    // One agent behind both.
    expect(await caller({ urls }, 'HTTP+JSON').failure('CancelTask', { id })).toMatchObject({ status: 400 });
  });

  test('is at the root where it is alone', async () => {
    const { url, urls } = await startServer({ protocols: ['a2a@1.0.0'] });
    expect((await cardOf(url)).supportedInterfaces[0]?.url).toBe(urls['a2a@1.0.0']);
    expect(await kinds(url)).toBe('application/json');
  });
});
