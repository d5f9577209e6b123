import { serverFixture } from './fixture.ts';
import { toHaveReceived, toHaveStreamed } from './matchers.ts';
import type { ReferenceServer } from '../server.ts';
import type { ServerOptions } from '../server-options.ts';

export { normalized, snapshotOf } from './snapshot.ts';
export type { ExchangeSnapshot, NormalizeOptions } from './snapshot.ts';

export interface AgentServerFixture {
  /** A server of the test's own. */
  agentServer: ReferenceServer;
}

/** For `test.extend<AgentServerFixture>(agentServerFixture(…))` of `@playwright/test`. */
export const agentServerFixture = (options: ServerOptions = {}): { agentServer: ReturnType<typeof serverFixture> } => ({
  agentServer: serverFixture(options),
});

/** For `expect.extend(matchers)`. */
export const matchers = { toHaveReceived, toHaveStreamed };
