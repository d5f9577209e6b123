import type { Exchange } from '@agentproto/recording';
import type { RequirementId } from '@agentproto/rules';
import type { Violation } from '@agentproto/rules/a2a/1.0';
import { clientCheck, type ClientCheck } from './client-check.ts';
import { seen } from './subject.ts';

/** A message that a client sent, under the name that its protocol gives it. */
export interface SentMessage {
  name: string;
  /** Undefined where it was no JSON. */
  value: unknown;
  /** Of a message on a socket. */
  frame?: number;
}

/** A rule about the form of what a client sends: each message is as its schema says. */
export const shapeCheck = (
  id: string,
  row: RequirementId,
  sentIn: (exchange: Exchange) => readonly SentMessage[],
  violations: (name: string, value: unknown) => readonly Violation[],
): ClientCheck =>
  clientCheck<RequirementId>(id, {
    title: 'What is sent has the form that its message has',
    proves: [row],
    examine({ exchanges }, check) {
      for (const exchange of exchanges)
        for (const { name, value, frame } of sentIn(exchange)) {
          const place = { exchange: exchange.id, ...(frame !== undefined && { frame }) };
          const wrong = value === undefined ? ['it is no JSON'] : violations(name, value).map(({ message }) => message);
          check(row, seen(wrong, place)).holds(wrong.length === 0, `a ${name} as the schema says`);
        }
    },
  });

/** The JSON of a body; undefined where it is none. */
export function jsonOf({ request: { body } }: Exchange): unknown {
  try {
    return body && 'text' in body ? JSON.parse(body.text) : undefined;
  } catch {
    return undefined;
  }
}

/** What went out on a socket. */
export const framesSent = ({ frames }: Exchange, name: string): SentMessage[] =>
  frames.flatMap(({ direction, kind, json, index }) =>
    direction === 'out' && kind === 'ws-text' ? [{ name, value: json, frame: index }] : [],
  );
