import type { FunctionCall, ItemField } from '@agentproto/protocol/responses/openai';

/** All text of the messages in an output. Refusals are none of it. */
export function outputTextOf({ output }: { output: readonly ItemField[] }): string {
  return parts(output, 'output_text').join('');
}

/** What the model says where it refuses; undefined: it does not. */
export function refusalOf({ output }: { output: readonly ItemField[] }): string | undefined {
  return parts(output, 'refusal').join('') || undefined;
}

/** The functions that the model wants run. */
export function functionCallsOf({ output }: { output: readonly ItemField[] }): FunctionCall[] {
  return output.filter((item) => item?.type === 'function_call');
}

function parts(output: readonly ItemField[], type: 'output_text' | 'refusal'): string[] {
  const texts: string[] = [];
  for (const item of output) {
    if (item?.type !== 'message' || !Array.isArray(item.content)) continue;
    for (const part of item.content) {
      if (part?.type !== type) continue;
      const text = part.type === 'output_text' ? part.text : (part as { refusal: unknown }).refusal;
      if (typeof text === 'string') texts.push(text);
    }
  }
  return texts;
}
