/** The ways over which messages go. */
export const BINDINGS = ['HTTP', 'NDJSON', 'WebSocket'] as const;
export type Binding = (typeof BINDINGS)[number];
