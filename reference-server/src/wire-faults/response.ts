import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { SetTimer } from '../timer.ts';
import { Damaged } from './damaged.ts';
import type { Act } from './damaged.ts';
import type { Damage, FaultEnd } from './fault.ts';
import { framesOf } from './frames.ts';
import type { Frames } from './frames.ts';
import { Line } from './line.ts';
import type { TakenFault } from './taken-fault.ts';

/** Damages what will be written to a response. */
export function damageResponse(
  response: ServerResponse,
  fault: TakenFault & { damage: Damage },
  setTimer: SetTimer,
): void {
  const { damage, came } = fault;
  const write = response.write.bind(response) as (bytes: Uint8Array) => boolean;
  const end = response.end.bind(response) as () => void;
  const writeHead = response.writeHead.bind(response) as (status: number, headers: OutgoingHttpHeaders) => void;
  const flushHeaders = response.flushHeaders.bind(response);
  const damaged = new Damaged(fault);
  const line = new Line({ send: write, end: (how) => endConnection(response.socket, how), finish: end }, setTimer);
  let frames: Frames | undefined;
  let headWritten = damage.kind !== 'late-head';
  response.once('close', () => {
    line.leave();
    fault.over();
  });

  function head(status: number, given: OutgoingHttpHeaders): void {
    const headers: OutgoingHttpHeaders = { ...response.getHeaders() };
    for (const [name, value] of Object.entries(given)) headers[name.toLowerCase()] = value;
    frames = framesOf(String(headers['content-type'] ?? ''));
    // What is cut in a way that looks whole has no length that says otherwise; nor has what comes twice.
    if (damage.kind === 'truncate' || damage.kind === 'duplicate' || damage.kind === 'drop') {
      delete headers['content-length'];
      response.removeHeader('content-length');
    }
    if (damage.kind === 'content-type') {
      headers['content-type'] = damage.value;
      came();
    }
    if (damage.kind !== 'late-head') return writeHead(status, headers);
    came();
    line.do([{ waitMs: damage.ms }], () => {
      if (response.destroyed) return;
      headWritten = true;
      writeHead(status, headers);
      flushHeaders();
    });
  }
  const take = (chunk: Uint8Array | undefined, acts: Act[] = []): void => {
    frames ??= framesOf(String(response.getHeader('content-type') ?? ''));
    const pieces = chunk ? frames.take(chunk) : [];
    for (const { bytes, isComment } of pieces)
      acts.push(...(isComment ? damaged.comment(bytes) : damaged.event(bytes)));
  };
  const done = (rest: unknown[]) => (): void => {
    for (const one of rest) if (typeof one === 'function') one();
  };

  const patched = {
    writeHead(status: number, ...rest: unknown[]) {
      const headers = rest.findLast((one) => typeof one === 'object' && one !== null) as
        | OutgoingHttpHeaders
        | undefined;
      head(status, headers ?? {});
      return response;
    },
    flushHeaders() {
      if (headWritten) flushHeaders();
    },
    write(chunk: unknown, ...rest: unknown[]) {
      const acts: Act[] = [];
      take(bytesOf(chunk), acts);
      line.do(acts, done(rest));
      return !response.writableNeedDrain;
    },
    end(chunk?: unknown, ...rest: unknown[]) {
      const acts: Act[] = [];
      if (typeof chunk !== 'function') take(bytesOf(chunk), acts);
      for (const { bytes } of frames?.rest() ?? []) acts.push(...damaged.event(bytes));
      acts.push(...damaged.finish());
      line.do(acts, done([chunk, ...rest]));
      return response;
    },
  };
  Object.assign(response, patched);
}

/** What was written in this round of the event loop leaves first. */
export function endConnection(socket: Socket | null, how: FaultEnd): void {
  // Below TLS nobody but its owner can reset.
  if (how === 'reset')
    setImmediate(() => (socket && 'encrypted' in socket ? socket.destroy() : socket?.resetAndDestroy()));
  else if (how === 'half-close') socket?.end();
  else socket?.destroySoon();
}

function bytesOf(chunk: unknown): Uint8Array | undefined {
  if (chunk === undefined || chunk === null) return undefined;
  return typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
}
