import type { Script, Step } from '@agentproto/script';
import { describe, expect, test } from 'vitest';
import { startReceiver } from '../../webhooks/receiver.test.kit.ts';
import { startServer } from '../caller.test.kit.ts';
import { all, ERAS, speak, statusIn, stateOf, STORY, taskOf } from './eras.test.kit.ts';
import type { Json } from './eras.test.kit.ts';

describe.each(ERAS)('A2A $revision over $binding', (era) => {
  const start = () => startServer({ protocols: [`a2a@${era.revision}`] });

  test('a task is sent, and read again; both are as the revision writes them', async () => {
    const client = speak(await start(), era);
    const result = taskOf(await client.call('send', era.send(STORY)));
    expect(era.valid(era.task, result)).toEqual([]);
    expect(stateOf(result)).toBe('completed');
    const again = await client.call('get', { id: result['id'] as string, historyLength: 5 });
    expect(era.valid(era.task, again)).toEqual([]);
    expect(again).toMatchObject({ id: result['id'], artifacts: result['artifacts'], status: result['status'] });
    expect(again['history']).toHaveLength(2);
  });

  test('a stream has every update, and its last one is final', async () => {
    const client = speak(await start(), era);
    const events = await all(client.stream('stream', era.send(STORY)));
    for (const event of events) expect(era.valid(era.event, event)).toEqual([]);
    const statuses = events.map(statusIn).filter((one) => one !== undefined);
    expect(statuses.map(stateOf).at(-1)).toBe('completed');
    expect(statuses.map(({ final }) => final ?? false)).toEqual(
      statuses.map((_, index) => index === statuses.length - 1),
    );
    expect(statusIn(events.at(-1)!)).toBeDefined();
  });

  test('a task at work is canceled, for who follows it as well', async () => {
    const client = speak(await start(), era);
    const events = client.stream('stream', era.send({ steps: [{ text: 'a' }, { hold: { until: 'cancel' } }] }));
    const first = taskOf((await events.next()).value as Json);
    const id = String(first['id'] ?? first['taskId']);
    const follower = client.stream('subscribe', { id });
    await follower.next();
    expect(stateOf(await client.call('cancel', { id }))).toBe('canceled');
    for (const rest of [await all(events), await all(follower)]) {
      expect(statusIn(rest.at(-1)!)).toMatchObject({ final: true });
      expect(stateOf(statusIn(rest.at(-1)!)!)).toBe('canceled');
    }
  });

  test('a task that waits goes on with the next message', async () => {
    const client = speak(await start(), era);
    const script: Script = {
      steps: [{ end: 'input-required', text: 'and?' }],
      turns: [{ steps: [{ text: 'so' }, { end: 'completed' }] }],
    };
    const { id: taskId, contextId, sessionId = contextId } = taskOf(await client.call('send', era.send(script)));
    const follow = era.send(script, { taskId, contextId: sessionId, metadata: {} });
    expect(taskOf(await client.call('send', follow))).toMatchObject({ id: taskId, artifacts: [{}] });
    const refused = await client.call('send', follow);
    expect((refused['error'] ?? refused) as Json).toMatchObject({ code: era.revision === '0.1' ? -32_009 : -32_004 });
  });

  test('errors have the codes of the revision', async () => {
    const client = speak(await start(), era);
    const unknown = await client.call('get', { id: 'no-such-task' });
    expect(unknown['error'] ?? unknown).toMatchObject({ code: -32_001, message: 'Task not found: no-such-task' });
    const bad = await client.call('send', { message: {} });
    expect(bad['error'] ?? bad).toMatchObject({ code: -32_602 });
  });

  test('a step that its wire cannot show is refused', async () => {
    const client = speak(await start(), era);
    const refused = await client.call('send', era.send({ steps: [{ reason: 'because' }] }));
    expect(refused['error'] ?? refused).toMatchObject({
      code: -32_602,
      data: [{ reason: 'SCRIPT_STEP_UNSUPPORTED' }, {}],
    });
  });
});

