import type { Task } from '@agentproto/protocol/a2a/1.0';
import { describe, expect, test } from 'vitest';
import { BINDINGS, caller, messageOf, startServer } from './caller.test.kit.ts';

describe.each(BINDINGS)('the version over %s', (binding) => {
  test.each([['1.0'], ['1.0.7'], [' 1.0 ']])('%j is spoken', async (version) => {
    const agent = caller(await startServer(), binding);
    await expect(agent.call('ListTasks', {}, { headers: { 'a2a-version': version } })).resolves.toBeDefined();
  });

  test.each([['99.0'], ['0.3'], ['1'], ['1.0.0.0'], ['abc'], ['']])(
    '%j is not, and the answer says what is',
    async (version) => {
      const agent = caller(await startServer(), binding);
      for (const method of ['ListTasks', 'SendStreamingMessage', 'CreateTaskPushNotificationConfig'] as const) {
        const failure = await agent.failure(method, {}, { headers: { 'a2a-version': version } });
        expect(failure).toMatchObject({ reason: 'VERSION_NOT_SUPPORTED', code: binding === 'JSONRPC' ? -32009 : 400 });
        expect(failure.message).toMatch(/expected 1\.0, got/);
      }
    },
  );
});

test('the version may come in the query, and the name of its header in any case', async () => {
  const { urls } = await startServer();
  const list = async (search: string, headers: Record<string, string> = {}) =>
    (await fetch(`${urls['a2a@1.0']}/tasks${search}`, { headers })).status;
  expect(await list('')).toBe(400);
  expect(await list('?A2A-Version=1.0')).toBe(200);
  expect(await list('?A2A-Version=2.0')).toBe(400);
  expect(await list('?A2A-Version=2.0', { 'A2A-VERSION': '1.0' })).toBe(200);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ListTasks' });
  const rpc = await fetch(`${urls['a2a@1.0']}?A2A-Version=1.0`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(await rpc.json()).toMatchObject({ id: 1, result: { totalSize: 0 } });
});

describe.each(BINDINGS)('capabilities over %s', (binding) => {
  test('what the card does not declare is refused, whatever the parameters are', async () => {
    const agent = caller(await startServer(), binding);
    const push = [
      ['CreateTaskPushNotificationConfig', { taskId: 'none', url: 'http://127.0.0.1:1' }],
      ['GetTaskPushNotificationConfig', { taskId: 'none', id: 'c' }],
      ['ListTaskPushNotificationConfigs', { taskId: 'none' }],
      ['DeleteTaskPushNotificationConfig', { taskId: 'none', id: 'c' }],
    ] as const;
    for (const [method, params] of push) {
      expect(await agent.failure(method, params)).toMatchObject({
        reason: 'PUSH_NOTIFICATION_NOT_SUPPORTED',
        code: binding === 'JSONRPC' ? -32003 : 400,
      });
    }
    expect(await agent.failure('GetExtendedAgentCard')).toMatchObject({ reason: 'UNSUPPORTED_OPERATION' });
  });

  test('an extended card that is declared and not there has an error of its own', async () => {
    const agent = caller(
      await startServer({ a2a: { capabilities: { streaming: true, extendedAgentCard: true } } }),
      binding,
    );
    expect(await agent.failure('GetExtendedAgentCard')).toMatchObject({
      reason: 'EXTENDED_AGENT_CARD_NOT_CONFIGURED',
      code: binding === 'JSONRPC' ? -32007 : 400,
    });
  });
});

describe.each(BINDINGS)('extensions over %s', (binding) => {
  const extensions = [{ uri: 'urn:needed:v1', required: true }, { uri: 'urn:nice:v1' }];

  test('a required one has to be asked for, by its exact name', async () => {
    const agent = caller(await startServer({ a2a: { capabilities: { streaming: true, extensions } } }), binding);
    for (const asked of ['', 'urn:nice:v1', 'urn:needed:v2', 'URN:NEEDED:V1']) {
      const failure = await agent.failure(
        'SendMessage',
        { message: messageOf('x') },
        { headers: { 'a2a-extensions': asked } },
      );
      expect(failure).toMatchObject({
        reason: 'EXTENSION_SUPPORT_REQUIRED',
        code: binding === 'JSONRPC' ? -32008 : 400,
      });
    }
  });

  test('those in use are named in the answer; unknown ones are ignored', async () => {
    const agent = caller(await startServer({ a2a: { capabilities: { streaming: true, extensions } } }), binding);
    const headers = { 'a2a-extensions': 'urn:unknown:v1,urn:nice:v1 ,urn:needed:v1' };
    const stream = await agent.stream('x', { headers });
    expect(stream.response.headers.get('a2a-extensions')).toBe('urn:needed:v1, urn:nice:v1');
    const { task } = (await agent.call('SendMessage', { message: messageOf('x') }, { headers })) as { task: Task };
    expect(task.status.state).toBe('TASK_STATE_COMPLETED');
  });
});

describe.each(BINDINGS)('a server with a key, over %s', (binding) => {
  test('answers those who show it, and has a public card that says so', async () => {
    const server = await startServer({ apiKey: 'open sesame'.replace(' ', '-') });
    const agent = caller(server, binding);
    for (const authorization of ['', 'Bearer wrong', 'Basic open-sesame', 'Bearer open-sesame x']) {
      const failure = await agent.failure('GetTask', { id: 'none' }, { headers: { authorization } });
      expect(failure).toMatchObject({ status: 401, reason: 'UNAUTHENTICATED' });
    }
    const rejected = await fetch(`${server.urls['a2a@1.0']}/tasks`);
    expect(rejected.headers.get('www-authenticate')).toMatch(/^Bearer/);
    const headers = { authorization: 'Bearer open-sesame' };
    expect(await agent.call('ListTasks', {}, { headers })).toMatchObject({ totalSize: 0 });
    const card = await (await fetch(`${server.url}/.well-known/agent-card.json`)).json();
    expect(card).toMatchObject({
      securitySchemes: { bearer: { httpAuthSecurityScheme: { scheme: 'Bearer' } } },
      securityRequirements: [{ schemes: { bearer: {} } }, { schemes: { apiKey: {} } }],
    });
    expect(JSON.stringify(card)).not.toContain('sesame');
  });
});

test('the older error table has other HTTP statuses', async () => {
  const agent = caller(await startServer({ a2a: { errorTable: '1.0.0' } }), 'HTTP+JSON');
  const { id } = await agent.task('x');
  expect(await agent.failure('CancelTask', { id })).toMatchObject({
    status: 409,
    code: 409,
    reason: 'TASK_NOT_CANCELABLE',
  });
  const message = messageOf({ parts: [{ text: 'x', mediaType: 'video/mp4' }] });
  expect(await agent.failure('SendMessage', { message })).toMatchObject({
    status: 415,
    code: 415,
    reason: 'CONTENT_TYPE_NOT_SUPPORTED',
  });
});
