import type { BindingName, ConnectOptions, Deviation } from '@agentproto/client/a2a';
import { A2AClient } from '@agentproto/client/a2a';
import { describe, expect, test } from 'vitest';
import {
  artifactOf,
  beginSse,
  cardFor,
  clientOf,
  failureOf,
  rpc,
  type Script,
  scriptedServer,
  sendJson,
  statusOf,
  taskIn,
  writeEvent,
} from './scripted-server.ts';

/** What agents in the field do otherwise; each line of the table of the README's `onDeviation`. */

const WORKING = taskIn('TASK_STATE_WORKING');
const DONE = statusOf('TASK_STATE_COMPLETED');
const MESSAGE = { message: { messageId: 'm', role: 'ROLE_AGENT', parts: [{ text: 'the answer' }] } };

/** Answers with the events, in whichever binding is asked. */
const plays =
  (...events: object[]): Script =>
  async (response, request) => {
    beginSse(response);
    for (const event of events) await writeEvent(response, request.path === '/' ? rpc(request, event) : event);
    response.end();
  };
const answers =
  (result: object): Script =>
  (response, request) =>
    sendJson(response, request.path === '/' ? rpc(request, result) : result);

function listening(options: ConnectOptions = {}) {
  const told: Deviation[] = [];
  return { told, options: { ...options, onDeviation: (deviation: Deviation) => told.push(deviation) } };
}
const rowsOf = (told: Deviation[]) => told.map(({ kind, row }) => `${kind} ${row}`);

