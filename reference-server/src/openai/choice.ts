import type { ChatFinishReason } from '@agentproto/protocol/responses/openai';
import type { WireFault } from '@agentproto/script';
import type { StreamItem } from '../answer.ts';

/** Tokens of a completion. */
export interface Tokens {
  input: number;
  output: number;
  /** Of the output. */
  reasoning?: number;
}

/** What becomes of one choice of a completion, piece by piece. The last is `ended` or `error`. */
export type ChoiceEvent =
  | { text: string }
  | { refusal: string }
  /** A call begins; its arguments follow. */
  | { call: { id: string; name: string } }
  | { args: string }
  | { error: { code?: string | null; message: string } }
  | { ended: ChatFinishReason; tokens: Tokens };

export type ChoiceItem = StreamItem<ChoiceEvent>;

/** One choice from its beginning to its end. */
export interface WholeChoice {
  text: string | null;
  refusal: string | null;
  calls: { id: string; type: 'function'; function: { name: string; arguments: string } }[];
  reason: ChatFinishReason;
  tokens: Tokens;
  error?: { code?: string | null; message: string };
  fault?: WireFault;
}

export async function wholeChoice(items: AsyncIterable<ChoiceItem>): Promise<WholeChoice> {
  const texts: string[] = [];
  const refusals: string[] = [];
  const calls: { id: string; name: string; args: string[] }[] = [];
  let end: Pick<WholeChoice, 'reason' | 'tokens' | 'error'> = { reason: 'stop', tokens: { input: 0, output: 0 } };
  let fault: WireFault | undefined;
  for await (const item of items) {
    if ('fault' in item) fault ??= item.fault;
    else if ('text' in item) texts.push(item.text);
    else if ('refusal' in item) refusals.push(item.refusal);
    else if ('call' in item) calls.push({ ...item.call, args: [] });
    else if ('args' in item) calls.at(-1)?.args.push(item.args);
    else if ('error' in item) end = { ...end, error: item.error };
    else end = { reason: item.ended, tokens: item.tokens };
  }
  const isSilent = texts.length === 0 && (calls.length > 0 || refusals.length > 0);
  return {
    text: isSilent ? null : texts.join(''),
    refusal: refusals.length > 0 ? refusals.join('') : null,
    calls: calls.map(({ id, name, args }) => ({ id, type: 'function', function: { name, arguments: args.join('') } })),
    ...end,
    ...(fault && { fault }),
  };
}

/** The choice of a chat completion. */
export const chatChoice = ({ text, refusal, calls, reason }: WholeChoice, index = 0): object => ({
  index,
  message: { role: 'assistant', content: text, refusal, ...(calls.length > 0 && { tool_calls: calls }) },
  logprobs: null,
  finish_reason: reason,
});

/** The choice of a plain completion, which knows neither refusals nor calls. */
export const textChoice = ({ text, refusal, reason }: WholeChoice, index = 0): object => ({
  index,
  text: (text ?? '') + (refusal ?? ''),
  logprobs: null,
  finish_reason: reason === 'tool_calls' ? 'stop' : reason,
});

/** Tokens of all choices: the input is read once. */
export const sumOf = (choices: readonly Tokens[]): Tokens => ({
  input: Math.max(0, ...choices.map(({ input }) => input)),
  output: choices.reduce((sum, { output }) => sum + output, 0),
  reasoning: choices.reduce((sum, { reasoning = 0 }) => sum + reasoning, 0),
});

export const usageOf = ({ input, output, reasoning = 0 }: Tokens): object => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: reasoning },
});

/** What went wrong with a completion, as the body of an answer or a piece of a stream. */
export const failureOf = (error: { code?: string | null; message: string }): object => ({
  error: { code: error.code ?? null, message: error.message, type: 'server_error', param: null },
});
