/** The ways in which a response is asked for: in one piece, as a stream, over a WebSocket. */
export const BINDINGS = ['HTTP', 'SSE', 'WebSocket'] as const;
export type Binding = (typeof BINDINGS)[number];
