/** What runs in the browser: the clients' exercises, on the reference server at another origin. */
import { exerciseA2A } from '../exercise-a2a.ts';
import { exerciseChat } from '../exercise-chat.ts';
import type { Exercised } from '../result.ts';
import { SHORT_FORMS } from '../words.ts';

declare global {
  /** Called by `run.ts` from outside. */
  var play: (url: string) => Promise<Exercised[]>;
}

globalThis.play = async (url) => [
  await exerciseA2A(url, 'JSONRPC', SHORT_FORMS),
  await exerciseA2A(url, 'HTTP+JSON', SHORT_FORMS),
  await exerciseChat(url, SHORT_FORMS),
];
