import type { Body, Exchange, Frame, Headers } from './exchange.ts';
import { packExchange, unpackExchange } from './packed.ts';
import type { PackedExchange } from './packed.ts';
import { createRedactor, REDACTED } from './redactor.ts';
import type { Redactor } from './redactor.ts';
import { isSecretName } from './secret-names.ts';

export interface RedactOptions {
  /** Values that must not be seen anywhere: the tokens that the user passed. Under 4 characters: not looked for. */
  secrets?: readonly string[];
}

export interface ExchangeRedactor extends Redactor {
  packed(exchange: PackedExchange): PackedExchange;
  /** Bytes that are no UTF-8, in base64. */
  base64(data: string): string;
}

/** A copy of `exchange` without its secrets. Never throws; redacting twice is the same as once. */
export function redactExchange(exchange: Exchange, options: RedactOptions = {}): Exchange {
  return unpackExchange(createExchangeRedactor(options).packed(packExchange(exchange)));
}

/** For many exchanges with the same secrets. */
export function createExchangeRedactor({ secrets = [] }: RedactOptions = {}): ExchangeRedactor {
  const redactor = createRedactor(secrets);
  const { text } = redactor;
  const { text: bytes } = createRedactor(secrets.map((secret) => Buffer.from(secret).toString('latin1')));

  /** Base64 of bytes that are not UTF-8, each seen as one character. */
  function base64(data: string): string {
    const before = Buffer.from(data, 'base64').toString('latin1');
    const after = bytes(before);
    return after === before ? data : Buffer.from(after, 'latin1').toString('base64');
  }

  function headers(list: Headers): Headers {
    return list.map(([name, value]) => {
      if (isSecretName(name)) return [name, redactHeader(value)];
      return [name, name.toLowerCase() === 'sec-websocket-protocol' ? redactProtocols(value) : text(value)];
    });
  }

  function frame(original: Omit<Frame, 'json'>): Omit<Frame, 'json'> {
    const data = original.kind === 'ws-binary' ? base64(original.data) : text(original.data);
    const copy = { ...original, data };
    if (original.event !== undefined) copy.event = text(original.event);
    if (original.id !== undefined) copy.id = text(original.id);
    return { ...copy, ...jsonError(original.jsonError, original.data, data) };
  }

  function body<T extends { body?: Body; jsonError?: string }>(message: T): T {
    const { body: original } = message;
    if (!original) return message;
    if ('base64' in original) return { ...message, body: { base64: base64(original.base64) } };
    const redacted = text(original.text);
    return { ...message, body: { text: redacted }, ...jsonError(message.jsonError, original.text, redacted) };
  }

  function packed(exchange: PackedExchange): PackedExchange {
    const { request, response, frames, end, label, operation } = exchange;
    const copy: PackedExchange = {
      ...exchange,
      request: { ...body(request), url: text(request.url), headers: headers(request.headers) },
      frames: frames.map(frame),
    };
    if (response) copy.response = { ...body(response), headers: headers(response.headers) };
    if (end?.message !== undefined) copy.end = { ...end, message: text(end.message) };
    if (label !== undefined) copy.label = text(label);
    if (operation !== undefined) copy.operation = text(operation);
    return copy;
  }

  return { ...redactor, packed, base64 };
}

/** Web pages can give a WebSocket no header: credentials are in the name of a sub-protocol, or behind one that says so. */
function redactProtocols(value: string): string {
  let isNext = false;
  return value
    .split(',')
    .map((part) => {
      const name = part.trim();
      const says = isSecretName(name) || /^(?:bearer|jwt)\b/i.test(name);
      const isBare = says && /^[a-z_-]+$/i.test(name);
      const hides = isNext || (says && !isBare) || /^eyJ[\w-]+\./.test(name);
      isNext = isBare;
      return hides && name !== '' ? part.replace(name, REDACTED) : part;
    })
    .join(',');
}

/** Keeps the scheme of a credential, which is no secret and says what was tried. */
function redactHeader(value: string): string {
  const [, scheme = ''] = /^((?:basic|bearer|digest|dpop|negotiate) +)\S/i.exec(value) ?? [];
  return value === '' ? '' : scheme + REDACTED;
}

/** The parser's message quotes what it stumbled over, so it has to come from the text that is shown. */
function jsonError(message: string | undefined, before: string, after: string): { jsonError?: string } {
  if (message === undefined) return {};
  if (before === after) return { jsonError: message };
  try {
    JSON.parse(after);
    return { jsonError: REDACTED };
  } catch (error) {
    return { jsonError: error instanceof Error ? error.message : String(error) };
  }
}
