import type { AgentCard, Task } from '@agentproto/protocol/a2a/1.0';
import { VirtualClock } from '@agentproto/script';
import { describe, expect, test } from 'vitest';
import { BINDINGS, brief, caller, messageOf, startServer } from './caller.test.kit.ts';

const held = { steps: [{ status: 'Working' }, { hold: { until: 'cancel' as const, maxMs: 60_000 } }] };

describe('behind a proxy', () => {
  const headers = { 'x-forwarded-host': 'agents.example', 'x-forwarded-proto': 'https', 'x-forwarded-prefix': '/x' };
  const urlIn = async (url: string, init: RequestInit = {}) => {
    const response = await fetch(url, { ...init, headers: { ...headers, ...init.headers } });
    const card = (await response.json()) as AgentCard;
    return [card.supportedInterfaces[0]?.url, response.headers.get('vary')];
  };
  const CARD = '/.well-known/agent-card.json';

  test('the cards say where a request came in, when that is trusted', async () => {
    const { url, urls } = await startServer({ trustForwarded: true, apiKey: 'k', a2a: { extendedCard: {} } });
    const outside = 'https://agents.example/x/a2a/1.0';
    expect(await urlIn(url + CARD)).toEqual([outside, expect.stringContaining('X-Forwarded-Host')]);
    const known = { headers: { authorization: 'Bearer k', 'a2a-version': '1.0' } };
    expect((await urlIn(`${urls['a2a@1.0']}/extendedAgentCard`, known))[0]).toBe(outside);
    expect((await urlIn(url + CARD, { headers: { 'x-forwarded-host': '' } }))[0]).toBe(urls['a2a@1.0']);
  });

  test('and not otherwise', async () => {
    const { url, urls } = await startServer();
    expect(await urlIn(url + CARD)).toEqual([urls['a2a@1.0'], 'Origin']);
    const named = await startServer({ trustForwarded: true, publicUrl: 'https://public.example' });
    expect((await urlIn(named.url + CARD))[0]).toBe('https://public.example/a2a/1.0');
  });
});

