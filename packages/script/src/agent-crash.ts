/** A script's `throw`: the agent, not the script, went wrong. A server treats it as any error of its agent. */
export class AgentCrash extends Error {
  readonly code = 'AGENT_CRASH';

  constructor(message: string) {
    super(message);
    this.name = 'AgentCrash';
  }
}
