import type { NamesOf } from '../option-names.ts';

export interface ChatOptions {
  /** Milliseconds between the pings on a WebSocket; null: none. Default 20,000. Section: server: Connection Stability. */
  pingMs?: number | null;
  /** How long a pong is waited for, in milliseconds. Default 20,000. */
  pongMs?: number;
  /** Bytes of one message on a WebSocket. Default 16 MiB. */
  messageBytes?: number;
}

export const CHAT_OPTIONS: NamesOf<ChatOptions> = { pingMs: true, pongMs: true, messageBytes: true };

export type ChatSettings = Required<ChatOptions>;

export const settingsOf = (options: ChatOptions = {}): ChatSettings => ({
  pingMs: 20_000,
  pongMs: 20_000,
  messageBytes: 16 * 1024 * 1024,
  ...options,
});
