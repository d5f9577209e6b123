import { CARD_PATH, METHODS } from '@agentproto/protocol/a2a/1.0';
import type { Exchange } from '@agentproto/recording';
import type { ClientCheck, ClientRecording } from '../../../kit/client-check.ts';
import { isRecord } from '../../../kit/json.ts';
import { neutral } from '../../eras/neutral.ts';
import { readCard } from '../../eras/old-card.ts';
import { readMessage } from '../../eras/read.ts';
import { cardPlaceOf, type OldCall, type OldReading } from './calls.ts';

/** A recording as if it had been of 1.0, and the rules for clients of 1.0 that look at it. */

type Json = Record<string, unknown>;

/** Both have what 1.0 checks of a client look for: the version is no matter of theirs. */
function cardOf10(card: unknown): unknown {
  if (!isRecord(card)) return card;
  const read = readCard(card);
  const interfaces = Array.isArray(read.supportedInterfaces) ? read.supportedInterfaces.filter(isRecord) : [];
  return { ...read, supportedInterfaces: interfaces.map((one) => ({ ...one, protocolVersion: '1.0' })) };
}

/** The params of a message in the words of 1.0, as far as rules for clients look at them. */
function paramsOf10({ said, ids }: OldCall): Json {
  const { message, ...rest } = isRecord(said) ? said : {};
  return { ...rest, ...(message !== undefined && { message: readMessage(message) }), ...ids };
}

/** `final` is a member that 1.0 has not. */
function withoutFinal(json: unknown): unknown {
  if (!isRecord(json)) return json;
  if (isRecord(json.result)) return { ...json, result: withoutFinal(json.result) };
  if (!isRecord(json.statusUpdate)) return json;
  const { final: _final, ...statusUpdate } = json.statusUpdate;
  return { ...json, statusUpdate };
}

function readAnswer(call: OldCall, { era }: OldReading): Pick<Exchange, 'response' | 'frames'> {
  const { exchange, binding, operation } = call;
  if (operation === 'GetExtendedAgentCard') {
    const { response, frames } = exchange;
    const json = response?.json;
    const card =
      binding === 'JSONRPC' && isRecord(json) && 'result' in json
        ? { ...json, result: cardOf10(json.result) }
        : cardOf10(json);
    return { ...(response && { response: { ...response, json: card } }), frames };
  }
  const { response, frames } = neutral({ ...exchange, binding, operation }, era);
  return { ...(response && { response }), frames: frames.map((one) => ({ ...one, json: withoutFinal(one.json) })) };
}

function exchangeOf10(exchange: Exchange, reading: OldReading): Exchange {
  const { request, response } = exchange;
  if (cardPlaceOf(exchange) !== undefined) {
    if (response?.status !== 200) return exchange;
    const url = request.url.replace(/\/\.well-known\/[\w.-]+$/, CARD_PATH);
    return { ...exchange, request: { ...request, url }, response: { ...response, json: cardOf10(response.json) } };
  }
  const call = reading.callOf(exchange);
  // One of no era, or of another: its answer was heard, and that is all that counts.
  if (!call) return { ...exchange, request: { ...request, method: 'OTHER' } };
  const asked = { ...exchange, ...readAnswer(call, reading) };
  if (call.binding === 'JSONRPC') {
    const body = { jsonrpc: '2.0', id: 1, method: call.operation, params: paramsOf10(call) };
    return { ...asked, request: { ...request, body: { text: JSON.stringify(body) } } };
  }
  const { verbs, path } = METHODS[call.operation].http;
  const route = path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(call.ids[name] ?? ''));
  const method = verbs.includes(request.method as never) ? request.method : verbs[0];
  const text = isRecord(call.said) ? JSON.stringify(paramsOf10(call)) : undefined;
  const url = call.base + route + (URL.parse(request.url)?.search ?? '');
  return { ...asked, request: { ...request, method, url, ...(text !== undefined && { body: { text } }) } };
}

export function neutralRecording(recording: ClientRecording, reading: OldReading): ClientRecording {
  const { exchanges, twin } = recording;
  return {
    ...recording,
    exchanges: exchanges.map((one) => exchangeOf10(one, reading)),
    ...(twin && { twin: neutralRecording(twin, reading) }),
  };
}

/** Checks that are written in the words of 1.0, for an era. */
export function inWordsOf10(checks: readonly ClientCheck[], reading: OldReading): ClientCheck[] {
  const known = new WeakMap<ClientRecording, ClientRecording>();
  const neutralOf = (recording: ClientRecording): ClientRecording => {
    const same = known.get(recording) ?? neutralRecording(recording, reading);
    known.set(recording, same);
    return same;
  };
  return checks.map((one) => ({ ...one, examine: (recording, check) => one.examine(neutralOf(recording), check) }));
}
