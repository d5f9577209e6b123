/** One event of an event stream (HTML, section 9.2.6). */
export interface SseEvent {
  /** The `data` lines, joined with LF. */
  data: string;
  event?: string | undefined;
  id?: string | undefined;
}

export interface SseHandlers {
  onEvent(event: SseEvent): void;
  /** One comment line, without its colon. */
  onComment?: ((text: string) => void) | undefined;
  /** The reconnection time that the server asks for, in milliseconds. */
  onRetry?: ((ms: number) => void) | undefined;
}
