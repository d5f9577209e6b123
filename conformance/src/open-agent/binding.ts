/** Answers in one piece, and streams of events. */
export const BINDINGS = ['HTTP', 'SSE'] as const;
export type Binding = (typeof BINDINGS)[number];
