import type { ListTasksResponse } from '@agentproto/protocol/a2a/1.0';
import { VirtualClock } from '@agentproto/script';
import { describe, expect, test } from 'vitest';
import { BINDINGS, caller, startServer } from './caller.test.kit.ts';

describe.each(BINDINGS)('ListTasks over %s', (binding) => {
  const begin = async (options = {}) => {
    const agent = caller(await startServer(options), binding);
    const list = (params: object = {}) => agent.call('ListTasks', params) as Promise<ListTasksResponse>;
    return { agent, list };
  };

  test('an empty list has all its members', async () => {
    const { list } = await begin();
    expect(await list()).toEqual({ tasks: [], nextPageToken: '', pageSize: 50, totalSize: 0 });
  });

  test('pages hold every task once, the newest status first, whatever comes meanwhile', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1));
    const { agent, list } = await begin({ clock });
    const made: string[] = [];
    for (let i = 0; i < 7; i++) {
      // Two tasks each share a moment.
      if (i % 2 === 0) await clock.advance(1_000);
      made.push((await agent.task(`task ${i}`)).id);
    }
    const seen: { id: string; at: string }[] = [];
    for (let pageToken = ''; ;) {
      const page = await list({ pageSize: 3, ...(pageToken && { pageToken }) });
      expect(page).toMatchObject({ pageSize: 3, totalSize: made.length });
      seen.push(...page.tasks.map(({ id, status }) => ({ id, at: status.timestamp ?? '' })));
      if (page.nextPageToken === '') break;
      pageToken = page.nextPageToken;
      await clock.advance(1_000);
      made.push((await agent.task('newer')).id);
    }
    expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(made.slice(0, 7)));
    expect(seen).toHaveLength(7);
    expect(seen.map(({ at }) => at)).toEqual(
      seen
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
  });

  test('filters by context, state and time, all together', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1));
    const { agent, list } = await begin({ clock });
    const old = await agent.task({ contextId: 'a' });
    await clock.advance(1_000);
    const asked = await agent.task({ contextId: 'a', parts: [{ text: '@input' }] });
    const other = await agent.task({ contextId: 'b' });
    const ids = async (params: object) => (await list(params)).tasks.map(({ id }) => id).toSorted();
    const sorted = (...tasks: { id: string }[]) => tasks.map(({ id }) => id).toSorted();
    expect(await ids({ contextId: 'a' })).toEqual(sorted(old, asked));
    expect(await ids({ status: 'TASK_STATE_COMPLETED' })).toEqual(sorted(old, other));
    expect(await ids({ status: 'TASK_STATE_UNSPECIFIED' })).toEqual(sorted(old, asked, other));
    expect(await ids({ status: 'TASK_STATE_SUBMITTED' })).toEqual([]);
    expect(await ids({ contextId: 'a', status: 'TASK_STATE_COMPLETED' })).toEqual([old.id]);
    expect(await ids({ statusTimestampAfter: '2026-01-01T00:00:01Z' })).toEqual(sorted(asked, other));
    expect(await ids({ statusTimestampAfter: '2026-01-01T00:00:01.000Z' })).toEqual(sorted(asked, other));
    expect(await ids({ statusTimestampAfter: '2026-01-01T00:00:01.001Z' })).toEqual([]);
    expect(await list({ contextId: 'a', pageSize: 1 })).toMatchObject({ totalSize: 2, pageSize: 1 });
  });

  test('artifacts and history are there when asked for', async () => {
    const { agent, list } = await begin();
    const task = await agent.task({ steps: [{ status: 'x' }, { text: 'y' }] });
    expect((await list()).tasks[0]).not.toHaveProperty('artifacts');
    expect((await list({ includeArtifacts: false })).tasks[0]).not.toHaveProperty('artifacts');
    expect((await list({ includeArtifacts: true })).tasks).toEqual([task]);
    expect((await list({ historyLength: 0 })).tasks[0]).not.toHaveProperty('history');
    expect((await list({ historyLength: 1 })).tasks[0]?.history).toHaveLength(1);
  });

  test('tasks that come while pages are turned are in none of them twice, and hide none', async () => {
    const { agent, list } = await begin();
    const make = (count: number) => Promise.all(Array.from({ length: count }, () => agent.task('x')));
    const there = (await make(40)).map(({ id }) => id);
    const seen: string[] = [];
    let more: Promise<unknown> = Promise.resolve();
    let pageToken = '';
    do {
      more = Promise.all([more, make(10)]);
      const page = await list({ pageSize: 7, ...(pageToken && { pageToken }) });
      seen.push(...page.tasks.map(({ id }) => id));
      ({ nextPageToken: pageToken } = page);
    } while (pageToken !== '');
    await more;
    expect(new Set(seen).size).toBe(seen.length);
    expect(there.filter((id) => !seen.includes(id))).toEqual([]);
    expect((await list({ pageSize: 1 })).totalSize).toBeGreaterThanOrEqual(40 + 60);
  });

  test('a page may have 1 to 100 tasks, 50 unless asked', async () => {
    const { agent, list } = await begin();
    for (let i = 0; i < 11; i++) await Promise.all(Array.from({ length: 10 }, () => agent.task('x')));
    const sizes = async (params: object) => {
      const { tasks, pageSize, totalSize, nextPageToken } = await list(params);
      return [tasks.length, pageSize, totalSize, nextPageToken === ''];
    };
    expect(await sizes({})).toEqual([50, 50, 110, false]);
    expect(await sizes({ pageSize: 1 })).toEqual([1, 1, 110, false]);
    expect(await sizes({ pageSize: 100 })).toEqual([100, 100, 110, false]);
    const { nextPageToken } = await list({ pageSize: 100 });
    expect(await sizes({ pageSize: 50, pageToken: nextPageToken })).toEqual([10, 50, 110, true]);
  });

  test('a token is of one list: filters may not change on the way, the form of its tasks may', async () => {
    const { agent, list } = await begin();
    for (let i = 0; i < 3; i++) await agent.task({ contextId: 'a' });
    const filters = { contextId: 'a', status: 'TASK_STATE_COMPLETED' };
    const { nextPageToken: pageToken } = await list({ ...filters, pageSize: 1 });
    expect((await list({ ...filters, pageToken, historyLength: 0, includeArtifacts: true })).tasks).toHaveLength(2);
    for (const other of [
      {},
      { contextId: 'a' },
      { ...filters, contextId: 'b' },
      { ...filters, status: 'TASK_STATE_SUBMITTED' },
      { ...filters, statusTimestampAfter: '2020-01-01T00:00:00Z' },
      { ...filters, tenant: 'acme' },
    ])
      expect(await agent.failure('ListTasks', { ...other, pageToken })).toMatchObject({ fields: ['pageToken'] });
    for (const wrong of [`${pageToken}=`, `${pageToken}AA`, pageToken.slice(4), `${pageToken} `])
      expect(await agent.failure('ListTasks', { ...filters, pageToken: wrong })).toMatchObject({
        fields: ['pageToken'],
      });
  });

  test('a time may be finer than a millisecond', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 11, 31, 23, 59, 60));
    const { agent, list } = await begin({ clock });
    await agent.task('x');
    const found = async (statusTimestampAfter: string) => (await list({ statusTimestampAfter })).totalSize;
    expect(await found('2026-12-31T23:59:59.999999Z')).toBe(1);
    expect(await found('2027-01-01T00:00:00.000000Z')).toBe(1);
    expect(await found('2026-12-31T23:59:60Z')).toBe(1);
    expect(await found('2027-01-01T00:00:00.000001Z')).toBe(0);
  });

  test.each([
    [{ pageSize: 0 }, 'pageSize'],
    [{ pageSize: -1 }, 'pageSize'],
    [{ pageSize: 1.5 }, 'pageSize'],
    [{ pageSize: 101 }, 'pageSize'],
    [{ historyLength: -1 }, 'historyLength'],
    [{ status: 'working' }, 'status'],
    [{ statusTimestampAfter: 'yesterday' }, 'statusTimestampAfter'],
    [{ pageToken: 'garbled' }, 'pageToken'],
    [{ includeArtifacts: 'True' }, 'includeArtifacts'],
  ])('refuses %o', async (params, field) => {
    const { agent } = await begin();
    expect(await agent.failure('ListTasks', params)).toMatchObject({ reason: 'INVALID_PARAMS', fields: [field] });
  });
});

test('a tenant sees its own tasks: by prefix, by query, or in the body', async () => {
  const server = await startServer();
  const { urls } = server;
  const base = urls['a2a@1.0'];
  const headers = { 'a2a-version': '1.0', 'content-type': 'application/json' };
  const message = { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'x' }] };
  const sent = await fetch(`${base}/acme%20inc/message:send`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ message }),
  });
  const { task } = (await sent.json()) as { task: { id: string } };
  const status = async (path: string) => (await fetch(base + path, { headers })).status;
  expect(await status(`/acme%20inc/tasks/${task.id}`)).toBe(200);
  expect(await status(`/tasks/${task.id}?tenant=acme%20inc`)).toBe(200);
  expect(await status(`/tasks/${task.id}`)).toBe(404);
  expect(await status(`/other/tasks/${task.id}`)).toBe(404);
  const rpc = caller(server, 'JSONRPC');
  expect(await rpc.call('GetTask', { id: task.id, tenant: 'acme inc' })).toMatchObject({ id: task.id });
  expect(await rpc.call('ListTasks', {})).toMatchObject({ totalSize: 0 });
});
