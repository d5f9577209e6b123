import { maxHeaderSize } from 'node:http';
import type { EndKind } from '@agentproto/recording';

/** Why an exchange did not end well. */
export interface Failure {
  kind: EndKind;
  message: string;
}

interface WireFault extends Error {
  code?: string;
  /** There when the system call failed; Node's own `ECONNRESET` for a FIN has none. */
  syscall?: string;
  /** Of the HTTP parser. */
  reason?: string;
  /** The chunk in which the HTTP parser stopped. */
  rawPacket?: Buffer;
  /** Of an `AggregateError`: one for each address that was tried. */
  errors?: WireFault[];
}

/** How far an exchange had come. */
export type Stage = 'connecting' | 'waiting' | 'receiving';

/** What an error of node:http, node:net or node:tls says about the peer. */
export function failureOf(error: Error, stage: Stage): Failure {
  const { code, syscall, reason, rawPacket, errors } = error as WireFault;
  if (stage === 'connecting') {
    const messages = errors?.map((one) => one.message) ?? [error.message];
    const text = [...new Set(messages)].join('; ');
    return { kind: 'unreachable', message: code && !text.includes(code) ? `${code}: ${text}` : text };
  }
  if (code === 'HPE_HEADER_OVERFLOW') return { kind: 'limit', message: `the head of the response is longer than ${maxHeaderSize} bytes` };
  if (code?.startsWith('HPE_')) {
    const near = rawPacket ? `, in ${JSON.stringify(rawPacket.toString('latin1', 0, 80))}` : '';
    return { kind: 'malformed', message: `not valid HTTP: ${reason ?? error.message} (${code})${near}` };
  }
  const before = stage === 'waiting' ? 'before it answered' : 'before the response was complete';
  if (code === 'ECONNRESET') {
    const how = syscall ? 'reset the connection (RST)' : 'closed the connection (FIN)';
    return { kind: 'broken', message: `the peer ${how} ${before}` };
  }
  return { kind: 'broken', message: `${error.message} ${before}` };
}
