import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { bytesOf, type FixtureResponse } from '@agentproto/recording/fixture';

export interface Upgrade {
  request: IncomingMessage;
  socket: Socket;
  head: Buffer;
}

export interface SocketPlay {
  signal: AbortSignal;
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** Says what the server said, each message after those of the client that it came after. What a client says is not compared. */
export async function playSocket(
  { request, socket, head }: Upgrade,
  { headers, messages = [], closeCode, end }: FixtureResponse,
  { signal, wait }: SocketPlay,
): Promise<void> {
  // Few recordings have one.
  const { WebSocketServer } = await import('ws');
  const chosen = headers.find(([name]) => name.toLowerCase() === 'sec-websocket-protocol')?.[1];
  const server = new WebSocketServer({ noServer: true, handleProtocols: () => chosen ?? false });
  server.handleUpgrade(request, socket, head, (client) => {
    client.on('error', () => {});
    let heard = 0;
    let awaited = 0;
    let wake: (() => void) | undefined;
    client.on('message', () => {
      heard += 1;
      wake?.();
    });
    signal.addEventListener('abort', () => wake?.(), { once: true });
    const heardNext = async (): Promise<void> => {
      awaited += 1;
      while (heard < awaited && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
    };
    void (async () => {
      for (const { from, afterMs, ...content } of messages) {
        if (from === 'client') await heardNext();
        else {
          await wait(afterMs, signal);
          if (!signal.aborted) client.send('text' in content ? content.text : bytesOf(content));
        }
        if (signal.aborted) return client.terminate();
      }
      if (end === 'broken') client.terminate();
      else if (end === 'complete') client.close(closeCode === 1005 ? undefined : closeCode);
    })().catch(() => client.terminate());
  });
}
