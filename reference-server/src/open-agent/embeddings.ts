import type { Answer } from '../answer.ts';
import { tokensOf } from '../openai/tokens.ts';
import type { Call, HttpRequest } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { json } from './errors.ts';
import { bad } from './open-agent-error.ts';
import { bodyOf } from './request.ts';
import { base64Of, DIMENSIONS, MOST_DIMENSIONS, vectorOf } from './vectors.ts';

/** Texts of one request, as OpenAI has it. */
const MOST_TEXTS = 2_048;

/** A vector for each text (README: Chat Completion API); see `vectors.ts` for what they are. */
export async function createEmbedding(ctx: OpenAgentContext, call: Call, request: HttpRequest): Promise<Answer> {
  const { impl } = ctx;
  const body = bodyOf(ctx, request, 'EmbeddingRequest');
  const { model, input, encoding_format: format, dimensions = DIMENSIONS } = body;
  impl.modelOf(ctx, model);
  const texts = typeof input === 'string' ? [input] : input;
  if (texts.length === 0 || texts.length > MOST_TEXTS)
    throw bad(`input: expected 1 to ${MOST_TEXTS} texts, got ${texts.length}`, { param: 'input' });
  if (texts.includes('')) throw bad('input: expected texts that are not empty', { param: 'input' });
  if (dimensions < 1 || dimensions > MOST_DIMENSIONS)
    throw bad(`dimensions: expected 1 to ${MOST_DIMENSIONS}, got ${dimensions}`, { param: 'dimensions' });
  const tokens = texts.reduce((sum, text) => sum + tokensOf(text.length), 0);
  await impl.charge(ctx, call, { input: tokens, output: 0 });
  return json(ctx, {
    object: 'list',
    model,
    data: texts.map((text, index) => ({
      object: 'embedding',
      index,
      embedding: impl.shownVector(ctx, vectorOf(text, dimensions), format ?? 'float'),
    })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
}

/** Numbers, or 32-bit floats in base64 (README: Chat Completion API, as OpenAI has them). */
export const shownVector = (
  _ctx: OpenAgentContext,
  vector: Float32Array,
  format: 'float' | 'base64',
): number[] | string => (format === 'base64' ? base64Of(vector) : [...vector]);
