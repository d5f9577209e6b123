import type { Requirement, RequirementId } from '@agentproto/rules';
import type { JWK } from 'jose';
import type { Exchange, Headers } from '@agentproto/recording';
import type { Recorder } from '../recorder/recorder.ts';
import type { WebhookReceiver } from '../recorder/webhook-receiver.ts';
import type { ClientCheck, ClientSituation } from './client-check.ts';
import type { Invariant } from './invariant.ts';
import type { KnownCall } from './known-call.ts';
import type { Lenience } from './lenience.ts';
import type { Patience } from './patience.ts';
import type { Scenario } from './scenario.ts';
import type { Profile, Stimulus } from './stimulus.ts';
import type { Subject } from './subject.ts';

/** What a target is found to speak. */
export interface Detected {
  /** Bindings that it declares, in the spec's terms, in its order. */
  bindings: readonly string[];
  /** Bindings of the family that it does not declare, with the declaration that says so. */
  undeclared: ReadonlyMap<string, string>;
  /** Capabilities that it declares. */
  capabilities: ReadonlySet<string>;
  /** A sentence: what was seen, where. */
  evidence: string;
}

export type Detection<Found extends Detected = Detected> =
  | { found: Found }
  /** What was asked for and what came, one sentence each; `reachable` once anything answered. */
  | { found?: never; tried: string[]; reachable: boolean };

/** How a target is looked at: with GET, and what else changes nothing. */
export interface DetectOptions {
  /** The user has named the protocol: any trace of it is enough, and what cannot be told so may be asked for. */
  named: boolean;
  /** The model that the user names, where the protocol has such a thing. */
  model?: string | undefined;
}

/** What every driver is made from. */
export interface DriverTools {
  recorder: Recorder;
  profile: Profile;
  /** How long to wait for something that is owed, in milliseconds, at most. */
  patienceMs: number;
  /** The same, as long as it makes sense; shared by the run. */
  patience: Patience;
  /** For ids and texts that must differ between plays. */
  unique: () => string;
  /** What the run has learnt of the target. */
  lenience: Lenience;
  /** As whom the suite can call. */
  callers: Callers;
  /** Where the target's webhook calls come to; undefined where there is no such place. */
  webhooks?: WebhookReceiver | undefined;
  /** Public keys that the user trusts. */
  cardKeys?: readonly JWK[] | undefined;
  /** What stands in for the people and services around the target's accounts. */
  around?: Around | undefined;
}

/** What the user brings along for targets that keep accounts. */
export interface Around {
  /** Gives the mails that were sent to the address in its query `to`, as JSON or text. */
  mailbox?: URL | undefined;
  /** Takes a POST of `{ user_code }`, as if its user had let the device in. */
  deviceApprove?: URL | undefined;
  /** The secret by which the target verifies events of Stripe. */
  stripeSecret?: string | undefined;
}

export interface Callers {
  /** Headers of every request that show who asks; empty where nobody is to be shown. */
  own: Headers;
  /** A second caller, who sees other things. */
  other?: { name: string; headers: Headers } | undefined;
}

/** What a turn came to. */
export interface Heard {
  /** All that the agent said. */
  text: Subject;
  /** How it ended, in the family's terms. */
  state: Subject;
  /** The JSON of the answer, or its events. */
  answer: Subject;
}

/** One protocol revision as the suite knows it: the only thing that the kit knows of a family. */
export interface SuiteFamily<Driver = unknown, Found extends Detected = Detected> {
  /** `a2a@1.0` */
  id: string;
  /** The patch of the revision by which is judged: `1.0.1`. */
  patch: string;
  /** Looked for only where the user names it: a target shows nothing that tells it from another of its family. */
  onlyNamed?: boolean;
  /** Violated when the protocol is named by the user and not spoken by the target. */
  spoken: RequirementId;
  /** The bindings over which messages go: what a scenario is played over unless it says otherwise. */
  bindings: readonly string[];
  /** Where rules outside every message binding are reported (`card`, `health` …). */
  sideBinding: string;
  scenarios: readonly Scenario<Driver>[];
  /** Ids of scenarios that together record every kind of message: what the selftest holds invariants against. */
  smoke: readonly string[];
  invariants: readonly Invariant[];
  /** Rules for clients, held against recordings of clients. */
  clients?: readonly ClientCheck[];
  /** Which call a recorded exchange is; undefined: none of this protocol. Without it recordings cannot be judged. */
  known?(exchange: Exchange): KnownCall | undefined;
  /** Where the user names no protocol: whether a recording shows this one, and not another that has calls of the same names. Default: that it has calls. */
  shown?(exchanges: readonly Exchange[]): boolean;
  /** What a client is put before to be judged. */
  situations?: readonly ClientSituation[];
  /** Areas of rows, and single rows, whose reds are causes, before those that scenarios find: envelope, schema, card. */
  causes: readonly string[];
  detect(recorder: Recorder, target: URL, how: DetectOptions): Promise<Detection<Found>>;
  driver(found: Found, binding: string, tools: DriverTools): Driver;
  /** One turn, to its end, for scenarios of users: in no family's terms. */
  say(agent: Driver, said: string | Stimulus): Promise<Heard>;
  /** Rows that users have added; see `own/`. */
  own?: readonly Requirement[];
  /** What the target says of the credentials that it wants, completing "it asks for …"; undefined where nothing. */
  credentials?(found: Found): string | undefined;
}
