/** A script's `busy`: the message was to be refused. A server that can say so looks at the first step, and never gets here. */
export class AgentBusy extends Error {
  readonly code = 'AGENT_BUSY';
  /** After how many milliseconds it may come again. */
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super(`The agent is busy: try again in ${retryAfterMs} ms.`);
    this.name = 'AgentBusy';
    this.retryAfterMs = retryAfterMs;
  }
}
