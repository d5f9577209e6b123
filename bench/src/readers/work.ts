/** Reads one whole stream and says how many events it saw, or waits for one answer and says 1. */
export type Work = () => Promise<number>;
