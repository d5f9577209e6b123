/** How much of a target's time and bytes one exchange may take. Passing a limit ends the exchange, never throws. */
export interface WaitLimits {
  /** Until a connection stands, name lookup and TLS included. Ends as `unreachable`. */
  connectMs: number;
  /** The longest silence of the target. Ends as `timeout`. */
  inactivityMs: number;
  /** The whole exchange, from the first byte that could be sent. Ends as `timeout`. */
  totalMs: number;
  /** Of the response's content, after content coding; streams too, and all messages of a WebSocket. Ends as `limit`. */
  bodyBytes: number;
  /** Comments, blank lines and what we sent count too. Ends as `limit`. */
  frames: number;
}

export const DEFAULT_WAIT_LIMITS: Readonly<WaitLimits> = {
  connectMs: 5_000,
  inactivityMs: 10_000,
  totalMs: 60_000,
  bodyBytes: 16 * 1024 * 1024,
  frames: 10_000,
};
