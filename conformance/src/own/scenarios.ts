import type { Level } from '@agentproto/rules';
import type { Script } from '@agentproto/script';
import type { Check, CheckOptions } from '../kit/check.ts';
import type { Place } from '../kit/subject.ts';

/** A value, and where in the recording it was seen: what `check` looks at. */
export interface Seen<Value = unknown> {
  readonly value: Value;
  readonly place?: Place | undefined;
}

/** A rule of your own. */
export interface OwnRequirement {
  level: Level;
  /** The rule in one sentence. */
  statement: string;
  /** Where it is written down: a URL, or a section. Default: the file of the scenario. */
  section?: string;
  /** The bindings over which it is seen, in the protocol's terms. Default: all that messages go over. */
  binding?: readonly string[];
}

/** One turn of the agent, to its end. */
export interface Heard {
  /** What it said in all. */
  text: Seen<string>;
  /** How the turn ended, in the protocol's terms: `completed`, `done`, `incomplete` …; undefined where it did not. */
  state: Seen<string | undefined>;
  /** What the answer was as JSON: a task, a message, a response; a list of events where the binding has only those. */
  answer: Seen;
}

/** The answer to a request of your own. */
export interface Fetched {
  status: Seen<number | undefined>;
  /** Names in lower case. */
  headers: Seen<Readonly<Record<string, string>>>;
  text: Seen<string | undefined>;
  /** Undefined where it is no JSON. */
  json: Seen;
}

/** The agent server under test. */
export interface OwnAgent {
  /** `a2a@1.0` */
  readonly protocol: string;
  /** The binding that this play goes over. */
  readonly binding: string;
  /** Says a text, or gives a script to an agent that runs them, and waits for the end of the turn. */
  say(said: string | Script): Promise<Heard>;
  /** Asks the target, with the run's credentials. `path` is relative to the target's URL, and cannot leave its origin. */
  fetch(
    method: string,
    path: string,
    options?: { headers?: Readonly<Record<string, string>>; body?: string },
  ): Promise<Fetched>;
  /** An id that no other play uses. */
  unique(): string;
}

export interface OwnStage<Id extends string = string> {
  agent: OwnAgent;
  /** Holds what was seen against one of the rules in `proves`. */
  check(id: Id, seen: Seen, options?: Pick<CheckOptions, 'level'>): Check;
  /** `throw lost('the task finished before the cancel arrived')`: it cannot be told this time. */
  lost(reason: string): Error;
  /** `throw notApplicable('the card has no …')`. */
  notApplicable(reason: string): Error;
}

export interface OwnScenario<Id extends string = string> {
  /** `acme/area/name`; what `--only` and reports call it. */
  id: string;
  title: string;
  /** The rules that it checks; `check` takes no others. */
  proves: readonly Id[];
  /** Bindings that it is played over. Default: all that messages go over and the target declares. */
  bindings?: readonly string[];
  /** Capabilities that the target must declare, in the protocol's terms; `-name`: must not declare. */
  capability?: readonly string[];
  /** It needs an agent that runs scripts. Default false. */
  scripted?: boolean;
  /** It touches what other scenarios see: played alone. */
  exclusive?: boolean;
  play(stage: OwnStage<Id>): Promise<void>;
}

/** What a file of scenarios exports as its default. */
export interface OwnScenarios<Id extends string = string> {
  /** `a2a@1.0`; or a family, such as `a2a`, for each of its revisions. */
  protocol: string;
  /** By id: capitals and digits with hyphens, the last part a number, such as `ACME-GREET-001`. */
  requirements: Readonly<Record<Id, OwnRequirement>>;
  scenarios: readonly OwnScenario<Id>[];
}

/** Rules and scenarios of your own, with `check` and `proves` held to the ids that are there. */
export function defineScenarios<const Id extends string>(own: OwnScenarios<Id>): OwnScenarios<Id> {
  return own;
}
