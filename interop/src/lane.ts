import type { Command } from './child.ts';
import type { Options } from './options.ts';
import type { TheirProgram } from './judged.ts';
import type { Exercised } from './result.ts';
import type { SuiteFlags } from './suite.ts';

/** One system that we did not write. */
export interface Lane {
  /** Also its folder, its result's file, and the name of its script: `interop:NAME`. */
  name: string;
  /** For people. */
  system: string;
  /** What follows `pnpm interop:NAME`. */
  usage?: string;
  /** Steps of our client's exercise (`list`, `HTTP+JSON: list`) that no client could do on this system, and why. One that succeeds all the same is a fault of the lane. */
  cannot?: { [step: string]: string };
  /** What a reader of the suite's findings has to know of the system, in one sentence with the exchange that shows it. */
  note?: string;
  /** Installs or builds what is needed; @throws Skip where that cannot be done here. */
  prepare(options: Options): Promise<Prepared>;
}

export interface Prepared {
  /** Undefined where there is none of theirs; `version` then says what was used. */
  server?: Command;
  version?: string;
  /** Flags for the suite other than the profile of words and the lane's own baseline; false: it cannot judge this system. */
  suite?: SuiteFlags | false;
  /** Our client on that server. */
  exercise: readonly ((url: string) => Promise<Exercised>)[];
  /** Its client on our reference server. */
  clients?: readonly ((url: string) => Promise<Exercised>)[];
  /** Its clients, to be judged by the rules for clients. */
  judged?: readonly TheirProgram[];
  /** Lets go of what stays up as long as the lane runs. */
  release?: () => Promise<void>;
}
