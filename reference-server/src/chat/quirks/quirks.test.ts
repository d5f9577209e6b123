import type { StreamEvent } from '@agentproto/protocol/chat/docs';
import { requirements } from '@agentproto/rules';
import { describe, expect, test } from 'vitest';
import { QUIRKS } from '../../quirks.ts';
import { assistant, brief, briefs, clientOf, scripted, startServer, STREAMS, user } from '../client.test.kit.ts';
import type { Client } from '../client.test.kit.ts';

const OURS = QUIRKS.filter(({ name }) => name.startsWith('chat.'));

/** A server with the quirk, and whether it was applied. */
async function withQuirk(name: string) {
  const server = await startServer({ quirks: QUIRKS.filter((quirk) => quirk.name === name) });
  expect(server.quirks.map(({ quirk }) => quirk.name)).toEqual([name]);
  return { client: clientOf(server), applied: () => server.quirks[0]!.applied, server };
}

test('each breaks a rule that there is, or is legal', () => {
  for (const { breaks, also = [] } of OURS)
    for (const id of [breaks, ...also.map((one) => one.id)]) if (id !== null) expect(requirements).toHaveProperty(id);
  expect(OURS.filter(({ breaks }) => breaks === null).length).toBeGreaterThanOrEqual(8);
});

const asking = scripted({
  steps: [{ status: 'Thinking' }, { tool: { by: 'approval', calls: [{ name: 'x', args: { a: 1 }, output: 'y' }] } }],
  turns: [{ steps: [{ text: 'zw' }, { text: 'ölf' }] }],
});
const call = { id: 'call-1', name: 'x', input: {} };
const deciding = (data: object) => [asking, assistant('?'), user('', { data })];
const rawLines = (client: Client, messages: object[], fields: object = {}) =>
  client.post('/api/chat-stream', { messages, ...fields });