describe.each<[BindingName, string, string]>([
  ['JSONRPC', 'A2A10-RPC-011', 'A2A10-RPC-001'],
  ['HTTP+JSON', 'A2A10-REST-009', 'A2A10-REST-005'],
])('over %s', (binding, eventRow, errorRow) => {
  const bare = ({ task }: typeof WORKING, kind?: string) => ({ ...task, ...(kind && { kind }) });
  const update = (event: ReturnType<typeof statusOf>, kind?: string) => ({
    ...event.statusUpdate,
    ...(kind && { kind }),
  });
  const piece = (kind?: string) => ({ ...artifactOf('one').artifactUpdate, ...(kind && { kind }) });

  test.each<[string, string, object[]]>([
    [
      'other names for its members',
      'member-name A2A10-STREAM-022',
      [
        WORKING,
        { taskArtifactUpdate: artifactOf('one').artifactUpdate },
        { taskStatusUpdate: statusOf('TASK_STATE_WORKING').statusUpdate },
        { taskStatusUpdate: DONE.statusUpdate },
      ],
    ],
    ['no members at all', `bare-payload ${eventRow}`, [bare(WORKING), piece(), update(DONE)]],
    [
      'the kinds of 0.3 instead',
      `bare-payload ${eventRow}`,
      [bare(WORKING, 'task'), piece('artifact-update'), update(DONE, 'status-update')],
    ],
    [
      'the states and roles of 0.3',
      'old-spelling A2A10-DM-002',
      [
        taskIn('submitted', { history: [{ messageId: 'u', role: 'user', parts: [{ kind: 'text', text: 'x' }] }] }),
        artifactOf('one'),
        statusOf('completed'),
      ],
    ],
  ])('%s', async (_, row, events) => {
    await using server = await scriptedServer(plays(...events));
    const { told, options } = listening();
    const client = await clientOf(server, binding, options);
    for (let round = 0; round < 2; round++) {
      const stream = client.stream('x');
      const { task } = await stream.final();
      expect(task).toMatchObject({
        id: 't1',
        status: { state: 'TASK_STATE_COMPLETED' },
        artifacts: [{ artifactId: 'a1', parts: [{ text: 'one' }] }],
      });
      if (task?.history) expect(task.history[0]!.role).toBe('ROLE_USER');
      expect(stream.contextId).toBe('c1');
    }
    // Once, however often it comes.
    expect(rowsOf(told)).toEqual([row]);
    const strict = await clientOf(server, binding, { strict: true });
    const [kind, id] = row.split(' ');
    expect(await failureOf(strict.stream('x').final())).toMatchObject({ code: 'DEVIATION', kind, row: id });
  });

  test('a bare message', async () => {
    await using server = await scriptedServer(plays({ ...MESSAGE.message, kind: 'message', role: 'agent' }));
    const { told, options } = listening();
    const answer = await (await clientOf(server, binding, options)).stream('x').final();
    expect(answer.message).toMatchObject({ role: 'ROLE_AGENT', parts: [{ text: 'the answer' }] });
    expect(rowsOf(told)).toEqual([`bare-payload ${eventRow}`, 'old-spelling A2A10-DM-002']);
  });

  test('files as in 0.3', async () => {
    const parts = [
      { kind: 'file', file: { uri: 'http://h/a.png', mimeType: 'image/png', name: 'a.png' } },
      { kind: 'file', file: { bytes: 'aGk=' } },
    ];
    await using server = await scriptedServer(
      answers(taskIn('TASK_STATE_COMPLETED', { artifacts: [{ artifactId: 'a', parts }] })),
    );
    const { told, options } = listening();
    const { task } = await (await clientOf(server, binding, options)).send('x');
    expect(task?.artifacts?.[0]?.parts).toMatchObject([
      { url: 'http://h/a.png', mediaType: 'image/png', filename: 'a.png' },
      { raw: 'aGk=' },
    ]);
    expect(rowsOf(told)).toEqual(['old-spelling A2A10-DM-002']);
  });

  test('a send that is answered with a bare task', async () => {
    await using server = await scriptedServer(answers({ kind: 'task', ...taskIn('completed').task }));
    const { told, options } = listening();
    const { task } = await (await clientOf(server, binding, options)).send('x');
    expect(task?.status.state).toBe('TASK_STATE_COMPLETED');
    expect(rowsOf(told)).toEqual(['bare-payload A2A10-SEND-001', 'old-spelling A2A10-DM-002']);
  });

  test('GetTask and CancelTask that wrap the task', async () => {
    await using server = await scriptedServer(answers(WORKING));
    const { told, options } = listening();
    const client = await clientOf(server, binding, options);
    expect((await client.get('t1')).id).toBe('t1');
    expect((await client.cancel('t1')).id).toBe('t1');
    expect(rowsOf(told)).toEqual(['wrapped-task A2A10-RPC-014']);
  });

  test('a task, then a message, then the end: the message is the answer', async () => {
    await using server = await scriptedServer(plays(WORKING, MESSAGE));
    const { told, options } = listening();
    const stream = (await clientOf(server, binding, options)).stream('x');
    expect(await stream.final()).toEqual(MESSAGE);
    expect(stream.taskId).toBe('t1');
    expect(rowsOf(told)).toEqual(['message-in-task-stream A2A10-STREAM-004']);
  });

  test('a task, then a message, then the connection breaks: truncated', async () => {
    await using server = await scriptedServer(async (response, request) => {
      beginSse(response);
      for (const event of [WORKING, MESSAGE])
        await writeEvent(response, request.path === '/' ? rpc(request, event) : event);
      response.destroy();
    });
    expect(await failureOf((await clientOf(server, binding)).stream('x').final())).toMatchObject({
      code: 'STREAM_TRUNCATED',
    });
  });

  test('a stream that ends early says what could not be read, and why', async () => {
    await using server = await scriptedServer(plays(WORKING, { progress: 1 }, { progress: 2 }));
    expect(await failureOf((await clientOf(server, binding)).stream('x').final())).toMatchObject({
      code: 'STREAM_TRUNCATED',
      events: 3,
      unread: 2,
      message: expect.stringMatching(
        /^the stream ended after 3 events without a terminal or interrupted state; 2 could not be read: .* event 2: expected one of task, message, statusUpdate, artifactUpdate, got the members progress$/,
      ),
    });
  });

  test('a follow-up that ends up in another context', async () => {
    const elsewhere = { contextId: 'c2' };
    const [asks, goesOn] = [taskIn('TASK_STATE_INPUT_REQUIRED'), taskIn('TASK_STATE_COMPLETED', elsewhere)];
    await using server = await scriptedServer((response, request, count) =>
      [answers(asks), plays(goesOn), answers(asks), answers(goesOn)][count - 1]!(response, request, count),
    );
    const { told, options } = listening();
    const client = await clientOf(server, binding, options);
    // Only the id of the task is given: the client knows the context from before.
    const { task } = await client.send('x');
    await client.stream({ text: 'more', taskId: task!.id }).final();
    expect(rowsOf(told)).toEqual(['other-context A2A10-CTX-002']);
    expect(told[0]!.message).toBe('expected the contextId c1, got c2');
    const strict = await clientOf(server, binding, { strict: true });
    await strict.send('x');
    expect(await failureOf(strict.send({ text: 'more', taskId: 't1' }))).toMatchObject({
      code: 'DEVIATION',
      kind: 'other-context',
    });
  });

  test('updates that name another task or context than the stream', async () => {
    const { statusUpdate } = DONE;
    await using server = await scriptedServer(plays(WORKING, { statusUpdate: { ...statusUpdate, contextId: 'c9' } }));
    const { told, options } = listening();
    await (await clientOf(server, binding, options)).stream('x').final();
    expect(rowsOf(told)).toEqual(['other-context A2A10-STREAM-008']);
  });

  test('a blocking send that does not wait; `wait` asks until the task has come to rest', async () => {
    await using server = await scriptedServer((response, request, count) =>
      [
        answers(taskIn('TASK_STATE_SUBMITTED')),
        answers(taskIn('TASK_STATE_SUBMITTED')),
        answers(WORKING.task),
        answers(taskIn('TASK_STATE_COMPLETED').task),
      ][count - 1]!(response, request, count),
    );
    const { told, options } = listening();
    const client = await clientOf(server, binding, options);
    expect((await client.send('x')).task?.status.state).toBe('TASK_STATE_SUBMITTED');
    expect((await client.send('x', { wait: true })).task?.status.state).toBe('TASK_STATE_COMPLETED');
    expect(rowsOf(told)).toEqual(['not-waited A2A10-SEND-007']);
    expect(server.requests).toHaveLength(4);
  });

  test('what was asked for is no deviation', async () => {
    await using server = await scriptedServer(answers(taskIn('TASK_STATE_SUBMITTED')));
    const client = await clientOf(server, binding, { strict: true });
    const { task } = await client.send('x', { configuration: { returnImmediately: true } });
    expect(task?.status.state).toBe('TASK_STATE_SUBMITTED');
  });

  test('`wait` ends with the call', async () => {
    await using server = await scriptedServer((response, request, count) =>
      answers(count === 1 ? WORKING : WORKING.task)(response, request, count),
    );
    const client = await clientOf(server, binding, { timeouts: { totalMs: 700 } });
    expect(await failureOf(client.send('x', { wait: true }))).toMatchObject({ code: 'TOTAL_TIMEOUT' });
  });

  test.each<[string, unknown, object]>([
    [
      'a text for a code',
      { code: 'TASK_NOT_FOUND', message: 'No such task' },
      { name: 'TaskNotFound', reason: 'TASK_NOT_FOUND' },
    ],
    ['a text', 'No such task', { name: binding === 'JSONRPC' ? 'Unrecognized' : 'Internal' }],
    ['a shape of its own', { type: 'not_found', detail: 'No such task' }, {}],
  ])('an error that is %s', async (_, error, expected) => {
    await using server = await scriptedServer((response, request) =>
      sendJson(
        response,
        binding === 'JSONRPC' ? { jsonrpc: '2.0', id: JSON.parse(request.body).id, error } : { error },
        500,
      ),
    );
    const { told, options } = listening();
    const failure = await failureOf((await clientOf(server, binding, options)).get('t1'));
    expect(failure).toMatchObject({ code: 'A2A_ERROR', httpStatus: 500, ...expected });
    expect((failure as Error).message).toContain('No such task');
    expect(rowsOf(told)).toEqual([`error-shape ${errorRow}`]);
  });
});

