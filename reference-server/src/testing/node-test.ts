import type { ReferenceServer } from '../server.ts';
import type { ServerOptions } from '../server-options.ts';
import { serverForTests } from './fixture.ts';

export { contains } from './contains.ts';
export { normalized, snapshotOf } from './snapshot.ts';
export type { ExchangeSnapshot, NormalizeOptions } from './snapshot.ts';

/** The part of a test's context that is needed: `node:test` has it, and so have others. */
export interface TestContextLike {
  after(then: () => unknown): void;
}

/** Starts a server that is closed when the test is over; on a port of its own, with its answers kept. */
export async function agentServer(test: TestContextLike, options: ServerOptions = {}): Promise<ReferenceServer> {
  const server = await serverForTests(options);
  test.after(() => server.close());
  return server;
}
