import type { MethodName } from '@agentproto/protocol/a2a/1.0';
import type { Exchange } from '@agentproto/recording';
import type { Invariant } from '../../kit/invariant.ts';
import { isRecord } from '../../kit/json.ts';
import { openingOf } from '../binding.ts';
import type { Era } from './era.ts';

/** An exchange as if what came had been said in the words of 1.0: what its invariants look at. */
export function neutral(exchange: Exchange, era: Era): Exchange {
  const speech = era.reads(exchange.binding);
  if (!speech) return exchange;
  const isRpc = exchange.binding === 'JSONRPC';
  const operation = exchange.operation as MethodName | undefined;
  const { response, frames } = exchange;
  const whole = (json: unknown): unknown => {
    if (!isRpc) return (response?.status ?? 0) < 400 ? speech.read(operation, json) : json;
    return isRecord(json) && 'result' in json ? { ...json, result: speech.read(operation, json.result) } : json;
  };
  const opening = openingOf(exchange);
  const event = (json: unknown, isFirst: boolean): unknown => {
    if (!isRpc) return isRecord(json) && !isRecord(json.error) ? speech.readEvent(json, isFirst) : json;
    return isRecord(json) && 'result' in json ? { ...json, result: speech.readEvent(json.result, isFirst) } : json;
  };
  return {
    ...exchange,
    ...(response && {
      response: { ...response, json: response.json === undefined ? undefined : whole(response.json) },
    }),
    frames: frames.map((frame) =>
      frame.kind === 'sse' ? { ...frame, json: event(frame.json, frame === opening) } : frame,
    ),
  } as Exchange;
}

/** Invariants of 1.0 that hold in an era as well. */
export function inNeutral(era: Era, invariants: readonly Invariant[]): Invariant[] {
  const seen = new WeakMap<Exchange, Exchange>();
  const read = (exchange: Exchange): Exchange => {
    const known = seen.get(exchange) ?? neutral(exchange, era);
    seen.set(exchange, known);
    return known;
  };
  return invariants.map((one) => ({
    ...one,
    examine: (exchange, check, play) => one.examine(read(exchange), check, () => play().map(read)),
  }));
}
