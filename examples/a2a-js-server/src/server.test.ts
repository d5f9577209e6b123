import { randomUUID } from 'node:crypto';
import { Message, type SendMessageRequest, StreamResponse, type Task, TaskState } from '@a2a-js/sdk';
import {
  type Client,
  ClientFactory,
  ClientFactoryOptions,
  JsonRpcTransportFactory,
  RestTransportFactory,
} from '@a2a-js/sdk/client';
import type * as Wire from '@agentproto/protocol/a2a/1.0';
import type { Script } from '@agentproto/script';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type A2AJsServer, startA2AJsServer } from './server.ts';

let server: A2AJsServer;
beforeAll(async () => void (server = await startA2AJsServer()));
afterAll(() => server.close());

function request(
  part: Script | string,
  task: { taskId?: string; contextId?: string; messageId?: string } = {},
): SendMessageRequest {
  const parts =
    typeof part === 'string' ? [{ text: part }] : [{ data: part, mediaType: 'application/vnd.agentproto.script+json' }];
  const message = Message.fromJSON({ messageId: randomUUID(), role: 'ROLE_USER', parts, ...task });
  return { tenant: '', configuration: undefined, metadata: undefined, message };
}

/** An event in the wire's own words, without what differs from run to run. */
function seen(event: StreamResponse): object {
  const { task, statusUpdate, artifactUpdate, message } = StreamResponse.toJSON(event) as Wire.StreamResponse;
  if (task) return { task: task.status.state };
  if (message) return { message: message.parts };
  if (statusUpdate) {
    const { state, message: said } = statusUpdate.status;
    return { status: state, ...(said && { says: said.parts }) };
  }
  const { artifact, append = false, lastChunk: last = false } = artifactUpdate;
  return { artifact: artifact.artifactId, parts: artifact.parts, append, last };
}

async function taskOf(answer: Promise<Message | Task>): Promise<Task> {
  const result = await answer;
  if (!('artifacts' in result)) throw new Error('expected a task, got a message');
  return result;
}

test('the manifest says that scripts are followed', async () => {
  const manifest = await (await fetch(`${server.url}/.well-known/agentproto.json`)).json();
  expect(manifest).toEqual({ script: 1, protocols: ['a2a@1.0'], urls: { 'a2a@1.0': server.url } });
});

describe.each([
  ['JSON-RPC', new JsonRpcTransportFactory()],
  ['HTTP+JSON', new RestTransportFactory()],
])("over %s, with the SDK's own client", (_name, transport) => {
  let client: Client;
  beforeAll(async () => {
    const options = ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
      transports: [transport],
      preferredTransports: [transport.protocolName],
    });
    client = await new ClientFactory(options).createFromUrl(server.url);
  });

  test('a message without a script is said back', async () => {
    const { status, artifacts } = await taskOf(client.sendMessage(request('hello')));
    expect(status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    expect(artifacts).toMatchObject([{ artifactId: 'answer', parts: [{ content: { value: 'hello' } }] }]);
  });

  test("the TCK's prefixes are scripts", async () => {
    const { status } = await taskOf(
      client.sendMessage(request('hello', { messageId: `tck-reject-task-${randomUUID()}` })),
    );
    expect(status?.state).toBe(TaskState.TASK_STATE_REJECTED);
  });

  test('a stream shows every step in order', async () => {
    const steps: Script['steps'] = [
      { status: 'on it' },
      { text: 'a' },
      { text: 'b' },
      { artifact: { parts: [{ data: { x: 1 } }] } },
      { end: 'failed', text: 'no' },
    ];
    const events: object[] = [];
    for await (const event of client.sendMessageStream(request({ steps }))) events.push(seen(event));
    expect(events).toEqual([
      { task: 'TASK_STATE_WORKING' },
      { status: 'TASK_STATE_WORKING', says: [{ text: 'on it' }] },
      { artifact: 'answer', parts: [{ text: 'a' }], append: false, last: false },
      { artifact: 'answer', parts: [{ text: 'b' }], append: true, last: false },
      { artifact: 'artifact-1', parts: [{ data: { x: 1 } }], append: false, last: true },
      { status: 'TASK_STATE_FAILED', says: [{ text: 'no' }] },
    ]);
  });

  test('a direct reply makes no task', async () => {
    const events: object[] = [];
    for await (const event of client.sendMessageStream(request({ steps: [{ reply: [{ text: 'pong' }] }] })))
      events.push(seen(event));
    expect(events).toEqual([{ message: [{ text: 'pong' }] }]);
  });

  test('a follow-up plays the next turn', async () => {
    const asked = await taskOf(
      client.sendMessage(
        request({ steps: [{ end: 'input-required', text: 'Which?' }], turns: [{ steps: [{ text: 'two' }] }] }),
      ),
    );
    expect(asked.status?.state).toBe(TaskState.TASK_STATE_INPUT_REQUIRED);
    const { status, artifacts } = await taskOf(client.sendMessage(request('this one', { taskId: asked.id })));
    expect(status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    expect(artifacts).toMatchObject([{ artifactId: 'answer', parts: [{ content: { value: 'two' } }] }]);
  });

  test('cancel stops a task at work and ends its stream', async () => {
    const states: object[] = [];
    let canceled: Promise<Task> | undefined;
    for await (const event of client.sendMessageStream(
      request({ steps: [{ status: 'on it' }, { hold: { until: 'cancel' } }] }),
    )) {
      states.push(seen(event));
      if (event.payload?.$case === 'statusUpdate')
        canceled ??= client.cancelTask({ tenant: '', id: event.payload.value.taskId, metadata: undefined });
    }
    expect(states.at(-1)).toEqual({ status: 'TASK_STATE_CANCELED' });
    expect((await canceled)?.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
  });

  test('cancel ends a task that waits for its caller', async () => {
    const { id } = await taskOf(client.sendMessage(request({ steps: [{ end: 'input-required' }] })));
    const { status } = await client.cancelTask({ tenant: '', id, metadata: undefined });
    expect(status?.state).toBe(TaskState.TASK_STATE_CANCELED);
  });

  test.each([
    ['that cannot be read', { steps: [{ nope: 1 }] } as unknown as Script, 'expected exactly one of'],
    ['that A2A cannot show', { steps: [{ reason: 'because' }] }, 'script step "reason"'],
  ])('a script %s is refused', async (_why, script, message) => {
    await expect(client.sendMessage(request(script))).rejects.toThrow(message);
  });
});

test('a refusal says why in the words of the contract', async () => {
  const body = {
    message: {
      messageId: randomUUID(),
      role: 'ROLE_USER',
      parts: [{ text: '@script {"steps":[{"usage":{"input":1,"output":1}}]}' }],
    },
  };
  const response = await fetch(`${server.url}/rest/message:send`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { details: [{ reason: 'SCRIPT_STEP_UNSUPPORTED' }] } });
});
