/** What runs in the browser: the clients' exercises, on the reference server at another origin. */
import { A2AClient } from '@agentproto/client/a2a';
import { chatClient } from '@agentproto/client/chat';
import { Exercise, expect } from '../exercise.ts';
import { exerciseA2A } from '../exercise-a2a.ts';
import { exerciseChat } from '../exercise-chat.ts';
import { exercisePlainChat } from '../exercise-plain-chat.ts';
import type { Exercised } from '../result.ts';
import { SHORT_FORMS } from '../words.ts';

declare global {
  /** Called by `run.ts` from outside. `closed` allows no other origin. */
  var play: (open: string, closed: string) => Promise<Exercised[]>;
}

globalThis.play = async (open, closed) => [
  await exerciseA2A(open, 'JSONRPC', SHORT_FORMS),
  await exerciseA2A(open, 'HTTP+JSON', SHORT_FORMS),
  await exerciseChat(open, SHORT_FORMS),
  await exercisePlainChat(open),
  await exerciseClosed(closed),
];

/** What stands in the way cannot be seen from a page; the clients have to name it as one that is possible. */
async function exerciseClosed(url: string): Promise<Exercised> {
  const exercise = new Exercise('origin not allowed');
  const refused = async (call: Promise<unknown>): Promise<string> => {
    const error = await call.then(
      () => new Error('expected an error'),
      (error: unknown) => error as Error,
    );
    expect('code', 'CONNECTION_FAILED', (error as { code?: string }).code);
    expect('a word of the origin', true, error.message.includes('may not allow the origin'));
    return 'CONNECTION_FAILED, which names the origin';
  };
  await exercise.step('A2A', (signal) => refused(A2AClient.connect(url, { signal, retry: false })));
  await exercise.step('chat', (signal) => refused(chatClient(url, { retry: false }).chat('hello', { signal })));
  return exercise.result();
}
