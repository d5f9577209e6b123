import { A2AClient, type BindingName, textOf } from '@agentproto/client/a2a';
import { chatClient } from '@agentproto/client/chat';
import { responsesClient } from '@agentproto/client/responses';
import { createReferenceServer, type ReferenceServer } from '@agentproto/reference-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureOf } from './scripted-server.ts';

/** A message that tells the agent what to do. */
const script = (...steps: object[]) => ({
  parts: [{ data: { steps }, mediaType: 'application/vnd.agentproto.script+json' }],
});

let server: ReferenceServer;
beforeAll(async () => {
  server = await createReferenceServer({ listen: false });
});
afterAll(() => server.close());

test('it says where it is: nowhere', () => {
  expect(server.url).toBe('http://in-memory.invalid');
  expect(server.urls['a2a@1.0']).toMatch(/^http:\/\/in-memory\.invalid/);
});

describe.each<BindingName>(['JSONRPC', 'HTTP+JSON'])('a server without a port, over %s', (binding) => {
  let client: A2AClient;
  beforeAll(async () => {
    client = await A2AClient.connect(server.url, { binding, fetch: server.fetch });
  });
  afterAll(() => client.close());

  test('send, get, and an error', async () => {
    const { task } = await client.send('Grüße 世界');
    expect(textOf(await client.get(task!.id))).toContain('世界');
    expect(await failureOf(client.get('nobody'))).toMatchObject({ name: 'TaskNotFound' });
  });

  test('a stream is live: what comes next waits for what was read', async () => {
    const signal = `go-${binding}`;
    const stream = client.stream(script({ text: 'one ' }, { hold: { until: 'signal', signal } }, { text: 'two' }));
    let text = '';
    for await (const event of stream) {
      if (event.artifactUpdate) text += textOf(event);
      if (text === 'one ') server.signal(signal);
    }
    expect(text).toBe('one two');
  });

  test('a connection that is cut is cut, and resumed', async () => {
    const cut = script({ text: 'one ' }, { wire: 'disconnect' }, { sleep: 20 }, { text: 'two' });
    expect(await failureOf(client.stream(cut).final())).toMatchObject({ code: 'STREAM_TRUNCATED' });
    expect(textOf(await client.stream(cut, { resume: { attempts: 3 } }).final())).toBe('one two');
    const reset = script({ text: 'one ' }, { wire: 'reset' }, { sleep: 20 }, { text: 'two' });
    expect(await failureOf(client.stream(reset).final())).toMatchObject({ code: 'STREAM_TRUNCATED' });
  });

  test('leaving is seen by the other side; abort throws', async () => {
    const leaving = new AbortController();
    const stream = client.stream(script({ text: 'one ' }, { hold: { until: 'cancel' } }), { signal: leaving.signal });
    const reading = (async () => {
      for await (const event of stream) if (event.artifactUpdate) leaving.abort();
    })();
    expect(await failureOf(reading)).toMatchObject({ code: 'ABORTED' });
    expect((await client.cancel(stream.taskId!)).id).toBe(stream.taskId);
  });

  test('a body of some megabytes', async () => {
    const { task } = await client.send(script({ pad: { bytes: 3_000_000, chunks: 3 } }));
    expect(textOf({ task: task! }).length).toBe(3_000_000);
  });
});

test('the other families too', async () => {
  await using chat = chatClient(server.url, { fetch: server.fetch });
  expect((await chat.chat('hello')).content).toContain('hello');
  await using responses = responsesClient(server.urls['responses@openai']!, { model: 'm', fetch: server.fetch });
  expect((await responses.create('hello')).status).toBe('completed');
});

test('a closed server is away', async () => {
  const other = await createReferenceServer({ listen: false });
  const client = await A2AClient.connect(other.url, { fetch: other.fetch, retry: false });
  const stream = client.stream(script({ text: 'one ' }, { hold: { until: 'cancel' } }));
  for await (const event of stream) if (event.artifactUpdate) break;
  await other.close();
  expect(await failureOf(client.get(stream.taskId!))).toMatchObject({ code: 'CONNECTION_FAILED', nothingSent: true });
  await client.close();
});
