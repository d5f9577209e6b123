import type { StreamEvent } from '@agentproto/protocol/chat/docs';
import type { Unread } from '../errors.ts';
import { TurnFrames } from '../turn-frames.ts';
import type { Mask } from './secrets.ts';

/** One turn over a WebSocket; `done` or `error` ends it. */
export class ChatTurn extends TurnFrames<StreamEvent> {
  readonly id: string;
  readonly mask: Mask;
  readonly unread: Unread;
  /** Called once it is complete and the socket is free for the next turn. */
  readonly onFree: () => void;

  constructor(id: string, mask: Mask, unread: Unread, onFree: () => void) {
    super();
    this.id = id;
    this.mask = mask;
    this.unread = unread;
    this.onFree = onFree;
  }
}
