/** What ends what depends on it: a signal, or what is as much of one as is used here. */
export interface Ending {
  readonly aborted: boolean;
  /** Why; undefined before. */
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: Listener): void;
  removeEventListener(type: 'abort', listener: Listener): void;
}

/** As the platform has them: an object needs no closure. */
export type Listener = (() => void) | { handleEvent(): void };

/** For the platform. */
export const signalOf = (ending: Ending & { signal?: AbortSignal }): AbortSignal =>
  ending.signal ?? (ending as AbortSignal);