describe('application/a2a+json', () => {
  /** As a2akit does, with an error of JSON-RPC. */
  const plain: Script = (response, request, count) =>
    request.headers['content-type'] === 'application/a2a+json'
      ? sendJson(response, { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'Unsupported' } }, 415)
      : answers(taskIn('TASK_STATE_COMPLETED'))(response, request, count);

  test('that is refused is application/json from then on', async () => {
    await using server = await scriptedServer(plain);
    const { told, options } = listening();
    const client = await clientOf(server, 'HTTP+JSON', options);
    await client.send('x');
    await client.send('x');
    expect(server.requests.map(({ headers }) => headers['content-type'])).toEqual([
      'application/a2a+json',
      'application/json',
      'application/json',
    ]);
    expect(rowsOf(told)).toEqual(['request-content-type A2A10-REST-003']);
  });

  test('a 415 that means the content stays one', async () => {
    const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'CONTENT_TYPE_NOT_SUPPORTED' }];
    await using server = await scriptedServer((response, _, count) =>
      sendJson(response, { error: { code: 415, message: 'No pictures', details: count === 1 ? details : [] } }, 415),
    );
    const { told, options } = listening();
    const client = await clientOf(server, 'HTTP+JSON', options);
    for (const requests of [2, 4]) {
      expect(await failureOf(client.send('x'))).toMatchObject({ name: 'ContentTypeNotSupported', httpStatus: 415 });
      expect(server.requests).toHaveLength(requests);
    }
    expect(told).toEqual([]);
  });
});