describe('what each does', () => {
  const cases: Record<string, (client: Client) => Promise<unknown>> = {
    'chat.health.says-up': async ({ url }) =>
      expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'up' }),
    'chat.sync.is-an-agent': async (client) =>
      expect((await client.post('/api/chat', { messages: [user('x')] })).body).toMatchObject({ role: 'agent' }),
    'chat.sync.text-plain': async (client) =>
      expect((await client.post('/api/chat', { messages: [user('x')] })).headers.get('content-type')).toBe(
        'text/plain',
      ),
    'chat.sync.without-empty-arrays': async (client) => expect((await client.chat([user('x')])).data).toEqual({}),
    'chat.sync.answers-the-first-message': async (client) => {
      expect((await client.chat([user('x'), assistant('y'), user('z')])).content).toBe('x');
      expect(briefs(await client.events('NDJSON', [user('x'), user('z')]))).toEqual(['text z', 'done']);
    },
    'chat.sync.refuses-unknown-members': async (client) =>
      expect((await client.post('/api/chat', { messages: [user('x', { mood: 1 })] })).status).toBe(422),
    'chat.context.texts-only': async (client) =>
      expect((await client.chat([user('x')], { a: { b: 1 } })).meta_data).toEqual({
        request_context: { a: '{"b":1}' },
      }),
    'chat.context.of-nothing': async (client) =>
      expect((await client.chat([user('x')])).meta_data).toEqual({ request_context: {} }),
    'chat.error.names-no-field': async (client) =>
      expect(await client.post('/api/chat', {})).toMatchObject({ status: 400, body: { detail: 'Bad request' } }),
    'chat.error.web-page-for-bad-json': async (client) =>
      expect(await client.post('/api/chat', '{')).toMatchObject({ status: 422, body: undefined }),
    'chat.error.takes-anything': async (client) => expect((await client.post('/api/chat', '[]')).status).toBe(200),
    'chat.error.allows-nothing': async ({ url }) => {
      const { status, headers } = await fetch(`${url}/api/chat`);
      expect([status, headers.get('allow')]).toEqual([405, null]);
    },
    'chat.error.answers-no-message': async (client) => expect((await client.chat([])).content).toBe('Hello'),
    'chat.stream.is-called-json': async (client) =>
      expect((await rawLines(client, [user('x')])).headers.get('content-type')).toBe('application/json'),
    'chat.stream.counts-its-lines': async (client) =>
      expect((await rawLines(client, [user('x')])).text).toContain('\n1\n{"type":"done"'),
    'chat.stream.is-done-twice': async (client) => {
      expect(briefs(await client.events('NDJSON', [user('x')]))).toEqual(['text x', 'done', 'done']);
      const { say } = await client.connect();
      await say([user('x')]);
      expect(briefs(await say([user('y')]))).toEqual(['text y', 'done']);
    },
    'chat.stream.text-in-blocks': async (client) =>
      expect((await rawLines(client, [user('x')])).text).toContain('"text":[{'),
    'chat.stream.loses-the-second-delta': async (client) =>
      expect(briefs(await client.events('NDJSON', [user('@chunks 3')]))).toEqual([
        'text chunk-1 ',
        'text chunk-3 ',
        'done',
      ]),
    'chat.stream.all-at-the-end': async (client) =>
      expect(briefs(await client.events('NDJSON', [user('x')]))).toEqual(['text x', 'done']),
    'chat.stream.update-without-text': async (client) =>
      expect((await rawLines(client, [asking])).text).toContain('{"type":"intermittent_update","message":"Thinking"}'),
    'chat.stream.error-as-an-object': async (client) =>
      expect((await rawLines(client, [user('@fail no')])).text).toContain('"error":{"message":"no"}'),
    'chat.stream.goes-on-after-the-error': async (client) =>
      expect(briefs(await client.events('NDJSON', [user('@fail no')]))).toEqual(['error no', 'text By the way']),
    'chat.stream.results-after-the-text': async (client) => {
      const events = await client.events('WebSocket', deciding({ tool_calls: [{ ...call, execute: true }] }));
      expect(briefs(events)).toEqual(['text zw', 'executed_tool_calls call-1=y', 'text ölf', 'done']);
    },
    'chat.stream.approvals-come-second': async (client) =>
      expect(briefs(await client.events('NDJSON', [asking]))).toEqual([
        'update Thinking',
        'tool_calls call-1',
        'approvals call-1',
        'done',
      ]),
    'chat.stream.call-looks-approved': async (client) =>
      expect((await client.events('NDJSON', [asking]))[2]).toMatchObject({ tool_calls: [{ execute: true }] }),
    'chat.stream.refuses-by-event': async (client) =>
      expect(await rawLines(client, undefined as never)).toMatchObject({
        status: 200,
        text: expect.stringMatching(/^\{"type":"error".*\}\n$/),
      }),
    'chat.stream.last-line-stays-open': async (client) =>
      expect((await rawLines(client, [user('x')])).text).toMatch(/\}\n\{.*\}$/),
    'chat.stream.done-without-context': async (client) => {
      expect((await client.events('WebSocket', [user('x')], { a: 1 })).at(-1)).toMatchObject({
        type: 'done',
        meta_data: {},
      });
      expect((await client.chat([user('x')], { a: 1 })).meta_data).toEqual({ request_context: { a: 1 } });
    },
    'chat.approval.runs-before-it-asks': async (client) =>
      expect(brief((await client.events('NDJSON', [asking]))[1]!)).toBe('executed_tool_calls call-1=Done already.'),
    'chat.approval.result-of-another-call': async (client) =>
      expect(brief((await client.events('HTTP', deciding({ tool_calls: [{ ...call, execute: true }] })))[0]!)).toBe(
        'executed_tool_calls call-1-other=y',
      ),
    'chat.approval.rejects-without-the-reason': async (client) =>
      expect(
        brief((await client.events('HTTP', deciding({ tool_calls: [{ ...call, rejection_reason: 'dear' }] })))[0]!),
      ).toBe('executed_tool_calls call-1=Tool rejected'),
    'chat.approval.one-form-only': async (client) =>
      expect(
        briefs(await client.events('NDJSON', deciding({ approvals: [{ ...call, type: 'tool_call', execute: true }] }))),
      ).toEqual(['approvals call-1', 'tool_calls call-1', 'done']),
    'chat.approval.silence-is-consent': async (client) =>
      expect(brief((await client.events('NDJSON', deciding({ tool_calls: [{ ...call, execute: false }] })))[0]!)).toBe(
        'executed_tool_calls call-1=y',
      ),
    'chat.socket.hangs-up': async (client) => {
      const { send, closed } = await client.connect();
      send({ messages: [user('x')] });
      expect((await closed).code).toBe(1000);
    },
    'chat.socket.frames-in-arrays': async (client) => {
      const { send, frames } = await client.connect();
      send({ messages: [user('x')] });
      await expect.poll(() => frames[0]).toBe('[{"type":"text_delta","text":"x"}]');
    },
    'chat.socket.one-turn-only': async (client) => {
      const { send, next, say, closed } = await client.connect();
      send('{}');
      await next();
      await say([user('x')]);
      send({ messages: [user('y')] });
      expect((await closed).code).toBe(1000);
    },
    'chat.socket.repeats-its-first-answer': async (client) => {
      const { say } = await client.connect();
      const [first, second] = [await say([user('x')]), await say([user('y')])];
      expect([briefs(first), briefs(second)]).toEqual([
        ['text x', 'done'],
        ['text x', 'done'],
      ]);
    },
    'chat.approval.one-yes-is-for-all': async (client) => {
      const wish = scripted({
        steps: [{ tool: { by: 'approval', calls: [1, 2].map((output) => ({ name: 'x', output })) } }],
        turns: [{ steps: [{ text: 'z' }] }],
      });
      const decided = [
        { ...call, execute: true },
        { ...call, id: 'call-2', rejection_reason: 'no' },
      ];
      expect(
        (
          await client.chat([wish, assistant('?'), user('', { data: { tool_calls: decided } })])
        ).data?.executed_tool_calls?.map(({ output }) => output),
      ).toEqual(['1', 'Done too.']);
    },
    'chat.approval.calls-share-an-id': async (client) => {
      const wish = scripted({ steps: [{ tool: { by: 'approval', calls: [{ name: 'x' }, { name: 'y' }] } }] });
      expect((await client.chat([wish])).data?.tool_calls?.map(({ id }) => id)).toEqual(['call-1', 'call-1']);
    },
    'chat.socket.bad-json-closes': async (client) => {
      const { send, closed } = await client.connect();
      send('{');
      expect((await closed).code).toBe(1008);
    },
    'chat.socket.passes-over-what-has-no-messages': async (client) => {
      const { send, say } = await client.connect();
      send('{}');
      expect(briefs(await say([user('x')]))).toEqual(['text x', 'done']);
    },
    'chat.socket.failure-closes': async (client) => {
      const { say, closed } = await client.connect();
      expect(briefs(await say([user('@fail no')]))).toEqual(['error no']);
      expect((await closed).code).toBe(1011);
    },
    'chat.socket.no-object-closes': async (client) => {
      const { send, closed } = await client.connect();
      send('5');
      expect((await closed).code).toBe(1008);
    },
    'chat.socket.smaller-pieces': async (client) =>
      expect(briefs(await client.events('WebSocket', [user('xyz')]))).toEqual(['text x', 'text yz', 'done']),
    'chat.socket.turns-at-a-time': async (client) => {
      const { send, next } = await client.connect();
      send({ messages: [scripted({ steps: [{ text: 'a' }, { hold: { until: 'cancel' } }] })] });
      send({ messages: [user('b')] });
      expect([brief(await next()), brief(await next())]).toEqual(['text a', 'text b']);
    },
    'chat.socket.error-costs-the-next-text': async (client) => {
      const { say } = await client.connect();
      await say([user('@fail no')]);
      expect(briefs(await say([user('x')]))).toEqual(['done']);
      expect(briefs(await say([user('x')]))).toEqual(['text x', 'done']);
    },
    'chat.legacy.is-gone': async (client) => {
      expect((await client.post('/api/sendMessage', { messages: [user('x')] })).status).toBe(404);
      expect((await client.post('/api/chat', { messages: [user('x')] })).status).toBe(200);
    },
    'chat.wire.moved': async ({ url }) => {
      const moved = await fetch(`${url}/api/chat`, { method: 'POST', redirect: 'manual' });
      expect([moved.status, moved.headers.get('location')]).toEqual([302, `${url}/moved`]);
    },
    'chat.wire.redirects-elsewhere': async ({ url }) => {
      const moved = await fetch(`${url}/api/chat`, { method: 'POST', redirect: 'manual' });
      expect([moved.status, moved.headers.get('location')]).toEqual([308, 'http://elsewhere.example/agent']);
    },
    'chat.wire.web-page': async (client) => {
      const { status, headers, text } = await rawLines(client, [user('x')]);
      expect([status, headers.get('content-type'), text]).toEqual([
        200,
        'text/html',
        expect.stringMatching(/^<!doctype/),
      ]);
    },
    'chat.wire.empty-body': async (client) =>
      expect(await rawLines(client, [user('x')])).toMatchObject({ status: 200, text: '' }),
    'chat.error.message-instead-of-detail': async (client) =>
      expect(await rawLines(client, [user('x')])).toMatchObject({ status: 403, body: { message: 'Not on Fridays' } }),
  };

  test.each(Object.entries(cases))('%s', async (name, look) => {
    const { client, applied } = await withQuirk(name);
    await look(client);
    expect(applied()).toBeGreaterThan(0);
  });

  test('chat.stream.all-at-the-end holds the first line back', async () => {
    const { client, applied, server } = await withQuirk('chat.stream.all-at-the-end');
    const turn = await client.stream([
      scripted({ steps: [{ text: 'a' }, { hold: { until: 'signal', signal: 'go' } }] }),
    ]);
    const first = turn.next();
    // What was there to be said by then would come before the answer to another request.
    await expect.poll(applied).toBe(1);
    expect(await Promise.race([first, fetch(`${client.url}/health`).then(() => 'nothing')])).toBe('nothing');
    server.signal('go');
    expect(brief((await first)!)).toBe('text a');
  });
});

