/** What a lane saw, as it is kept in `interop/results` and told in `docs/interop.md`. Nothing in it differs between two runs that saw the same. */
export interface Result {
  lane: string;
  system: string;
  version: string;
  /** How to see it again. */
  command: string;
  /** What the suite found on its server. */
  suite?: SuiteResult;
  /** A sentence beside that. */
  note?: string;
  /** Our client on its server; of a browser, our clients in it on the reference server. */
  ours: Exercised[];
  /** Its client on our reference server. */
  theirs: Exercised[];
  /** Its clients by the rules for clients. */
  judged?: Judged[];
}

/** How the suite judged one client of theirs. */
export interface Judged {
  /** Which one. */
  name: string;
  protocol: string;
  passed: number;
  causes: Cause[];
  /** Why it does not get through one of the scenarios. */
  stops?: string;
}

export interface SuiteResult {
  /** Requirements that hold. */
  passed: number;
  causes: Cause[];
  /** Planned requirements that could not be judged for another reason than a cause. */
  unjudged: string[];
  /** What was not played, and why: the server does not survive it. */
  leftOut?: { [scenario: string]: string };
}

/** A red row. One cause is one red. */
export interface Cause {
  id: string;
  /** `violation`, or `warning`. */
  verdict: string;
  bindings: string[];
  /** The baseline's sentence, which cites the section; without one, what the suite said, and the red is new. */
  reason: string;
  known: boolean;
}

export interface Exercised {
  /** `JSONRPC`, `HTTP+JSON`, a wire of chat … */
  binding: string;
  steps: Step[];
  /** Kinds of deviation that our client told of. */
  deviations: string[];
}

export interface Step {
  name: string;
  /** `false alarm`: a test of theirs takes for wrong what the specification allows. */
  result: 'ok' | 'failed' | 'not offered' | 'false alarm';
  /** What came: a state, a count, the error. */
  saw: string;
}
