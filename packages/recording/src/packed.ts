import type { Exchange, Frame, RecordedResponse } from './exchange.ts';

/**
 * An exchange as it stands in a file: without the parsed values, which say nothing that the texts do not.
 * A file is half as long for it, cannot contradict itself, and a value nested too deep for
 * `JSON.stringify` cannot spoil it.
 */
export interface PackedExchange extends Omit<Exchange, 'frames' | 'response'> {
  response?: Omit<RecordedResponse, 'json'>;
  frames: Omit<Frame, 'json'>[];
}

export function packExchange({ response, frames, ...exchange }: Exchange): PackedExchange {
  const packed: PackedExchange = { ...exchange, frames: frames.map(withoutJson) };
  if (response) packed.response = withoutJson(response);
  return packed;
}

/** Parses again what is JSON. */
export function unpackExchange({ response, frames, ...exchange }: PackedExchange): Exchange {
  const unpacked: Exchange = { ...exchange, frames: frames.map(unpackFrame) };
  if (response) {
    const text = response.body && 'text' in response.body && !response.jsonError ? response.body.text : undefined;
    unpacked.response = { ...response, ...parsed(text) };
  }
  return unpacked;
}

function withoutJson<T extends { json?: unknown }>(value: T): Omit<T, 'json'> {
  const copy = { ...value };
  delete copy.json;
  return copy;
}

function unpackFrame(frame: Omit<Frame, 'json'>): Frame {
  const isText = frame.kind !== 'sse-comment' && frame.kind !== 'ws-binary';
  return { ...frame, ...parsed(isText && !frame.jsonError ? frame.data : undefined) };
}

function parsed(text: string | undefined): { json?: unknown } {
  if (text === undefined) return {};
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return {};
  }
}
