import type { ClientRequest } from 'node:http';
import type { Headers } from '@agentproto/recording';
import { WebSocket, type ClientOptions } from 'ws';
import { readJson } from './body.ts';
import { closedEarly, failureOf, type Failure } from './failure.ts';
import { followRequest } from './http-response.ts';
import type { OpenExchange } from './open-exchange.ts';
import type { SocketSpec } from './request-spec.ts';

/** The sending half of a WebSocket. */
export interface SocketWire {
  /** Pings that came, in the recording's milliseconds. They are no messages, and in no recording. */
  readonly pings: readonly number[];
  send(data: string | Uint8Array): void;
  /** Without a code the close frame has none. */
  close(code: number | undefined, reason: string): void;
}

/** The largest that `ws` does not take for none. */
const LARGEST_PAYLOAD = 2 ** 31 - 1;

/** Asks for a WebSocket and records what comes of it. No extension is offered, so that a frame is what it says. */
export function startSocketExchange(
  open: OpenExchange,
  url: URL,
  { protocols = [], pongs = true }: Pick<SocketSpec, 'protocols' | 'pongs'> = {},
): SocketWire | undefined {
  const { request: recorded } = open.exchange;
  const { bodyBytes, totalMs } = open.limits;
  let broken: Failure | undefined;
  let upgraded = false;
  let leaving = false;
  let contentBytes = 0;
  const stage = () => (leaving ? 'closing' : 'open');

  const pings: number[] = [];
  const options: ClientOptions & { closeTimeout: number } = {
    autoPong: pongs,
    headers: headerObject(recorded.headers),
    perMessageDeflate: false,
    maxPayload: Math.min(bodyBytes, LARGEST_PAYLOAD),
    // Our own limits decide how long a close frame may go unanswered.
    closeTimeout: Math.min(totalMs, LARGEST_PAYLOAD),
    finishRequest(request) {
      recorded.headers = headersOf(request);
      followRequest(request, open, {
        isReused: () => false,
        onConnected: () => {},
        onUpgrade(wire) {
          upgraded = true;
          wire.on('data', () => open.timers.touch());
          wire.on('error', (error) => (broken ??= failureOf(error, stage())));
        },
      });
      request.end();
    },
  };
  let socket: WebSocket;
  try {
    socket = new WebSocket(url, protocols, options);
  } catch (error) {
    open.end('left', `the request could not be written: ${String(error)}`);
    return undefined;
  }
  open.onEnd(() => socket.terminate());

  // With a listener `ws` leaves an answer other than 101 to us: it is recorded as any response is.
  socket.on('unexpected-response', () => {});
  socket.on('message', (content: Buffer, isBinary) => {
    contentBytes += content.length;
    if (contentBytes > bodyBytes) return open.end('limit', `more than ${bodyBytes} bytes of content`);
    record('in', isBinary ? content : content.toString());
  });
  socket.on('ping', () => void pings.push(open.clock.nowMs()));
  socket.on('error', (error: NodeJS.ErrnoException) => {
    // A connection that fails before is told by the request.
    if (!upgraded) return;
    if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
      return open.end('limit', `a message of more than ${bodyBytes} bytes`);
    open.end('malformed', `not valid WebSocket: ${error.message}${error.code ? ` (${error.code})` : ''}`);
  });
  socket.on('close', (code, reason) => {
    if (!upgraded) return;
    // No close frame has this code (RFC 6455, 7.4.1).
    if (code === 1006) {
      const { kind, message } = broken ?? closedEarly(stage());
      return open.end(kind, message, code);
    }
    open.end(leaving ? 'left' : 'complete', reason.length > 0 ? reason.toString() : undefined, code);
  });

  function record(direction: 'in' | 'out', content: string | Uint8Array): void {
    const atMs = open.clock.nowMs();
    if (typeof content === 'string')
      open.frame({ atMs, direction, kind: 'ws-text', data: content, ...readJson(content) });
    else open.frame({ atMs, direction, kind: 'ws-binary', data: Buffer.from(content).toString('base64') });
  }

  return {
    pings,
    send(data) {
      if (open.isOver || socket.readyState !== WebSocket.OPEN) return;
      // UTF-8 has no lone surrogates: what is recorded is what goes out.
      const content = typeof data === 'string' ? data.toWellFormed() : data;
      record('out', content);
      if (open.isOver) return;
      socket.send(content);
      open.timers.touch();
    },
    close(code, reason) {
      if (open.isOver) return;
      socket.close(code, reason);
      leaving = true;
      open.timers.touch();
    },
  };
}

/** For `node:http`; a name that comes again has several values, which the types of `ws` do not know. */
function headerObject(headers: Headers): { [name: string]: string } {
  const byName = Object.groupBy(headers, ([name]) => name.toLowerCase());
  const entries = Object.values(byName).map((same = []) => [
    same[0]![0],
    same.length === 1 ? same[0]![1] : same.map(([, value]) => value),
  ]);
  return Object.fromEntries(entries) as { [name: string]: string };
}

/** As they go out, in their order. */
function headersOf(request: ClientRequest): Headers {
  return request
    .getRawHeaderNames()
    .flatMap((name): Headers => [request.getHeader(name) ?? []].flat().map((value) => [name, String(value)]));
}
