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

/** How far an exchange had come; a WebSocket is `open`, and `closing` once we have sent our close frame. */
export type Stage = 'connecting' | 'waiting' | 'receiving' | 'open' | 'closing';

const TOO_EARLY: { [stage in Stage]: string } = {
  connecting: 'before it answered',
  waiting: 'before it answered',
  receiving: 'before the response was complete',
  open: 'without a close frame',
  closing: 'before it answered the close frame',
};

/** What an error of node:http, node:net or node:tls says about the peer. */
export function failureOf(error: Error, stage: Stage): Failure {
  const { code, syscall, reason, rawPacket, errors } = error as WireFault;
  if (stage === 'connecting') {
    const messages = errors?.map((one) => one.message) ?? [error.message];
    const text = [...new Set(messages)].join('; ');
    return { kind: 'unreachable', message: code && !text.includes(code) ? `${code}: ${text}` : text };
  }
  if (code === 'HPE_HEADER_OVERFLOW')
    return { kind: 'limit', message: `the head of the response is longer than ${maxHeaderSize} bytes` };
  if (code?.startsWith('HPE_')) {
    const near = rawPacket ? `, in ${JSON.stringify(rawPacket.toString('latin1', 0, 80))}` : '';
    return { kind: 'malformed', message: `not valid HTTP: ${reason ?? error.message} (${code})${near}` };
  }
  if (code === 'ECONNRESET') return syscall ? hungUp('reset the connection (RST)', stage) : closedEarly(stage);
  return { kind: 'broken', message: `${error.message} ${TOO_EARLY[stage]}` };
}

/** The peer closed the connection, which is no error of itself, and should not have. */
export function closedEarly(stage: Stage): Failure {
  return hungUp('closed the connection (FIN)', stage);
}

function hungUp(how: string, stage: Stage): Failure {
  return { kind: 'broken', message: `the peer ${how} ${TOO_EARLY[stage]}` };
}
