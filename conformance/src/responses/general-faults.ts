import { end, hello, text } from '../kit/steps.ts';
import type { Stimulus } from '../kit/stimulus.ts';
import { isRecord } from '../kit/json.ts';
import type { ResponsesAgent } from './agent.ts';
import type { Answer } from './answer.ts';
import { isTerminal, record, records, text as textOf } from './view.ts';

/**
 * Faults that a target has everywhere. The rows about them are red, and those that fail for their sake are blocked by them;
 * each is asked for where a check fails, and only then.
 */

/** Says something, and from then on what is in the context. */
export const remembers = (said: string): Stimulus => ({
  word: 'echo',
  script: {
    steps: [text(said), end('completed')],
    turns: [
      { steps: [], echo: true },
      { steps: [], echo: true },
    ],
  },
});

/** The context as the agent tells it; messages that carry a script say all of it by themselves, and are left out. */
export function contextIn(answer: Answer): string {
  let told: unknown;
  try {
    told = JSON.parse(answer.value.text);
  } catch {
    return answer.value.text;
  }
  const request = isRecord(told) ? record(told.request) : undefined;
  if (!request) return answer.value.text;
  const context = records(request.context);
  const entries = context.map((entry) => textOf(entry.text) ?? '').filter((said) => !said.startsWith('@script'));
  return entries.join('\n');
}

/** What was said a moment ago is no more there (`orAnswers`: nor what was answered), however short it is. Who refuses to go on has told nothing. */
export async function forgets(
  agent: ResponsesAgent,
  orAnswers: 'orAnswers' | false = false,
): Promise<{ blockedBy?: 'RESP-PREV-001' }> {
  const [asked, answered] = [agent.fresh('asked'), agent.fresh('answered')];
  const first = await agent.turn([agent.message(`Remember ${asked}.`), agent.message(remembers(`I say ${answered}.`))]);
  const next = await agent.ask('What do you remember?', { previous_response_id: first.id });
  if (next.refused) return {};
  const context = contextIn(next);
  const isThere = context.includes(asked) && (!orAnswers || !agent.runsScripts || context.includes(answered));
  return isThere ? {} : { blockedBy: 'RESP-PREV-001' };
}

/** Items of two responses have one id, so that it says of none which it is. */
export async function sharesIds(agent: ResponsesAgent, { items }: Answer): Promise<{ blockedBy?: 'RESP-ITEM-013' }> {
  const ids = new Set(items.flatMap(({ id }) => textOf(id) ?? []));
  const other = await agent.turn(hello);
  return other.items.some(({ id }) => ids.has(textOf(id) ?? '')) ? { blockedBy: 'RESP-ITEM-013' } : {};
}

/** Items are called otherwise in the response at the end of a stream than in its events, so that nobody knows by which id to refer to one. */
export function changesItemIds({ events, items }: Answer): { blockedBy?: 'RESP-STREAM-015' } {
  const streamed = events.flatMap(({ type, value }) =>
    type === 'response.output_item.done' ? (textOf(record(value.item)?.id) ?? []) : [],
  );
  const differs = streamed.length > 0 && items.some(({ id }) => typeof id === 'string' && !streamed.includes(id));
  return differs ? { blockedBy: 'RESP-STREAM-015' } : {};
}

/** A stream that came to no end that is one, so that nothing says how the response stands. */
export function hasNoEnd({ events, value: { types } }: Answer): { blockedBy?: 'RESP-STREAM-011' } {
  return events.length > 0 && !types.some(isTerminal) ? { blockedBy: 'RESP-STREAM-011' } : {};
}

/** Events without numbers in their order: none of them says where a stream is to go on. */
export function lacksNumbers({ events }: Answer): { blockedBy?: 'RESP-STREAM-010' } {
  const numbers = events.flatMap(({ value }) =>
    value.type === undefined ? [] : (value.sequence_number as number | undefined),
  );
  const isInOrder = numbers.every(
    (number, index) => Number.isInteger(number) && (index === 0 || number! > numbers[index - 1]!),
  );
  return isInOrder ? {} : { blockedBy: 'RESP-STREAM-010' };
}

/** The events of a response call it by several ids, so that nobody knows by which one to go on. */
export function changesItsId({ events }: Answer): { blockedBy?: 'RESP-STREAM-014' } {
  const ids = new Set(events.flatMap(({ value }) => textOf(record(value.response)?.id) ?? []));
  return ids.size > 1 ? { blockedBy: 'RESP-STREAM-014' } : {};
}
