import type { Answer, AnswerView } from './answer.ts';

/** What anyone could see of a turn over chat, in the words of the script's `outcome`. */
export interface Observed {
  text?: string;
  /** What it said about its progress; an answer in one piece shows none. */
  statuses?: string[];
  /** First the calls that were decided, then those that wait. */
  tools: { name: string | undefined; args: unknown; output?: unknown; rejected?: { reason?: string } }[];
  end: string;
}

/** Calls whose result says that the user refused them. */
const REJECTED = /^(?:Tool rejected|Rejected): (?<reason>.*)$/s;

export function observe({ value, events }: Answer): Observed {
  const streamed = events.length > 0;
  const end = endOf(value);
  return {
    // Of an answer in one piece that fails, what was said before is lost.
    ...(streamed || end !== 'failed' ? { text: textOf(value) } : {}),
    ...(streamed
      ? {
          statuses: events.flatMap(({ value: event }) =>
            event.type === 'intermittent_update' ? (event.text ?? '') : [],
          ),
        }
      : {}),
    tools: [
      ...value.executed.map(({ name, input, output }) => {
        const reason = REJECTED.exec(output ?? '')?.groups?.reason;
        return { name, args: input, ...(reason === undefined ? { output } : { rejected: { reason } }) };
      }),
      ...value.pending.map(({ name, input }) => ({ name, args: input })),
    ],
    end,
  };
}

function endOf({ ended, httpStatus, pending }: AnswerView): string {
  if (ended === 'error' || (httpStatus ?? 0) >= 500) return 'failed';
  if (ended !== 'done') return ended;
  return pending.length > 0 ? 'input-required' : 'completed';
}

/** What an answer in one piece says of its own when calls wait and the agent said nothing. */
const ASKS = 'I need your approval to execute the following tools:';

function textOf({ text, pending, types }: AnswerView): string {
  return types.length === 0 && pending.length > 0 && text === ASKS ? '' : text;
}
