import { subscribe, unsubscribe, tracingChannel } from 'node:diagnostics_channel';
import { A2AClient } from '@agentproto/client/a2a';
import { type LogEntry, logging } from '@agentproto/client/logging';
import { describe, expect, test } from 'vitest';
import { cardFor, clientOf, failureOf, rpc, scriptedServer, sendJson, taskIn } from './scripted-server.ts';

const { task: TASK } = taskIn('TASK_STATE_COMPLETED');

describe('logging', () => {
  test('every attempt and its answer, without credentials', async () => {
    await using server = await scriptedServer((response, request, count) => {
      response.setHeader('x-request-id', `r-${count}`);
      response.setHeader('set-cookie', 's3cret-cookie=1');
      if (count === 1) return void response.writeHead(503).end();
      sendJson(response, rpc(request, request.body.includes('Push') ? { url: 'http://h/' } : TASK));
    });
    const entries: LogEntry[] = [];
    const card = cardFor(`${server.url}/rpc?api_key=s3cret-in-url`);
    card.capabilities = { pushNotifications: true };
    const client = await A2AClient.connect(server.url, {
      card,
      auth: 's3cret-bearer',
      headers: { 'x-api-key': 's3cret-header', 'x-plain': 'shown' },
      retry: { baseMs: 1 },
      middleware: [logging({ log: (entry) => entries.push(entry), bodies: true })],
    });
    await client.get('t1');
    await client.createPushConfig('t1', {
      url: 'http://h/',
      token: 's3cret-token',
      authentication: { scheme: 'Bearer', credentials: 's3cret-credentials' },
    });
    expect(entries.map(({ event, operation, attempt, status }) => [event, operation, attempt, status])).toEqual([
      ['request', 'GetTask', 1, undefined],
      ['response', 'GetTask', 1, 503],
      ['request', 'GetTask', 2, undefined],
      ['response', 'GetTask', 2, 200],
      ['request', 'CreateTaskPushNotificationConfig', 1, undefined],
      ['response', 'CreateTaskPushNotificationConfig', 1, 200],
    ]);
    expect(JSON.stringify(entries)).not.toContain('s3cret');
    expect(entries[0]).toMatchObject({
      url: `${server.url}/rpc?api_key=[redacted]`,
      headers: { 'x-api-key': '[redacted]', 'x-plain': 'shown', 'a2a-version': '1.0' },
      body: expect.stringContaining('"method":"GetTask"'),
    });
    expect(entries[3]).toMatchObject({ requestId: 'r-2', durationMs: expect.any(Number) });
    expect(entries[4]!.body).toContain('"token":"[redacted]"');
  });

  test('a failure, bodies only where they are asked for; a log that throws breaks nothing', async () => {
    await using server = await scriptedServer((response) => void response.destroy());
    const entries: LogEntry[] = [];
    const log = (entry: LogEntry) => {
      entries.push(entry);
      throw new Error('disk full');
    };
    const client = await clientOf(server, 'JSONRPC', { retry: false, middleware: [logging({ log })] });
    expect(await failureOf(client.get('t1'))).toMatchObject({ code: 'CONNECTION_FAILED' });
    expect(entries.map(({ event }) => event)).toEqual(['request', 'failure']);
    expect(entries[0]).not.toHaveProperty('body');
    expect(entries[1]!.error).toContain('GetTask at');
  });
});

describe('diagnostics_channel', () => {
  const record = async (play: () => Promise<unknown>) => {
    const names = ['start', 'asyncEnd', 'error'] as const;
    const seen: [string, object][] = [];
    const listeners = names.map((name) => {
      const listener = (message: unknown) => void seen.push([name, { ...(message as object) }]);
      subscribe(`tracing:agentproto:client:request:${name}`, listener);
      return () => unsubscribe(`tracing:agentproto:client:request:${name}`, listener);
    });
    await play();
    for (const stop of listeners) stop();
    expect(tracingChannel('agentproto:client:request').hasSubscribers).toBe(false);
    return seen;
  };

  test.each<[string, { fetch?: typeof fetch }]>([
    ['undici', {}],
    ["a fetch of one's own", { fetch: (...args) => fetch(...args) }],
  ])('requests over %s', async (_, options) => {
    await using server = await scriptedServer((response, request) => {
      response.setHeader('x-request-id', 'r-1');
      sendJson(response, rpc(request, TASK));
    });
    const client = await A2AClient.connect(server.url, { card: cardFor(`${server.url}/rpc?key=k`), ...options });
    const seen = await record(() => client.get('t1'));
    expect(seen.map(([name]) => name)).toEqual(['start', 'asyncEnd']);
    const request = { operation: 'GetTask', attempt: 1, method: 'POST', url: `${server.url}/rpc` };
    expect(seen[0]![1]).toEqual(request);
    expect(seen[1]![1]).toMatchObject({ ...request, status: 200, requestId: 'r-1' });
    await client.close();
  });

  test('a failure', async () => {
    await using server = await scriptedServer((response) => void response.destroy());
    const client = await clientOf(server, 'JSONRPC', { retry: false });
    const seen = await record(() => failureOf(client.get('t1')));
    expect(seen.map(([name]) => name)).toEqual(['start', 'error', 'asyncEnd']);
    await client.close();
  });
});
