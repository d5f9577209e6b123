import { end, hello, sleep, status, text } from '../kit/steps.ts';
import type { Stimulus } from '../kit/stimulus.ts';
import type { ChatAgent } from './agent.ts';
import type { Answer } from './answer.ts';

/**
 * Faults that a target has everywhere. The rows about them are red, and those that fail for their sake are blocked by them;
 * each is asked for where a check fails, and only then.
 */

/** Says two words, one after the other. */
export const several: Stimulus = {
  word: 'multi',
  script: { steps: [status('thinking'), text('one '), sleep(5), text('two'), end('completed')] },
};

const again: Stimulus = { word: 'done', script: { steps: [text('Once more'), end('completed')] } };

/** A good second turn on a socket is not answered, or with the first one's answer. Blocked where not even the first is. */
export async function lastsOneTurn(agent: ChatAgent): Promise<{ blockedBy?: 'CHAT-WS-003' }> {
  const socket = await agent.connect();
  try {
    await socket.ask(agent.begin(hello));
    if (!socket.value.open) return { blockedBy: 'CHAT-WS-003' };
    const { value } = await socket.ask(agent.begin(again));
    const isAnswered = value.ended === 'done' && !(agent.runsScripts && value.text.includes('Hello'));
    return isAnswered ? {} : { blockedBy: 'CHAT-WS-003' };
  } finally {
    await socket.close();
  }
}

/** A text in pieces does not come whole although nothing else goes on: over a stream as well, or over sockets alone. */
export async function losesPieces(agent: ChatAgent): Promise<{ blockedBy?: 'CHAT-STREAM-005' | 'CHAT-WS-010' }> {
  const isWhole = ({ value }: Answer) => !agent.runsScripts || value.text === 'one two';
  if (isWhole(await agent.ask(several))) return {};
  return { blockedBy: isWhole(await agent.over('NDJSON').ask(several)) ? 'CHAT-WS-010' : 'CHAT-STREAM-005' };
}

/** Says back the message that is the current turn, and nothing else. */
export const LAST = 'The last word';
export const FIRST = 'The first word';
export const saysBack: Stimulus = {
  word: 'echo',
  script: {
    steps: [text(FIRST), end('completed')],
    turns: [{ steps: [{ expect: { text: LAST } }, text(LAST), end('completed')] }],
  },
};

export const isOfTheLast = ({ value }: Answer): boolean =>
  value.ended === 'done' && value.text.includes(LAST) && !value.text.includes(FIRST);

/** Over HTTP, another message than the last is the turn, however plain the history is. */
export async function answersAnother(agent: ChatAgent): Promise<{ blockedBy?: 'CHAT-SYNC-004' }> {
  if (agent.binding !== 'HTTP') return {};
  const begun = agent.begin(saysBack);
  const second = await agent.ask(begun.next(await agent.ask(begun), { content: LAST }));
  return second.value.ended === 'done' && !isOfTheLast(second) ? { blockedBy: 'CHAT-SYNC-004' } : {};
}
