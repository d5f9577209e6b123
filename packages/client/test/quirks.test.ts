import { A2AClient, type BindingName, type Deviation, textOf } from '@agentproto/client/a2a';
import { chatClient } from '@agentproto/client/chat';
import { createReferenceServer } from '@agentproto/reference-server';
import { QUIRKS } from '@agentproto/reference-server/quirks';
import { describe, expect, test } from 'vitest';
import { failureOf } from './scripted-server.ts';

/** What agents in the field do, as quirks of the double: other clients can be tried on them too. */
async function at(name: string, play: (url: string) => Promise<void>): Promise<void> {
  const quirks = QUIRKS.filter((quirk) => quirk.name === name);
  // One revision, so that there is no other interface to go on to.
  const protocols = name.startsWith('a2a.') ? ['a2a@1.0'] : undefined;
  const server = await createReferenceServer({ quirks, protocols });
  try {
    await play(server.url);
    expect(server.quirks.map(({ applied }) => applied > 0)).toEqual([true]);
  } finally {
    await server.close();
  }
}

describe.each<BindingName>(['JSONRPC', 'HTTP+JSON'])('over %s', (binding) => {
  test.each<[string, string[]]>([
    ['a2a.card.binding-in-lower-case', ['binding-name']],
    ['a2a.card.binding-called-rest', binding === 'JSONRPC' ? [] : ['binding-name']],
    ['a2a.rest.refuses-a2a-json', binding === 'JSONRPC' ? [] : ['request-content-type']],
    ['a2a.rpc.event-aliases', binding === 'JSONRPC' ? ['member-name'] : []],
    ['a2a.rest.event-aliases', binding === 'JSONRPC' ? [] : ['member-name']],
    ['a2a.stream.bare-events', ['bare-payload']],
    ['a2a.stream.bare-events-with-kind', ['bare-payload']],
    ['a2a.model.spelt-as-in-0.3', ['old-spelling']],
    ['a2a.stream.another-context', ['other-context']],
    ['a2a.send.bare-task', ['bare-payload']],
    ['a2a.rpc.wrapped-task', binding === 'JSONRPC' ? ['wrapped-task'] : []],
  ])('%s: understood', async (name, kinds) => {
    if (kinds.length === 0) return expect(QUIRKS.some((quirk) => quirk.name === name)).toBe(true);
    await at(name, async (url) => {
      const told: Deviation[] = [];
      const agent = await A2AClient.connect(url, { binding, onDeviation: (deviation) => told.push(deviation) });
      const answer = await agent.send('hello');
      expect(textOf(answer)).toBe('hello');
      expect(answer.task?.status.state).toBe('TASK_STATE_COMPLETED');
      expect(textOf(await agent.stream('hello').final())).toBe('hello');
      expect((await agent.get(answer.task!.id)).status.state).toBe('TASK_STATE_COMPLETED');
      expect(told.map(({ kind }) => kind)).toEqual(kinds);
      await agent.close();
    });
  });

  test('a2a.stream.answers-a-task-with-a-message: the message is the answer', () =>
    at('a2a.stream.answers-a-task-with-a-message', async (url) => {
      const agent = await A2AClient.connect(url, { binding });
      expect((await agent.stream('hello').final()).message?.parts).toEqual([{ text: 'That is all' }]);
    }));

  test('a2a.send.does-not-wait: told, and `wait` asks on', () =>
    at('a2a.send.does-not-wait', async (url) => {
      const told: Deviation[] = [];
      const agent = await A2AClient.connect(url, { binding, onDeviation: (deviation) => told.push(deviation) });
      const data = { steps: [{ sleep: 150 }, { text: 'done' }] };
      const slow = [{ data, mediaType: 'application/vnd.agentproto.script+json' }];
      expect((await agent.send(slow, { wait: true })).task?.status.state).toBe('TASK_STATE_COMPLETED');
      expect(told.map(({ kind }) => kind)).toEqual(['not-waited']);
    }));

  test('a2a.context.lost-on-the-way: a follow-up in another context is told', () =>
    at('a2a.context.lost-on-the-way', async (url) => {
      const told: Deviation[] = [];
      const agent = await A2AClient.connect(url, { binding, onDeviation: (deviation) => told.push(deviation) });
      const data = { steps: [{ end: 'input-required', text: 'Which?' }], turns: [{ steps: [{ text: 'That' }] }] };
      const { task } = await agent.send([{ data, mediaType: 'application/vnd.agentproto.script+json' }]);
      await agent.send({ text: 'this', taskId: task!.id });
      expect(told.map(({ kind, row }) => `${kind} ${row}`)).toEqual(['other-context A2A10-CTX-002']);
    }));

  test.each<[string, object]>([
    ['a2a.error.code-as-text', { code: 'A2A_ERROR', message: expect.stringContaining('nobody') }],
    ['a2a.error.shape-of-its-own', { code: 'A2A_ERROR', message: expect.stringContaining('nobody') }],
    [
      'a2a.wire.web-page',
      { code: 'MALFORMED_RESPONSE', message: expect.stringMatching(/expected JSON, got text\/html$/) },
    ],
    [
      'a2a.wire.empty-body',
      { code: 'MALFORMED_RESPONSE', message: expect.stringMatching(/expected JSON, got an empty body$/) },
    ],
  ])('%s: an error that says so', (name, expected) =>
    at(name, async (url) => {
      const agent = await A2AClient.connect(url, { binding });
      expect(await failureOf(agent.get('nobody'))).toMatchObject(expected);
    }),
  );

  test.each<[string, object]>([
    [
      'a2a.wire.moved',
      { code: 'REDIRECTED', status: 301, message: expect.stringContaining('turns the POST into a GET') },
    ],
    ['a2a.wire.redirects-elsewhere', { code: 'REDIRECTED', status: 307, to: 'http://elsewhere.example/agent' }],
    ['a2a.error.detail-alone', { code: 'HTTP_STATUS', status: 400, reason: expect.stringContaining('messageId') }],
  ])('%s: a send fails with it', (name, expected) =>
    at(name, async (url) => {
      const agent = await A2AClient.connect(url, { binding });
      const message = { parts: [{ text: 'x' }], messageId: '' };
      expect(await failureOf(agent.send({ message }))).toMatchObject(expected);
    }),
  );

  test('a2a.card.file-url: says what is wrong with it', () =>
    at('a2a.card.file-url', async (url) => {
      expect(await failureOf(A2AClient.connect(url, { binding }))).toMatchObject({
        code: 'DISCOVERY_FAILED',
        message: expect.stringContaining('at file:, which is not http or https'),
      });
    }));
});

