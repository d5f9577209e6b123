import { describe, expect, test } from 'vitest';
import { BINDINGS, caller, messageOf, startServer } from './caller.test.kit.ts';

const until = (name: string) => ({ hold: { until: 'signal', signal: name } }) as const;

describe.each(BINDINGS)('turns over %s', (binding) => {
  const begin = async () => {
    const server = await startServer();
    return { server, agent: caller(server, binding) };
  };

  test('a task that asks for input goes on with the next message, in the same context', async () => {
    const { agent } = await begin();
    const first = await agent.task({
      steps: [{ end: 'input-required', text: 'Where to?' }],
      turns: [{ steps: [{ expect: { text: 'Rome' } }, { text: 'Off to Rome' }] }],
    });
    expect(first.status).toMatchObject({
      state: 'TASK_STATE_INPUT_REQUIRED',
      message: { parts: [{ text: 'Where to?' }] },
    });
    const second = await agent.task({ parts: [{ text: 'Rome' }], taskId: first.id });
    expect(second).toMatchObject({
      id: first.id,
      contextId: first.contextId,
      status: { state: 'TASK_STATE_COMPLETED' },
    });
    expect(second.artifacts).toEqual([{ artifactId: 'answer', parts: [{ text: 'Off to Rome' }] }]);
    expect(second.history?.map(({ role, parts }) => [role, parts[0]?.text])).toEqual([
      ['ROLE_USER', undefined],
      ['ROLE_AGENT', 'Where to?'],
      ['ROLE_USER', 'Rome'],
    ]);
  });

  test('tool calls go out as data parts, and their answers come back as such', async () => {
    const { agent } = await begin();
    const script = {
      steps: [{ tool: { by: 'client' as const, calls: [{ name: 'weather', args: { city: 'Rome' } }] } }],
      turns: [
        { steps: [{ tool: { by: 'approval' as const, calls: [{ id: 'buy', name: 'buy', output: 'bought' }] } }] },
        { steps: [{ text: 'Have a good trip' }] },
      ],
    };
    const asked = await agent.task(script);
    expect(asked.status.state).toBe('TASK_STATE_INPUT_REQUIRED');
    expect(asked.status.message?.parts).toEqual([
      {
        data: { toolCall: { id: 'call-1', name: 'weather', args: { city: 'Rome' }, by: 'client' } },
        mediaType: 'application/json',
      },
    ]);
    const approve = await agent.task({
      taskId: asked.id,
      parts: [{ data: { toolOutput: { id: 'call-1', output: 'sunny' } } }],
    });
    expect(approve.status.message?.parts).toEqual([
      { data: { toolCall: { id: 'buy', name: 'buy', args: {}, by: 'approval' } }, mediaType: 'application/json' },
    ]);
    const unclear = await agent.task({ taskId: asked.id, parts: [{ text: 'hm' }] });
    expect(unclear.status).toMatchObject({
      state: 'TASK_STATE_INPUT_REQUIRED',
      message: { parts: approve.status.message?.parts },
    });
    const done = await agent.task({
      taskId: asked.id,
      parts: [{ data: { toolDecision: { id: 'buy', approved: true } } }],
    });
    expect(done).toMatchObject({
      status: { state: 'TASK_STATE_COMPLETED' },
      artifacts: [{ parts: [{ text: 'Have a good trip' }] }],
    });
  });

  test('keeps the context that the caller names, and makes one otherwise', async () => {
    const { agent } = await begin();
    expect(await agent.task({ contextId: 'mine' })).toMatchObject({ contextId: 'mine' });
    const [one, two] = await Promise.all([agent.task('a'), agent.task({ contextId: '' })]);
    expect(new Set([one.id, two.id, one.contextId, two.contextId]).size).toBe(4);
  });

  test('refuses another context for a task, an unknown task, and a task at work', async () => {
    const { agent, server } = await begin();
    const waiting = await agent.task('@input');
    const message = (change: object) => ({ message: { ...messageOf('x'), ...change } });
    expect(await agent.failure('SendMessage', message({ taskId: waiting.id, contextId: 'other' }))).toMatchObject({
      reason: 'INVALID_PARAMS',
      fields: ['message.contextId'],
    });
    expect(await agent.failure('SendMessage', message({ taskId: 'mine' }))).toMatchObject({ reason: 'TASK_NOT_FOUND' });
    expect(await agent.failure('GetTask', { id: 'mine' })).toMatchObject({
      reason: 'TASK_NOT_FOUND',
      code: binding === 'JSONRPC' ? -32001 : 404,
    });
    const busy = await agent.task({ steps: [until('go')] }, { returnImmediately: true });
    expect(await agent.failure('SendMessage', message({ taskId: busy.id }))).toMatchObject({
      reason: 'UNSUPPORTED_OPERATION',
    });
    server.signal('go');
  });

  test('two follow-ups at once: one goes on with the task, the other is told so', async () => {
    const { agent } = await begin();
    const { id } = await agent.task({
      steps: [{ end: 'input-required' }],
      turns: [{ steps: [{ end: 'input-required' }] }],
    });
    const both = await Promise.allSettled([1, 2].map(() => agent.task({ taskId: id })));
    const failures = both.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).cause] : []));
    expect(both.length - failures.length).toBeGreaterThan(0);
    for (const failure of failures) expect(failure).toMatchObject({ reason: 'UNSUPPORTED_OPERATION' });
    expect((await agent.get(id)).status.state).toMatch(/INPUT_REQUIRED|COMPLETED/);
  });

  test.each([
    ['a broken script', '@script {"steps":[{"sleep":"long"}]}', 'SCRIPT_TYPE', /steps\[0\]\.sleep/],
    ['no JSON', '@script {', 'SCRIPT_JSON', /./],
    [
      'a step that A2A cannot show',
      '@script {"steps":[{"text":"x"},{"reason":"why"}]}',
      'SCRIPT_STEP_UNSUPPORTED',
      /reason/,
    ],
    [
      'such a step in a later turn',
      '@script {"steps":[{"end":"input-required"}],"turns":[{"steps":[{"usage":{"input":1,"output":1}}]}]}',
      'SCRIPT_STEP_UNSUPPORTED',
      /usage/,
    ],
  ])('refuses %s before anything is started', async (_what, text, reason, message) => {
    const { agent } = await begin();
    const failure = await agent.failure('SendMessage', { message: messageOf(text) });
    expect(failure).toMatchObject({ reason, code: binding === 'JSONRPC' ? -32602 : 400, fields: ['message'] });
    expect(failure.message).toMatch(message);
    expect(await agent.call('ListTasks')).toMatchObject({ totalSize: 0 });
  });

  test('a crash before the agent has said anything is an internal error, of which nothing is told', async () => {
    const { agent } = await begin();
    for (const method of ['SendMessage', 'SendStreamingMessage'] as const) {
      const failure = await agent.failure(method, { message: messageOf('@crash at secret.ts:1') });
      expect(failure).toMatchObject({ reason: 'INTERNAL', code: binding === 'JSONRPC' ? -32603 : 500 });
      expect(JSON.stringify(failure)).not.toMatch(/secret/);
    }
  });

  test('a crash later on fails the task', async () => {
    const { agent } = await begin();
    const task = await agent.task({ steps: [{ status: 'Working' }, { throw: 'secret' }] });
    expect(task.status.state).toBe('TASK_STATE_FAILED');
    expect(JSON.stringify(task)).not.toMatch(/"text":"secret/);
  });
});