describe('the card', () => {
  test.each([
    ['jsonrpc', 'JSONRPC'],
    ['JSON-RPC', 'JSONRPC'],
    ['http+json', 'HTTP+JSON'],
    ['REST', 'HTTP+JSON'],
  ])('binding %s is %s', async (name, binding) => {
    const { told, options } = listening();
    const client = await A2AClient.connect('http://h', { card: cardFor('http://h/', name), ...options });
    expect(client.interface.protocolBinding).toBe(binding);
    expect(rowsOf(told)).toEqual(['binding-name A2A10-CARD-006']);
    expect(
      await failureOf(A2AClient.connect('http://h', { card: cardFor('http://h/', name), strict: true })),
    ).toMatchObject({ code: 'DEVIATION' });
  });

  test('a url that is no http', async () => {
    expect(await failureOf(A2AClient.connect('http://h', { card: cardFor('file:///etc/agent') }))).toMatchObject({
      code: 'DISCOVERY_FAILED',
      message: expect.stringContaining('the card offers JSONRPC 1.0 at file:, which is not http or https;'),
    });
  });
});

test('expectCompleted', async () => {
  const failed = taskIn('TASK_STATE_FAILED');
  Object.assign(failed.task.status, { message: MESSAGE.message });
  await using server = await scriptedServer((response, request, count) =>
    (count === 3 ? plays(failed) : count === 4 ? answers(MESSAGE) : answers(failed))(response, request, count),
  );
  const client = await clientOf(server);
  expect((await client.send('x')).task?.status.state).toBe('TASK_STATE_FAILED');
  const expected = {
    code: 'TASK_NOT_COMPLETED',
    task: { id: 't1' },
    message: 'the task t1 is TASK_STATE_FAILED, not completed: the answer',
  };
  expect(await failureOf(client.send('x', { expectCompleted: true }))).toMatchObject(expected);
  expect(await failureOf(client.stream('x', { expectCompleted: true }).final())).toMatchObject(expected);
  expect((await client.send('x', { expectCompleted: true })).message).toBeDefined();
});