// What is there for clients lets no conversation happen.
const conversational = OURS.filter(({ breaks, forClients }) => breaks === null && !forClients);

describe.each(conversational.map(({ name }) => name))('%s', (name) => {
  const documented = (events: readonly StreamEvent[]) =>
    briefs(events).filter((one) => !one.startsWith('update') && one !== 'agent_message');

  test('says the same', async () => {
    const { client, applied } = await withQuirk(name);
    for (const way of STREAMS) {
      const known = (await talk(client, way)).map((events) => documented(events));
      expect(known).toEqual([
        ['approvals call-1', 'tool_calls call-1', 'done'],
        ['executed_tool_calls call-1=y', 'text zw', 'text ölf', 'done'],
        ['error no', ...(name === 'chat.legal.done-after-the-error' ? ['done'] : [])],
      ]);
    }
    expect((await client.chat([user('zwölf')])).content).toBe('zwölf');
    expect(applied()).toBeGreaterThan(0);
  });
});

/** Three turns, read without a look at whether each event is a documented one. */
async function talk(client: Client, way: 'NDJSON' | 'WebSocket'): Promise<StreamEvent[][]> {
  const turns = [[asking], deciding({ tool_calls: [{ ...call, execute: true }] }), [user('@fail no')]];
  const all: StreamEvent[][] = [];
  for (const messages of turns) {
    const texts =
      way === 'NDJSON' ? (await rawLines(client, messages)).text.split(/\r?\n/) : await rawFrames(client, messages);
    all.push(texts.filter((text) => text.trim() !== '').map((text) => JSON.parse(text) as StreamEvent));
  }
  return all;
}

async function rawFrames(client: Client, messages: object[]): Promise<readonly string[]> {
  const { send, frames } = await client.connect();
  send({ messages });
  // It is answered when the turn is over.
  send('what?');
  const isAnswer = (text: string) => text.includes('Invalid JSON');
  await expect.poll(() => frames.some(isAnswer)).toBe(true);
  return frames.filter((text) => !isAnswer(text));
}
