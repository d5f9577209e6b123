import type { JobEvent } from '@agentproto/protocol/chat/docs';
import { validate } from '@agentproto/rules/chat/docs';
import { decodeSse } from '@agentproto/wire/sse';
import { describe, expect, test } from 'vitest';
import { clientOf, scripted, startServer, user } from './client.test.kit.ts';
import type { Client } from './client.test.kit.ts';

const works = scripted({ steps: [{ status: 'Looking' }, { text: 'a' }, { text: 'b' }] });

async function enqueue(client: Client, message: object = works, fields: object = { queue: true }): Promise<string> {
  const { status, body } = await client.post('/api/chat', { messages: [message], ...fields });
  expect([status, validate('JobAccepted', body)]).toEqual([200, []]);
  return (body as { job_id: string }).job_id;
}

/** The events of a job, each `id type message`. */
async function follow(client: Client, id: string, query = '', headers: Record<string, string> = {}): Promise<string[]> {
  const response = await fetch(`${client.url}/api/jobs/${id}/events/stream${query}`, { headers });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  const all: string[] = [];
  for await (const event of decodeSse(response.body!)) {
    const job = JSON.parse(event.data) as JobEvent;
    expect(validate('JobEvent', job)).toEqual([]);
    expect([job.job_id, job.seq]).toEqual([id, Number(event.id)]);
    all.push(`${job.seq} ${job.event_type} ${job.message ?? ''}`.trim());
  }
  return all;
}

const WHOLE = ['0 status', '1 status Looking', '2 log a', '3 log b', '4 done'];

describe('a job', () => {
  test('is followed to its end, as often as one likes, from any event on', async () => {
    const client = clientOf(await startServer({ chat: { queue: true } }));
    const id = await enqueue(client);
    expect(await follow(client, id)).toEqual(WHOLE);
    expect(await follow(client, id, '?after=1')).toEqual(WHOLE.slice(2));
    expect(await follow(client, id, '', { 'last-event-id': '2' })).toEqual(WHOLE.slice(3));
    expect(await follow(client, id, '?after=1', { 'last-event-id': '3' })).toEqual(WHOLE.slice(4));
    expect(await follow(client, id, '?after=9')).toEqual([]);
  });

  test('goes on when nobody follows it, and is followed while it works', async () => {
    const server = await startServer({ chat: { queue: true } });
    const client = clientOf(server);
    const id = await enqueue(
      client,
      scripted({ steps: [{ text: 'a' }, { hold: { until: 'signal', signal: 'go' } }, { text: 'b' }] }),
    );
    const leaving = new AbortController();
    const first = await fetch(`${client.url}/api/jobs/${id}/events/stream`, { signal: leaving.signal });
    await first.body!.getReader().read();
    leaving.abort();
    const events = follow(client, id);
    server.signal('go');
    expect(await events).toEqual(['0 status', '1 log a', '2 log b', '3 done']);
  });

  test('that fails ends with an error, and its last event has the whole answer else', async () => {
    const client = clientOf(await startServer({ chat: { queue: true } }));
    expect(await follow(client, await enqueue(client, user('@fail no')))).toEqual(['0 status', '1 error no']);
    const id = await enqueue(client, works, { queue: 'yes', thread_id: 't' });
    const text = await (await fetch(`${client.url}/api/jobs/${id}/events/stream?after=3`)).text();
    expect(text).toContain('"content":"ab"');
    expect(text).toContain('"request_context":{"thread_id":"t"}');
  });

  test('is its caller’s alone', async () => {
    const server = await startServer({ chat: { queue: true }, identities: { alice: 'key-a', bob: 'key-b' } });
    const alice = clientOf(server, 'chat@docs', 'key-a');
    const id = await enqueue(alice);
    const get = (key: string) =>
      fetch(`${alice.url}/api/jobs/${id}/events/stream`, { headers: { authorization: `Bearer ${key}` } });
    expect((await get('key-b')).status).toBe(404);
    expect((await get('key-a')).status).toBe(200);
    expect((await fetch(`${alice.url}/api/jobs/${id}/events/stream`)).status).toBe(401);
  });
});

test('what is wrong with a request for events is said', async () => {
  const client = clientOf(await startServer({ chat: { queue: true } }));
  const get = async (path: string) => {
    const response = await fetch(client.url + path);
    return [response.status, await response.json()];
  };
  expect(await get('/api/jobs/nope/events/stream')).toEqual([404, { detail: 'Job not found' }]);
  const id = await enqueue(client);
  expect(await get(`/api/jobs/${id}/events/stream?after=x`)).toEqual([
    422,
    { detail: 'after: expected a number, got "x"' },
  ]);
});

test('`queue` is a request field as any other over streams, when it says no, and where there is no queue', async () => {
  const queued = clientOf(await startServer({ chat: { queue: true } }));
  expect((await queued.events('NDJSON', [user('x')], { queue: true })).at(-1)).toMatchObject({
    meta_data: { request_context: { queue: true } },
  });
  expect((await queued.chat([user('x')], { queue: false })).content).toBe('x');
  const plain = clientOf(await startServer());
  expect((await plain.chat([user('x')], { queue: true })).meta_data).toEqual({ request_context: { queue: true } });
  expect((await fetch(`${plain.url}/api/jobs/x/events/stream`)).status).toBe(404);
});

test('DCAF 2.1.0 takes jobs, and its stream answers nothing but 422 (X21)', async () => {
  const client = clientOf(await startServer({ chat: { queue: true } }), 'chat@dcaf-2.1');
  const id = await enqueue(client);
  expect((await fetch(`${client.url}/api/jobs/${id}/events/stream`)).status).toBe(422);
});
