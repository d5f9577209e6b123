export { channelOf, WEBSOCKET_LIMITS } from './websocket/channel.ts';
export { connectWebSocket } from './websocket/connect.ts';
export type { WebSocketChannel, WebSocketClosed, WebSocketLimits, WebSocketMessage } from './websocket/channel.ts';
export type { ConnectWebSocketOptions } from './websocket/connect.ts';
export type { WebSocketConstructor, WebSocketLike } from './websocket/socket.ts';
