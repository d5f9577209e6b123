// With the import, and not with the first server as elsewhere: whoever imports this starts one, and the time of the first test is
// not for loading modules.
import { createReferenceServer } from '../server.ts';
import type { ReferenceServer } from '../server.ts';
import type { ServerOptions } from '../server-options.ts';

// Code takes longest when it runs for the first time, as loading does: half of a first start is that. So a server has been made
// once before the first test wants one, while its runner is still about other things; nobody waits for it.
void createReferenceServer({ listen: false, log: 'silent' }).then(
  (server) => server.close(),
  () => {},
);

/** A server for a test: on a port of its own, with its answers kept, and silent about what its agent throws. */
export const serverForTests = (options: ServerOptions = {}): Promise<ReferenceServer> =>
  createReferenceServer({ record: true, log: 'silent', ...options });

/**
 * A fixture as vitest and Playwright take it: it starts a server before whoever asks for it, and closes it behind them.
 * They read the names in the braces.
 */
export const serverFixture =
  (options: ServerOptions = {}) =>
  // oxlint-disable-next-line no-empty-pattern -- They look for braces.
  async ({}: object, use: (server: ReferenceServer) => Promise<void>): Promise<void> => {
    const server = await serverForTests(options);
    try {
      await use(server);
    } finally {
      await server.close();
    }
  };
