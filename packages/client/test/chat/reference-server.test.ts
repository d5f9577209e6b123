import {
  approve,
  chatClient,
  type ChatInput,
  type ChatStream,
  Conversation,
  decide,
  type Message,
  reject,
} from '@agentproto/client/chat';
import { type Agent, createReferenceServer, type ReferenceServer } from '@agentproto/reference-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureOf } from './scripted-agent.ts';

/** A text that tells the agent what to do. */
const script = (steps: object[], more: object = {}) => `@script ${JSON.stringify({ steps, ...more })}`;
const asking = script(
  [
    { text: 'May I?' },
    {
      tool: {
        by: 'approval',
        calls: [
          { id: 't1', name: 'delete_pod', args: { name: 'nginx' }, output: 'deleted' },
          { id: 't2', name: 'drop', output: 'x' },
        ],
      },
    },
  ],
  { turns: [{ steps: [{ text: 'As you wish' }] }, { steps: [{ text: 'Bye' }] }] },
);

describe('our reference server', () => {
  let server: ReferenceServer;
  let url: string;
  const deviations: string[] = [];
  /** One for each turn that was told to wait; resolves when it is canceled. */
  const canceled: Promise<void>[] = [];
  const agent: Agent = ({ input, signal }) => {
    if (input.text !== 'wait') return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    canceled.push(promise);
    signal.addEventListener('abort', () => resolve());
    return (async function* () {
      yield { type: 'text', text: 'waiting' } as const;
      await promise;
    })();
  };
  const client = () => chatClient(url, { onDeviation: ({ kind, message }) => deviations.push(`${kind}: ${message}`) });

  beforeAll(async () => {
    server = await createReferenceServer({ protocols: ['chat@docs'], agent });
    url = server.urls['chat@docs']!;
  });
  afterAll(() => server.close());

  describe.each<[string, () => Promise<{ turn(input: ChatInput): ChatStream } & AsyncDisposable>]>([
    [
      'NDJSON',
      async () => ({ turn: (input: ChatInput) => client().stream(input), [Symbol.asyncDispose]: async () => {} }),
    ],
    ['WebSocket', () => client().connect()],
  ])('over %s', (_, open) => {
    test('text, in pieces; the request fields come back', async () => {
      await using agent = await open();
      const stream = agent.turn({
        messages: [{ role: 'user', content: script([{ status: 'thinking' }, { text: 'Grüße ' }, { text: '世界' }]) }],
        thread_id: 'a',
      });
      const types: string[] = [];
      for await (const { type } of stream) types.push(type);
      expect(types).toEqual(['intermittent_update', 'text_delta', 'text_delta', 'done']);
      expect(stream.reply).toMatchObject({
        content: 'Grüße 世界',
        stopReason: 'end_turn',
        requestContext: { thread_id: 'a' },
      });
    });

    test('approve one, reject the other; then go on', async () => {
      await using agent = await open();
      const talk = new Conversation((messages) => agent.turn(messages));
      const asked = await talk.say(asking).final();
      expect(asked).toMatchObject({
        content: 'May I?',
        toolCalls: [{ id: 't1', input: { name: 'nginx' } }, { id: 't2' }],
        approvals: [],
        executedToolCalls: [],
      });
      const [first, second] = asked.toolCalls;
      const decided = await talk.decide([approve(first!), reject(second!, 'too risky')]).final();
      expect(decided).toMatchObject({
        content: 'As you wish',
        toolCalls: [],
        executedToolCalls: [
          { id: 't1', output: 'deleted' },
          { id: 't2', output: expect.stringContaining('too risky') },
        ],
        executedApprovals: [],
      });
      expect((await talk.say('thanks').final()).content).toBe('Bye');
      expect(talk.messages).toHaveLength(6);
    });

    test('a turn that fails, and the one after it', async () => {
      await using agent = await open();
      expect(await failureOf(agent.turn(script([{ text: 'half' }, { throw: 'boom' }])).final())).toMatchObject({
        code: 'CHAT_TURN_FAILED',
        detail: expect.any(String),
        partial: { content: 'half' },
      });
      expect((await agent.turn('hello').final()).content).toBe('hello');
    });

    test('leaving cancels the run, and the agent can be asked again', async () => {
      await using agent = await open();
      const stream = agent.turn('wait');
      for await (const { type } of stream) if (type === 'text_delta') break;
      expect(stream.partial().content).toBe('waiting');
      await canceled.shift();
      expect((await agent.turn('hello').final()).content).toBe('hello');
    });

    test.each(['disconnect', 'reset', 'truncate'])('%s: truncated, with what came', async (fault) => {
      await using agent = await open();
      const cut = script([{ text: 'one' }, { sleep: 20 }, { wire: fault }, { text: 'two' }]);
      expect(await failureOf(agent.turn(cut).final())).toMatchObject({
        code: 'STREAM_TRUNCATED',
        partial: { content: 'one' },
      });
      expect((await agent.turn('hello').final()).content).toBe('hello');
    });

    test('broken JSON on the wire, and split UTF-8', async () => {
      await using agent = await open();
      expect(
        await failureOf(agent.turn(script([{ text: 'one' }, { wire: 'bad-json' }, { text: 'two' }])).final()),
      ).toMatchObject({ code: 'MALFORMED_RESPONSE' });
      expect((await agent.turn(script([{ wire: 'split-utf8' }, { text: '世界' }])).final()).content).toBe('世界');
    });
  });

  test('many turns over one socket, in order', async () => {
    await using session = await client().connect();
    expect(session.turn).toBeTypeOf('function');
    const texts = ['one', 'two', 'three'];
    expect(await Promise.all(texts.map(async (text) => (await session.turn(text).final()).content))).toEqual(texts);
  });

  test('in one piece: the same as in events', async () => {
    const agent = client();
    const messages: Message[] = [{ role: 'user', content: asking }];
    const reply = await agent.chat(messages);
    const streamed = await agent.stream(messages).final();
    expect({ ...reply, message: 0 }).toEqual({ ...streamed, stopReason: undefined, message: 0 });
    const decided = await agent.chat(decide([...messages, reply.message], reply.toolCalls.map(approve)));
    expect(decided).toMatchObject({
      content: 'As you wish',
      executedToolCalls: [
        { id: 't1', output: 'deleted' },
        { id: 't2', output: 'x' },
      ],
    });
    expect(await failureOf(agent.chat(script([{ throw: 'boom' }])))).toMatchObject({
      code: 'HTTP_STATUS',
      status: 500,
      detail: expect.any(String),
    });
  });

  test('what the server refuses', async () => {
    const agent = client();
    const wrong = [{ role: 'user', content: 5 }] as unknown as Message[];
    expect(await failureOf(agent.chat(wrong))).toMatchObject({
      status: 422,
      detail: [{ loc: expect.arrayContaining(['content']) }],
    });
    expect(await failureOf(agent.stream(wrong).final())).toMatchObject({ status: 422 });
    await using session = await agent.connect();
    expect(await failureOf(session.turn(wrong).final())).toMatchObject({ code: 'CHAT_TURN_FAILED' });
    expect((await session.turn('hello').final()).content).toBe('hello');
  });

  test('nothing of this was a deviation', () => {
    expect(deviations).toEqual([]);
  });
});

test('a server with a key', async () => {
  await using server = await createReferenceServer({ protocols: ['chat@docs'], apiKey: 'k3y' });
  const url = server.urls['chat@docs']!;
  expect(await failureOf(chatClient(url).chat('x'))).toMatchObject({ status: 401 });
  expect(await failureOf(chatClient(url).connect())).toMatchObject({ code: 'CONNECTION_FAILED' });
  const agent = chatClient(url, { auth: ({ refresh }) => (refresh ? 'k3y' : 'old') });
  expect((await agent.chat('hello')).content).toBe('hello');
  await using session = await agent.connect();
  expect((await session.turn('hello').final()).content).toBe('hello');
});
