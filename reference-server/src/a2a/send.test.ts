import type { Task } from '@agentproto/protocol/a2a/1.0';
import { VirtualClock } from '@agentproto/script';
import { describe, expect, test } from 'vitest';
import { BINDINGS, caller, messageOf, startServer } from './caller.test.kit.ts';

const until = (name: string) => ({ hold: { until: 'signal', signal: name } }) as const;

describe.each(BINDINGS)('SendMessage over %s', (binding) => {
  const begin = async (options = {}) => {
    const server = await startServer(options);
    return { server, agent: caller(server, binding) };
  };

  test('answers with the finished task, which GetTask then shows just the same', async () => {
    const { agent } = await begin();
    const task = await agent.task({
      steps: [
        { status: 'On it' },
        { text: 'a' },
        { text: 'b' },
        { artifact: { id: 'x', name: 'X', parts: [{ data: null }] } },
        { end: 'completed', text: 'Done' },
      ],
    });
    expect(task.status).toMatchObject({
      state: 'TASK_STATE_COMPLETED',
      message: { role: 'ROLE_AGENT', parts: [{ text: 'Done' }] },
    });
    expect(task.status.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(task.artifacts).toEqual([
      { artifactId: 'answer', parts: [{ text: 'ab' }] },
      { artifactId: 'x', name: 'X', parts: [{ data: null }] },
    ]);
    expect(task.history?.map(({ role, taskId, contextId }) => ({ role, taskId, contextId }))).toEqual([
      { role: 'ROLE_USER', taskId: task.id, contextId: task.contextId },
      { role: 'ROLE_AGENT', taskId: task.id, contextId: task.contextId },
    ]);
    expect(await agent.get(task.id)).toEqual(task);
  });

  test.each([['failed'], ['rejected'], ['canceled']] as const)(
    'ends %s, and takes no more messages then',
    async (end) => {
      const { agent } = await begin();
      const task = await agent.task({ steps: [{ end, text: 'So be it' }] });
      expect(task.status).toMatchObject({
        state: `TASK_STATE_${end.toUpperCase()}`,
        message: { parts: [{ text: 'So be it' }] },
      });
      for (const method of ['SendMessage', 'SendStreamingMessage'] as const) {
        const failure = await agent.failure(method, { message: messageOf({ taskId: task.id }) });
        expect(failure).toMatchObject({ reason: 'UNSUPPORTED_OPERATION', code: binding === 'JSONRPC' ? -32004 : 400 });
      }
    },
  );

  test.each([[undefined], [false]])('returnImmediately %s waits for the end', async (returnImmediately) => {
    const { agent, server } = await begin();
    const pending = agent.task({ steps: [{ status: 'Working' }, until('go')] }, { returnImmediately });
    let answered = false;
    void pending.then(() => (answered = true));
    const listed = async () => ((await agent.call('ListTasks')) as { tasks: Task[] }).tasks;
    await expect
      .poll(listed)
      .toMatchObject([{ status: { state: 'TASK_STATE_WORKING', message: { parts: [{ text: 'Working' }] } } }]);
    expect(answered).toBe(false);
    server.signal('go');
    expect((await pending).status.state).toBe('TASK_STATE_COMPLETED');
  });

  test('returnImmediately true answers with a task at work, also when the agent has said nothing yet', async () => {
    const { agent, server } = await begin();
    const task = await agent.task({ steps: [until('go'), { text: 'late' }] }, { returnImmediately: true });
    expect(task.status.state).toBe('TASK_STATE_WORKING');
    expect((await agent.get(task.id)).artifacts).toBeUndefined();
    server.signal('go');
    await expect
      .poll(() => agent.get(task.id))
      .toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' }, artifacts: [{ parts: [{ text: 'late' }] }] });
  });

  test.each([[true], [false]])(
    'a direct reply is a message and leaves no task (returnImmediately %s)',
    async (returnImmediately) => {
      const { agent } = await begin();
      const { message, task } = await agent.send(
        { steps: [{ sleep: 20 }, { reply: [{ text: 'pong' }] }] },
        { returnImmediately },
      );
      expect(task).toBeUndefined();
      expect(message).toMatchObject({
        role: 'ROLE_AGENT',
        contextId: expect.stringMatching(/./),
        parts: [{ text: 'pong' }],
      });
      expect(message).not.toHaveProperty('taskId');
      expect(await agent.call('ListTasks')).toMatchObject({ tasks: [], totalSize: 0 });
    },
  );

  test('a reply that does not come in time becomes the end of a task', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1));
    const { agent } = await begin({ clock });
    const pending = agent.task(
      { steps: [{ sleep: 5_000 }, { reply: [{ text: 'pong' }] }] },
      { returnImmediately: true },
    );
    // The turn's limit, the sleep, and the wait for a first event.
    await clock.sleeping(3);
    await clock.advance(1_000);
    const { id, status } = await pending;
    expect(status).toEqual({ state: 'TASK_STATE_WORKING', timestamp: '2026-01-01T00:00:00.000Z' });
    await clock.advance(4_000);
    expect((await agent.get(id)).status).toMatchObject({
      state: 'TASK_STATE_COMPLETED',
      message: { parts: [{ text: 'pong' }] },
      timestamp: '2026-01-01T00:00:05.000Z',
    });
  });

  test.each([
    ['no message', {}, ['message']],
    ['no parts', { message: { messageId: 'm', role: 'ROLE_USER' } }, ['message.parts']],
    ['empty parts', { message: { messageId: 'm', role: 'ROLE_USER', parts: [] } }, ['message.parts']],
    ['no messageId', { message: { role: 'ROLE_USER', parts: [{ text: 'x' }] } }, ['message.messageId']],
    [
      'an empty messageId',
      { message: { messageId: '', role: 'ROLE_USER', parts: [{ text: 'x' }] } },
      ['message.messageId'],
    ],
    ['an unknown role', { message: { messageId: 'm', role: 'user', parts: [{ text: 'x' }] } }, ['message.role']],
    [
      'a part with two contents',
      { message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'x', url: 'y' }] } },
      ['message.parts[0]'],
    ],
    ['a part without content', { message: { messageId: 'm', role: 'ROLE_USER', parts: [{}] } }, ['message.parts[0]']],
    [
      'a number as text',
      { message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 1 }] } },
      ['message.parts[0].text'],
    ],
    [
      'a text as flag',
      { message: messageOf('x'), configuration: { returnImmediately: 'yes' } },
      ['configuration.returnImmediately'],
    ],
    [
      'a negative length',
      { message: messageOf('x'), configuration: { historyLength: -1 } },
      ['configuration.historyLength'],
    ],
  ])('refuses %s and names the field', async (_what, params, fields) => {
    const { agent } = await begin();
    const failure = await agent.failure('SendMessage', params);
    expect(failure).toMatchObject({ reason: 'INVALID_PARAMS', code: binding === 'JSONRPC' ? -32602 : 400 });
    expect(failure.fields).toEqual(fields);
  });

  test('ignores what it does not know, takes null for absent, and snake_case for camelCase', async () => {
    const { agent } = await begin();
    const message = {
      message_id: 'm',
      context_id: 'ctx',
      role: 'ROLE_USER',
      parts: [{ text: 'hi', filename: null, some_thing: 1 }, { data: null }],
      metadata: { snake_case: null },
      extensions: null,
      kind: 'message',
    };
    const { task } = (await agent.call('SendMessage', { message, configuration: null, extra: [1] })) as { task: Task };
    expect(task.contextId).toBe('ctx');
    expect(task.history?.[0]).toMatchObject({ messageId: 'm', metadata: { snake_case: null } });
    expect(task.history?.[0]?.parts[1]).toEqual({ data: null });
  });

  test.each([
    [0, undefined],
    [1, ['ROLE_AGENT']],
    [9, ['ROLE_USER', 'ROLE_AGENT', 'ROLE_AGENT']],
  ])('historyLength %i limits the history to the most recent messages', async (historyLength, roles) => {
    const { agent } = await begin();
    const script = { steps: [{ status: 'one' }, { status: 'two' }, { text: 'x' }] };
    const task = await agent.task(script, { historyLength });
    expect(task.history?.map(({ role }) => role)).toEqual(roles);
    expect(await agent.get(task.id, historyLength)).toEqual(task);
    if (historyLength === 0) expect(task).not.toHaveProperty('history');
  });

  test('sends of an artifact what the caller accepts', async () => {
    const { agent } = await begin();
    const parts = [{ text: 'as text' }, { data: { as: 'data' } }, { raw: 'AAAA', mediaType: 'image/png' }];
    const sent = async (acceptedOutputModes: string[]) => {
      const task = await agent.task({ steps: [{ artifact: { parts } }] }, { acceptedOutputModes });
      return task.artifacts?.[0]?.parts.map((part) =>
        parts.findIndex((one) => JSON.stringify(one) === JSON.stringify(part)),
      );
    };
    expect(await sent(['text/plain'])).toEqual([0]);
    expect(await sent(['application/json; charset=utf-8', 'image/*'])).toEqual([1, 2]);
    expect(await sent(['video/mp4'])).toEqual([0, 1, 2]);
    expect(await sent([])).toEqual([0, 1, 2]);
  });

  test('refuses a part of a type that the card does not list', async () => {
    const { agent } = await begin();
    const parts = [
      { text: 'x', mediaType: 'Text/Plain; charset=utf-8' },
      { text: 'x', mediaType: 'application/x-unsupported-tck-type' },
    ];
    for (const method of ['SendMessage', 'SendStreamingMessage'] as const) {
      const failure = await agent.failure(method, { message: messageOf({ parts }) });
      expect(failure).toMatchObject({
        reason: 'CONTENT_TYPE_NOT_SUPPORTED',
        code: binding === 'JSONRPC' ? -32005 : 400,
        fields: ['message.parts[1].mediaType'],
      });
    }
  });

  test('refuses a webhook, for it sends no push notifications', async () => {
    const { agent } = await begin();
    const configuration = { taskPushNotificationConfig: { url: 'http://127.0.0.1:1/hook' } };
    expect(await agent.failure('SendMessage', { message: messageOf('x'), configuration })).toMatchObject({
      reason: 'PUSH_NOTIFICATION_NOT_SUPPORTED',
    });
  });

  test('echo says what the server saw, without secrets', async () => {
    const { agent } = await begin();
    const params = { message: messageOf({ steps: [], echo: true }) };
    const { task } = (await agent.call('SendMessage', params, {
      headers: { authorization: 'Bearer hush', 'x-trace': 't1' },
    })) as { task: Task };
    expect(task.artifacts?.[0]).toMatchObject({
      artifactId: 'request-info',
      parts: [
        {
          data: {
            request: {
              binding,
              operation: 'SendMessage',
              headers: { 'a2a-version': '1.0', 'x-trace': 't1', authorization: '[redacted]' },
            },
          },
        },
      ],
    });
  });

  test('non-ASCII text comes back as it went', async () => {
    const { agent } = await begin();
    const text = 'Zürich — 東京 🎌 \u2028';
    expect((await agent.task(text)).artifacts?.[0]?.parts).toEqual([{ text }]);
  });
});
