import { expect, test as base } from 'vitest';
import type { ReferenceServer } from '../server.ts';
import type { ServerOptions } from '../server-options.ts';
import type { TestScope } from '../test-scope.ts';
import { serverFixture } from './fixture.ts';
import { toHaveReceived, toHaveStreamed } from './matchers.ts';
import type { ExpectedRequest } from './matchers.ts';

export { expect };
export type { ExpectedRequest };
export { normalized, snapshotOf } from './snapshot.ts';
export type { ExchangeSnapshot, NormalizeOptions } from './snapshot.ts';

interface AgentServerMatchers<R> {
  /** A request came, or exactly `times` of them. For a server, or a scope of one. */
  toHaveReceived(expected: ExpectedRequest, times?: number): R;
  /** One answer (to a request as `of` says) sent these events in this order, whatever came in between. */
  toHaveStreamed(events: readonly unknown[], of?: ExpectedRequest): R;
}

declare module 'vitest' {
  // oxlint-disable-next-line no-unused-vars -- Its parameters have to be as vitest's.
  interface Matchers<R extends void | Promise<void>, T> extends AgentServerMatchers<R> {}
}

expect.extend({ toHaveReceived, toHaveStreamed });

export interface AgentServerFixtures {
  /** A server of the test's own. */
  agentServer: ReferenceServer;
  /** A server that all tests of the file share; see `agentScope`. */
  sharedAgentServer: ReferenceServer;
  /** What this test has of the shared server: its client sends `agentScope.headers`. */
  agentScope: TestScope;
}

/** `test` of vitest, with servers made by the options. */
export const testWith = (options: ServerOptions = {}) =>
  base.extend<AgentServerFixtures>({
    agentServer: serverFixture(options),
    sharedAgentServer: [serverFixture(options), { scope: 'file' }],
    agentScope: async ({ sharedAgentServer, task }, use) => use(sharedAgentServer.scope(task.id)),
  });

export const test = testWith();
