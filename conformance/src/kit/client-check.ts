import type { Exchange } from '@agentproto/recording';
import type { ReferenceServer, ServerOptions } from '@agentproto/reference-server';
import type { RequirementId } from '@agentproto/rules';
import type { JWK } from 'jose';
import type { CheckFunction } from './check.ts';

/** What a client did, as its servers saw it: its requests with their answers, and the webhook calls that it took (`webhook`). */
export interface ClientRecording {
  /** In the order of their requests. */
  exchanges: readonly Exchange[];
  /** When the client had finished, on the clock of the exchanges; undefined where the recording may be cut. */
  endedAtMs?: number;
  /** What it was put before. */
  situation?: ClientSituation | undefined;
  /** What it says that it got, where it says anything. */
  told?: Told | undefined;
  /** What came before, or what was said then, is not all there: that something did not come cannot be told. */
  partial?: boolean;
  /** Public keys of the cards that it was shown, beside those that it fetched. */
  keys?: readonly JWK[];
  /** What it did in the situation's twin, where that was played. */
  twin?: ClientRecording | undefined;
}

/** What a client writes on a line of its own after `AGENTPROTO_RESULT`, as JSON: what its caller would see of the last turn. */
export interface Told {
  /** All that the agent has said. */
  text?: string;
  /** Why the turn has failed. */
  failed?: string;
}

/** An agent that a client is put before: the reference server, set up for it. */
export interface ClientSituation {
  /** What the client finds in `AGENTPROTO_SCENARIO`. */
  name: string;
  title: string;
  options: ServerOptions;
  /** What has to be made for each run of it. `origin`: where the client finds the agent, without a path. */
  setUp?(origin: string): SituationSetUp;
  /** What a client tells that has understood: the text, or that it failed, and then its exit code may say so, too. */
  expected?: { text: string } | 'failed';
  /** Handed over in the environment: `AGENTPROTO_API_KEY`. */
  apiKey?: string;
  /**
   * The name of a situation without what this one is about: a client that does not get through there shows nothing by failing here.
   * It is played first.
   */
  twin?: string;
}

/** Whether a client got through where nothing is in its way: it did not fail, and tells what came if anything was to be told. */
export function gotThrough({ situation, told }: ClientRecording): boolean {
  const { expected } = situation ?? {};
  if (expected === undefined || expected === 'failed') return told?.failed === undefined;
  return told?.failed === undefined && told?.text === expected.text;
}

export interface SituationSetUp {
  /** Beside those of the situation. */
  options: ServerOptions;
  /** Handed over in the environment. */
  env?: Record<string, string>;
  /** By which the card's signatures are verified. */
  keys?: readonly JWK[];
  /** Called once the server is there: what happens beside the client. */
  began?(server: ReferenceServer): void;
}

/** A rule for clients, held against a recording. */
export interface ClientCheck {
  /** `family/client/name`. */
  id: string;
  title: string;
  proves: readonly RequirementId[];
  /** It judges what the client tells, so that its red says of a turn that the client tells to have failed. */
  ofTold?: boolean;
  /** Says nothing where there is nothing to look at. */
  examine(recording: ClientRecording, check: CheckFunction): void | Promise<void>;
}

/** `check` takes only ids that stand in `proves`. */
export function clientCheck<const Id extends RequirementId>(
  id: string,
  definition: Omit<ClientCheck, 'id' | 'proves' | 'examine'> & {
    proves: readonly Id[];
    examine(recording: ClientRecording, check: CheckFunction<NoInfer<Id>>): void | Promise<void>;
  },
): ClientCheck {
  return { ...definition, id, examine: (recording, check) => definition.examine(recording, check) };
}
