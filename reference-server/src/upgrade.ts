import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { WebSocket, WebSocketServer } from 'ws';
import { http } from './node-http.ts';
import type { ServerContext } from './server-context.ts';

/** Lets requests for a WebSocket come to the routes like all others: same hooks, same refusals, same log. */
export interface Upgrades {
  /** There is a route at the path (with the scope's prefix) that may take the socket. */
  add(path: string): void;
  /** Cuts what is still open: the HTTP server does not count these connections any more. */
  cut(): void;
}

/** The connections of requests that ask for a WebSocket, until a route takes them. */
const asking = new WeakMap<IncomingMessage, { socket: Socket; head: Buffer; opened: Serve[] }>();

type Serve = (socket: WebSocket, connection: Socket) => void;

/** Calls `opened` with the socket of a request, before it is served. False: the request asks for none. */
export function onUpgrade(request: IncomingMessage, opened: Serve): boolean {
  const asked = asking.get(request);
  asked?.opened.push(opened);
  return asked !== undefined;
}

export function createUpgrades(scope: FastifyInstance): Upgrades {
  const { server } = scope;
  const paths = new Set<string>();
  const open = new Set<Socket>();

  function route(request: IncomingMessage, socket: Socket, head: Buffer): void {
    // In an application of somebody's own there may be others who take sockets, elsewhere.
    if (!paths.has(request.url?.split('?', 1)[0] ?? '') && server.listenerCount('upgrade') > 1) return;
    open.add(socket);
    socket.once('close', () => open.delete(socket)).on('error', () => socket.destroy());
    asking.set(request, { socket, head, opened: [] });
    const response = new http.ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.once('finish', () => socket.destroySoon());
    scope.routing(request, response);
  }

  return {
    add(path) {
      if (paths.size === 0) server.on('upgrade', route);
      paths.add(path);
    },
    cut() {
      for (const socket of open) socket.destroy();
    },
  };
}

/** Any other upgrade, such as `h2c`, is refused by not taking it: the request is answered as if it had not asked. */
export function asksForWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Takes the connection of a request; the reply has to be hijacked. What is wrong with the handshake is answered by `ws`.
 * False: the request asks for no WebSocket.
 */
export type TakeSocket = (request: IncomingMessage, serve: Serve) => boolean;

/** For messages of at most `maxPayload` bytes. `ws` is imported with the first socket. */
export function socketTaker({ report }: Pick<ServerContext, 'report'>, maxPayload: number): TakeSocket {
  let sockets: Promise<WebSocketServer> | undefined;
  const make = async () => {
    const { WebSocketServer } = await import('ws');
    return new WebSocketServer({ noServer: true, clientTracking: false, maxPayload });
  };
  return (request, serve) => {
    const asked = asking.get(request);
    if (!asked) return false;
    const { socket, head } = asked;
    (sockets ??= make())
      .then((server) =>
        server.handleUpgrade(request, socket, head, (opened) => {
          // The last one stands nearest to the wire.
          for (const tell of asked.opened.toReversed()) tell(opened, socket);
          serve(opened, socket);
        }),
      )
      .catch((error: unknown) => {
        report(error);
        socket.destroy();
      });
    return true;
  };
}
