import { approve, chatClient, type ChatClient, Conversation } from '@agentproto/client/chat';
import { aborted, Exercise, expect } from './exercise.ts';
import type { Exercised } from './result.ts';
import { WORDS, type Words } from './words.ts';

/** All that our chat client does, over HTTP, NDJSON and a WebSocket. Runs in browsers too. */
export async function exerciseChat(url: string, words: Words = WORDS): Promise<Exercised> {
  const exercise = new Exercise('chat');
  const agent = chatClient(url, { onDeviation: exercise.onDeviation });
  await playAll(agent, exercise, words);
  await agent[Symbol.asyncDispose]();
  return exercise.result();
}

async function playTurns(agent: ChatClient, exercise: Exercise, words: Words): Promise<void> {
  await exercise.step('HTTP', async (signal) => {
    const { content } = await agent.chat(words.done, { signal });
    expect('a text', true, content.length > 0);
    return 'a text';
  });
  await exercise.step('NDJSON', async (signal) => {
    const stream = agent.stream(words.done, { signal });
    let text = '';
    for await (const event of stream) if (event.type === 'text_delta') text += event.text;
    const { content } = await stream.final();
    expect('the text of the events', content, text);
    expect('a text', true, content.length > 0);
    return 'a text, event by event';
  });
  await exercise.step('WebSocket', async (signal) => {
    const session = await agent.connect({ signal });
    try {
      for (const turn of [1, 2]) {
        const { content } = await session.turn(words.done, { signal }).final();
        expect(`a text in turn ${turn}`, true, content.length > 0);
      }
      return 'two turns in one session';
    } finally {
      await session[Symbol.asyncDispose]();
    }
  });
}

async function playAll(agent: ChatClient, exercise: Exercise, words: Words): Promise<void> {
  await playTurns(agent, exercise, words);
  await exercise.step('NDJSON, failing', async (signal) => {
    try {
      await agent.stream(words.fail, { signal }).final();
    } catch (error) {
      expect('code', 'CHAT_TURN_FAILED', (error as { code?: string }).code);
      return 'CHAT_TURN_FAILED';
    }
    throw new Error('expected CHAT_TURN_FAILED, and the turn came to its end');
  });
  await exercise.step('NDJSON, abort', async (signal) => {
    const leaving = new AbortController();
    return aborted(agent.stream(words.slow, { signal: AbortSignal.any([signal, leaving.signal]) }), leaving);
  });
  await exercise.step('approval', async (signal) => {
    const talk = new Conversation((messages) => agent.stream(messages, { signal }));
    const { toolCalls } = await talk.say(words.approval).final();
    expect('calls that wait', 1, toolCalls.length);
    const { executedToolCalls } = await talk.decide([approve(toolCalls[0]!)], 'Go on').final();
    expect('calls that ran', toolCalls[0]!.id, executedToolCalls[0]?.id);
    return 'asked, approved, ran';
  });
  await exercise.step('health', async (signal) => (await agent.health({ signal })).status);
  await exercise.step('old paths', async (signal) => {
    await using old = chatClient(agent.url, { legacy: true });
    const { content } = await old.chat(words.done, { signal });
    expect(
      'the same text as a stream',
      (await old.stream(words.done, { signal }).final()).content.trim(),
      content.trim(),
    );
    return 'a text, whole and event by event';
  });
}
