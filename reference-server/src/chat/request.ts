import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { ChatRequest } from '@agentproto/protocol/chat/docs';
import { lateModule } from '../late-module.ts';
import { HttpError } from '../http-error.ts';
import type { ChatContext } from './context.ts';
import { ChatError, invalid, unreadable } from './chat-error.ts';

/** Who asks. Throws an HttpError, 401. */
export function authenticate({ identify }: ChatContext, headers: IncomingHttpHeaders): string {
  const owner = identify(headers);
  if (owner !== undefined) return owner;
  throw new HttpError('UNAUTHENTICATED', 'Authorization: expected "Bearer" and the API key', {
    'www-authenticate': 'Bearer',
  });
}

/** The turn that a body asks for. Throws a ChatError. */
export function readBody(ctx: ChatContext, headers: IncomingHttpHeaders, body: Buffer): ChatRequest {
  return ctx.impl.checkRequest(ctx, parsedBody(ctx, headers, body));
}

/** A body as JSON. Throws a ChatError. */
export function parsedBody(ctx: ChatContext, headers: IncomingHttpHeaders, body: Buffer): unknown {
  ctx.impl.checkContentType(ctx, headers);
  if (!isUtf8(body)) throw new ChatError(400, 'The body is not UTF-8.');
  if (body.length === 0) throw unreadable('missing', 'The body: expected a JSON object, got nothing');
  return ctx.impl.parseJson(ctx, body.toString());
}

/** The turn that a text frame asks for. Throws a ChatError. */
export function readFrame(ctx: ChatContext, text: string): ChatRequest {
  return ctx.impl.checkRequest(ctx, ctx.impl.parseJson(ctx, text));
}

/** A form or a plain text is sent by any web page without asking; a JSON body is not. */
export function checkContentType(_ctx: ChatContext, { 'content-type': given }: IncomingHttpHeaders): void {
  const essence = given?.split(';', 1)[0]!.trim().toLowerCase();
  if (essence === undefined || essence === 'application/json' || essence.endsWith('+json')) return;
  throw unreadable('value_error', `Content-Type: expected application/json, got ${essence}`);
}

export function parseJson(_ctx: ChatContext, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable('json_invalid', `Invalid JSON: ${(error as SyntaxError).message}`);
  }
}

/** What is known of a value that should be a request. Throws a ChatError. */
export function checkRequest(ctx: ChatContext, value: unknown): ChatRequest {
  const { impl } = ctx;
  const object = impl.checkObject(ctx, value);
  impl.checkMessages(ctx, object);
  const violations = impl.validate(ctx, object);
  if (violations.length > 0) throw invalid(violations);
  // Validated.
  const request = object as ChatRequest;
  if (request.messages.length === 0) impl.refuseEmpty(ctx);
  return request;
}

export function checkObject(_ctx: ChatContext, value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  const got = Array.isArray(value) ? 'an array' : JSON.stringify(value).slice(0, 60);
  throw unreadable('dict_type', `expected a JSON object, got ${got}`);
}

export function checkMessages(_ctx: ChatContext, value: object): void {
  if (!Object.hasOwn(value, 'messages')) throw new ChatError(400, "'messages' field missing from request body");
}

/** Loaded before the family's first request. */
export const rules = lateModule(() => import('@agentproto/rules/chat/docs'));

export const validate = (_ctx: ChatContext, value: object) => rules.loaded.validate('ChatRequest', value);

/** There is no current turn to be answered; the documents say nothing of this. */
export function refuseEmpty(_ctx: ChatContext): void {
  throw new ChatError(400, "'messages' is empty: expected at least the current turn");
}
