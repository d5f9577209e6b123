import type { Failures } from '../failures.ts';
import type { Mailbox } from '../mailbox.ts';
import type { Journal } from '../journal.ts';
import type { QuirkUse } from '../quirk.ts';
import type { ScriptBook } from '../script-book.ts';
import type { ServerClock } from '../server-clock.ts';
import type { WireFaults } from '../wire-faults/due.ts';

/** The parts of a server that its control plane reaches. */
export interface Controlled {
  journal: Journal;
  failures: Failures;
  faults: WireFaults;
  book: ScriptBook;
  clock: ServerClock;
  mailbox: Mailbox;
  quirks: readonly Readonly<QuirkUse>[];
  errors: readonly Error[];
  urls(): { url: string; urls: Readonly<Record<string, string>> };
  signal(name: string): void;
  reset(): void;
}
