import type { Script } from '@agentproto/script';
import type { Failure } from './failures.ts';
import { TEST_ID_HEADER } from './identity.ts';
import { ServerOptionsError } from './options-error.ts';
import type { ReceivedRequest } from './journal.ts';
import type { JournalEntry } from './journal-entry.ts';
import type { SetFault } from './wire-faults/due.ts';
import type { Fault } from './wire-faults/fault.ts';
import type { ScriptMatch, SetScript } from './script-book.ts';

type Unscoped<Of> = Of extends unknown ? Omit<Of, 'testId'> : never;

/** What one test has of a server that many share: what comes with its id, and nothing of anybody else's. */
export interface TestScope {
  readonly url: string;
  /** By protocol id: where a client of it begins. */
  readonly urls: Readonly<Record<string, string>>;
  /** What its client has to send with every request: `X-Test-Id`. */
  readonly headers: Readonly<Record<string, string>>;
  /** What came with the id. */
  readonly requests: readonly ReceivedRequest[];
  /** The same, told apart by protocol and operation: as `server.journal`. */
  readonly journal: readonly JournalEntry[];
  /** How many requests, whosever they were, the server has no more. */
  readonly forgotten: number;
  /** As `server.script`, for requests with the id. */
  script(match: Omit<ScriptMatch, 'testId'>, script: Script | Script['steps']): SetScript;
  /** As `server.fail`, for requests with the id. */
  fail(failure: Omit<Failure, 'testId'>): void;
  /** As `server.fault`, for requests with the id. */
  fault(fault: Unscoped<Fault>): SetFault;
  /** As `globalThis.fetch`, with the id. */
  fetch: typeof globalThis.fetch;
}

/** The part of a server that a scope is of. */
export interface ScopedServer {
  readonly url: string;
  readonly urls: Readonly<Record<string, string>>;
  readonly requests: readonly ReceivedRequest[];
  readonly journal: readonly JournalEntry[];
  readonly forgotten: number;
  script(match: ScriptMatch, script: Script | Script['steps']): SetScript;
  fail(failure: Failure): void;
  fault(fault: Fault): SetFault;
  fetch: typeof globalThis.fetch;
}

export function testScope(server: ScopedServer, testId: string): TestScope {
  const name = TEST_ID_HEADER.toLowerCase();
  // Sent in a header, which is trimmed on its way.
  if (typeof testId !== 'string' || !/^[!-~](?:[ -~]*[!-~])?$/.test(testId))
    throw new ServerOptionsError(
      `scope: expected what the requests have in X-Test-Id, visible ASCII; got ${String(JSON.stringify(testId))}`,
    );
  return {
    url: server.url,
    urls: server.urls,
    headers: { [name]: testId },
    get requests() {
      return server.requests.filter(({ headers }) => headers[name] === testId);
    },
    get journal() {
      return server.journal.filter(({ headers }) => headers[name] === testId);
    },
    get forgotten() {
      return server.forgotten;
    },
    script: (match, script) => server.script({ ...match, testId }, script),
    fail: (failure) => server.fail({ ...failure, testId }),
    fault: (fault) => server.fault({ ...fault, testId } as Fault),
    fetch: (input, init) => {
      const request = new Request(input, init);
      request.headers.set(name, testId);
      return server.fetch(request);
    },
  };
}