describe('A2A 0.1', () => {
  const era = ERAS.at(-1)!;

  test('direct messages, and states that came later, are refused rather than shown otherwise', async () => {
    const client = speak(await startServer({ protocols: ['a2a@0.1'] }), era);
    const steps: Step[] = [{ reply: [{ text: 'pong' }] }, { end: 'rejected' }, { end: 'auth-required' }];
    for (const step of steps)
      expect((await client.call('send', era.send({ steps: [step] })))['error']).toMatchObject({
        data: [{ reason: 'SCRIPT_STEP_UNSUPPORTED' }, {}],
      });
  });

  test('artifacts are known by their index, and nothing says a history that nobody asked for', async () => {
    const client = speak(await startServer({ protocols: ['a2a@0.1'] }), era);
    const events = await all(client.stream('stream', era.send(STORY)));
    const artifacts = events.flatMap(({ artifact }) => (artifact ? [artifact as Json] : []));
    expect(artifacts.map(({ name, index, append }) => [name, index, append])).toEqual([
      ['answer', 0, false],
      // It has said its name.
      [undefined, 0, true],
      ['table', 1, false],
    ]);
    const task = await client.call('get', { id: String(events[0]!['id']) });
    expect(task).not.toHaveProperty('history');
    expect(task).toMatchObject({ sessionId: 's-1', artifacts: [{ index: 0 }, { index: 1 }] });
  });

  test('a task that takes long is answered while it works', async () => {
    const server = await startServer({ protocols: ['a2a@0.1'], a2a: { blockingMs: 5 } });
    const client = speak(server, era);
    const { id } = await client.call(
      'send',
      era.send({ steps: [{ hold: { until: 'signal', signal: 'go' } }, { end: 'completed' }] }),
    );
    expect(stateOf(await client.call('get', { id: String(id) }))).toBe('working');
    server.signal('go');
    await all(client.stream('subscribe', { id: String(id) })).catch(() => {});
    expect(stateOf(await client.call('get', { id: String(id) }))).toBe('completed');
  });

  test('a task has one webhook, which is told the task; without one it is null', async () => {
    const server = await startServer({
      protocols: ['a2a@0.1'],
      a2a: { capabilities: { pushNotifications: true } },
      webhooks: { loopback: true },
    });
    const rpc = async (method: string, params: Json) => {
      const response = await fetch(server.urls['a2a@0.1']!, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      });
      return (await response.json()) as { result?: Json; error?: Json };
    };
    const hook = await startReceiver();
    await rpc('tasks/send', { ...era.send({ steps: [{ end: 'input-required' }] }), id: 'mine' });
    expect((await rpc('tasks/pushNotification/get', { id: 'mine' })).result).toEqual({
      id: 'mine',
      pushNotificationConfig: null,
    });
    const pushNotificationConfig = { url: hook.url, token: 't' };
    await rpc('tasks/pushNotification/set', { id: 'mine', pushNotificationConfig: { url: `${hook.url}/first` } });
    expect((await rpc('tasks/pushNotification/set', { id: 'mine', pushNotificationConfig })).result).toEqual({
      id: 'mine',
      pushNotificationConfig,
    });
    expect((await rpc('tasks/pushNotification/get', { id: 'mine' })).result).toEqual({
      id: 'mine',
      pushNotificationConfig,
    });
    await rpc('tasks/cancel', { id: 'mine' });
    const [call] = await hook.has(1);
    expect(JSON.parse(call!.body)).toMatchObject({ id: 'mine', sessionId: 's-1', status: { state: 'canceled' } });
    expect((await rpc('tasks/sendSubscribe', era.send(STORY))).error).toMatchObject({ code: -32_006 });
  });

  test("a task id of somebody else's is taken, and says nothing of the task", async () => {
    const server = await startServer({ protocols: ['a2a@0.1'], identities: { a: 'key-a', b: 'key-b' } });
    const as = async (key: string, params: Json) => {
      const response = await fetch(server.urls['a2a@0.1']!, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tasks/send', params }),
      });
      return (await response.json()) as { result?: Json; error?: Json };
    };
    const params = { ...era.send({ steps: [{ end: 'input-required' }] }), id: 'same' };
    expect((await as('key-a', params)).result).toMatchObject({ id: 'same' });
    expect((await as('key-b', params)).error).toMatchObject({
      code: -32_602,
      message: 'Invalid parameters: id: expected one that is not taken',
    });
  });
});

test('extensions are named in the header of the revision', async () => {
  const uri = 'https://example.com/ext';
  const server = await startServer({
    protocols: ['a2a@0.3'],
    a2a: { capabilities: { streaming: true, extensions: [{ uri, required: true }] } },
  });
  const send = (headers: Record<string, string>) =>
    fetch(server.urls['a2a@0.3']!, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'message/send', params: ERAS[0]!.send(STORY) }),
    });
  const named = await send({ 'X-A2A-Extensions': uri });
  expect(named.headers.get('x-a2a-extensions')).toBe(uri);
  const { error } = (await (await send({ 'A2A-Extensions': uri })).json()) as { error: Json };
  expect(error).toMatchObject({ code: -32_004, message: `X-A2A-Extensions: expected the required extension ${uri}` });
});
