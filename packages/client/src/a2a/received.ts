import type { StreamResponse } from '@agentproto/protocol/a2a/1.0';

/** The events of one chunk. */
export class Received {
  readonly events: StreamResponse[] = [];
  /** The SSE event id of each, where the server sends ids; it holds until the next one. */
  ids: (string | undefined)[] | undefined;

  get length(): number {
    return this.events.length;
  }

  add(event: StreamResponse, id?: string): void {
    if (id !== undefined) (this.ids ??= [])[this.events.length] = id;
    this.events.push(event);
  }
}
