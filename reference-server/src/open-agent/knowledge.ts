import { randomUUID } from 'node:crypto';
import type { Answer } from '../answer.ts';
import { tokensOf } from '../openai/tokens.ts';
import type { Found, StoredDocument } from './agent-records.ts';
import type { Call, HttpRequest } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { empty, json } from './errors.ts';
import { bad, notFound } from './open-agent-error.ts';
import { drop, keep, list } from './records.ts';
import { bodyOf } from './request.ts';
import { likeness, vectorOf } from './vectors.ts';

/** Characters of one passage, about. */
const PASSAGE = 500;
const MOST_RESULTS = 100;
/** Documents of one account, and characters of them all. */
const MOST_DOCUMENTS = 10_000;
const MOST_TEXT = 32 * 1024 * 1024;

/** A document, found by its passages from now on; one with the same id is replaced. */
export async function addKnowledge(ctx: OpenAgentContext, call: Call, request: HttpRequest): Promise<Answer> {
  const { text, id = `doc_${randomUUID().replaceAll('-', '')}`, metadata } = bodyOf(ctx, request, 'KnowledgeInput');
  if (id === '') throw bad('id: expected a text that is not empty', { param: 'id' });
  const documents = await ctx.impl.documentsOf(ctx, call.owner);
  if (documents.length >= MOST_DOCUMENTS && !documents.some((one) => one.id === id))
    throw bad(`The account has ${MOST_DOCUMENTS} documents, as many as there may be`);
  const others = documents.reduce((sum, one) => sum + (one.id === id ? 0 : one.text.length), 0);
  if (others + text.length > MOST_TEXT)
    throw bad(`text: the account may have ${MOST_TEXT} characters, and has ${others}`, { param: 'text' });
  const document: StoredDocument = {
    id,
    text,
    ...(metadata && { metadata }),
    passages: passagesOf(text).map((one) => ({ text: one, vector: vectorOf(one) })),
  };
  await keep(ctx, 'document', call.owner, id, document);
  return json(ctx, { id, text, ...(metadata && { metadata }) }, 201);
}

export async function deleteKnowledge(ctx: OpenAgentContext, call: Call, { params }: HttpRequest): Promise<Answer> {
  const id = params['docId']!;
  if (!(await drop(ctx, 'document', call.owner, id))) throw notFound(`Document ${id}`);
  return empty(ctx);
}

/** The documents of the account that are like the query, the likest first (README: Knowledge Search API). */
export async function searchKnowledge(ctx: OpenAgentContext, call: Call, request: HttpRequest): Promise<Answer> {
  const { impl } = ctx;
  const { query, limit = 10 } = bodyOf(ctx, request, 'KnowledgeQuery');
  if (query.trim() === '') throw bad('query: expected a text that is not empty', { param: 'query' });
  if (limit < 1 || limit > MOST_RESULTS)
    throw bad(`limit: expected 1 to ${MOST_RESULTS}, got ${limit}`, { param: 'limit' });
  const documents = await impl.documentsOf(ctx, call.owner);
  await impl.charge(ctx, call, { input: tokensOf(query.length), output: 0 });
  return json(ctx, { results: impl.ranked(ctx, documents, query).slice(0, limit) });
}

export const documentsOf = (ctx: OpenAgentContext, owner: string): Promise<StoredDocument[]> =>
  list(ctx, 'document', owner);

/** Each document with its best passage, where anything in it is like the query. */
export function ranked(_ctx: OpenAgentContext, documents: readonly StoredDocument[], query: string): Found[] {
  const asked = vectorOf(query);
  return documents
    .flatMap(({ id, metadata, passages }): Found[] => {
      let best: Found | undefined;
      for (const { text, vector } of passages) {
        const score = likeness(asked, vector);
        if (score > (best?.score ?? 0)) best = { id, text, score, ...(metadata && { metadata }) };
      }
      return best ? [{ ...best, score: Math.min(1, Number(best.score.toFixed(6))) }] : [];
    })
    .toSorted((one, other) => other.score - one.score);
}

/** Sentences, as many together as fit into a passage. */
function passagesOf(text: string): string[] {
  const passages: string[] = [];
  let open = '';
  for (const sentence of text.split(/(?<=[.!?])\s+|\n{2,}/)) {
    if (open !== '' && open.length + sentence.length > PASSAGE) {
      passages.push(open);
      open = '';
    }
    open = open === '' ? sentence : `${open} ${sentence}`;
  }
  return open.trim() === '' ? passages : [...passages, open];
}