describe.each(BINDINGS)('over %s', (binding) => {
  test('a blocking call may have a limit: then the task is as it is', async () => {
    const clock = new VirtualClock();
    const agent = caller(await startServer({ clock, a2a: { blockingMs: 3_000 } }), binding);
    const asked = agent.task(held);
    // The turn's limit, the call's and the hold.
    await clock.sleeping(3);
    await clock.advance(3_000);
    const task = await asked;
    expect(task.status).toMatchObject({
      state: 'TASK_STATE_WORKING',
      message: { parts: [{ text: 'Working' }] },
    });
    expect(await agent.task('quick')).toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' } });
  });

  test('an agent that does not stop is left behind, when that is wanted', async () => {
    const clock = new VirtualClock();
    const agent = caller(await startServer({ clock, a2a: { forceCancelMs: 300 } }), binding);
    const stubborn = { steps: [{ sleep: 2_000 }, { text: 'too late' }], onCancel: 'ignore' as const };
    const stream = await agent.stream(stubborn);
    const id = (await stream.next())?.event.task?.id ?? '';
    const asked = agent.call('CancelTask', { id });
    // The turn's limit, the sleep, the wait for the agent, and the force.
    await clock.sleeping(4);
    await clock.advance(300);
    expect(await asked).toMatchObject({ status: { state: 'TASK_STATE_CANCELED' } });
    expect((await stream.rest()).map(brief)).toEqual(['status canceled']);
    await clock.advance(2_000);
    const after = await agent.get(id);
    expect(after.status.state).toBe('TASK_STATE_CANCELED');
    expect(after).not.toHaveProperty('artifacts');
  });

  test('as many agents are at work as may be, and then one more', async () => {
    const agent = caller(await startServer({ limits: { runs: 2 } }), binding);
    const now = { returnImmediately: true };
    const tasks = [await agent.task(held, now), await agent.task(held, now)];
    expect(await agent.failure('SendMessage', { message: messageOf(held) })).toMatchObject({ status: 503 });
    // What needs no wait is refused as well: nobody knows that before.
    expect(await agent.failure('SendMessage', { message: messageOf('Hello') })).toMatchObject({ status: 503 });
    await agent.call('CancelTask', { id: tasks[0]!.id });
    expect(await agent.task('Hello')).toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' } });
  });

  describe('a message that is sent again', () => {
    const begin = async () => caller(await startServer({ a2a: { idempotentMessages: true } }), binding);

    test('has the answer of the first, also while that is at work', async () => {
      const agent = await begin();
      const message = messageOf({ steps: [{ text: 'a' }, { sleep: 50 }, { text: 'b' }] });
      const [one, other] = (await Promise.all([
        agent.call('SendMessage', { message }),
        agent.call('SendMessage', { message }),
      ])) as { task: Task }[];
      expect(other).toEqual(one);
      expect(await agent.call('SendMessage', { message })).toEqual(one);
      const stream = await agent.open('SendStreamingMessage', { message });
      expect((await stream.rest()).map(brief)).toEqual(['task working', 'answer: a', 'answer+ b', 'status completed']);
      expect(await agent.call('ListTasks')).toMatchObject({ totalSize: 1 });
      // Another context is another matter.
      await agent.call('SendMessage', { message: { ...message, contextId: 'elsewhere' } });
      expect(await agent.call('ListTasks')).toMatchObject({ totalSize: 2 });
    });

    test('is no second follow-up, and no second direct answer', async () => {
      const agent = await begin();
      const { id } = await agent.task('@input Which?');
      const message = { ...messageOf('This'), taskId: id };
      const first = await agent.call('SendMessage', { message });
      expect(first).toMatchObject({ task: { id, status: { state: 'TASK_STATE_COMPLETED' } } });
      expect(await agent.call('SendMessage', { message })).toEqual(first);
      const pong = { message: messageOf({ steps: [{ reply: [{ text: 'pong' }] }] }) };
      await agent.call('SendMessage', pong);
      expect(await agent.call('SendMessage', pong)).toMatchObject({ message: { parts: [{ text: 'pong' }] } });
    });

    test('is new where the first was refused, and everywhere unless that is wanted', async () => {
      const agent = await begin();
      const message = messageOf('Hello');
      const wrong = { ...message, parts: [{ text: 'x', mediaType: 'video/mp4' }] };
      expect(await agent.failure('SendMessage', { message: wrong })).toMatchObject({
        fields: ['message.parts[0].mediaType'],
      });
      expect(await agent.call('SendMessage', { message })).toMatchObject({ task: {} });
      const plain = caller(await startServer(), binding);
      for (let i = 0; i < 2; i++) await plain.call('SendMessage', { message });
      expect(await plain.call('ListTasks')).toMatchObject({ totalSize: 2 });
    });
  });
});

test('hooks are told of turns and ends; what one throws is reported, and changes nothing', async () => {
  const told: string[] = [];
  const say = (what: string) => (run: { id: string; state: string; family: string }) =>
    void told.push(`${run.family} ${what} ${run.state}`);
  const server = await startServer({
    hooks: {
      onTurn: say('turn'),
      onTurnEnd(run) {
        say('turn end')(run);
        throw new Error('A hook broke.');
      },
      onTerminal: say('terminal'),
    },
  });
  const agent = caller(server, 'JSONRPC');
  const { id } = await agent.task('@input Which?');
  await agent.task({ taskId: id });
  expect(told).toEqual([
    'a2a turn working',
    'a2a turn end input-required',
    'a2a turn working',
    'a2a turn end completed',
    'a2a terminal completed',
  ]);
  expect(server.errors.map(({ message }) => message)).toEqual(['A hook broke.', 'A hook broke.']);
});