describe('chat', () => {
  test.each<[string, object]>([
    ['chat.wire.moved', { code: 'REDIRECTED', status: 302, message: expect.stringContaining('the POST into a GET') }],
    ['chat.wire.redirects-elsewhere', { code: 'REDIRECTED', status: 308, to: 'http://elsewhere.example/agent' }],
    ['chat.wire.web-page', { code: 'MALFORMED_RESPONSE', message: expect.stringMatching(/, got text\/html$/) }],
    ['chat.wire.empty-body', { code: 'MALFORMED_RESPONSE', message: expect.stringMatching(/, got an empty body$/) }],
    [
      'chat.error.message-instead-of-detail',
      { code: 'HTTP_STATUS', status: 403, message: expect.stringMatching(/answered HTTP 403: Not on Fridays$/) },
    ],
  ])('%s: an error that says so', (name, expected) =>
    at(name, async (url) => {
      const agent = chatClient(url);
      expect(await failureOf(agent.chat('hello'))).toMatchObject(expected);
      // An empty stream is one that was cut.
      const streamed = name.endsWith('empty-body') ? { code: 'STREAM_TRUNCATED', events: 0 } : expected;
      expect(await failureOf(agent.stream('hello').final())).toMatchObject(streamed);
    }),
  );
});

describe('agents that a client of 1.0 meets', () => {
  test('a2a.version.refuses-its-own: an error of the protocol', () =>
    at('a2a.version.refuses-its-own', async (url) => {
      const agent = await A2AClient.connect(url);
      expect(await failureOf(agent.send('hello'))).toMatchObject({ name: 'VersionNotSupported' });
    }));

  test.each<BindingName>(['JSONRPC', 'HTTP+JSON'])(
    'a2a.card.transports-apart: %s at its own address',
    async (binding) => {
      const quirks = QUIRKS.filter(({ name }) => name === 'a2a.card.transports-apart');
      const server = await createReferenceServer({ quirks, protocols: ['a2a@0.3'] });
      const agent = await A2AClient.connect(server.url, { binding });
      expect(textOf(await agent.send('hello'))).toBe('hello');
      const path = binding === 'JSONRPC' ? '/' : '/a2a/0.3/v1/message:send';
      expect([...server.journal].filter(({ method }) => method === 'POST').map((one) => one.path)).toEqual([path]);
      await server.close();
    },
  );

  test('a2a.send.takes-no-text: told, and streams are no other', () =>
    at('a2a.send.takes-no-text', async (url) => {
      const agent = await A2AClient.connect(url);
      const expected = { name: 'ContentTypeNotSupported', message: expect.stringContaining('expected image/png') };
      expect(await failureOf(agent.send('hello'))).toMatchObject(expected);
      expect(await failureOf(agent.stream('hello').final())).toMatchObject(expected);
    }));
});
