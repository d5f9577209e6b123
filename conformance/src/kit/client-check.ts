import type { Exchange } from '@agentproto/recording';
import type { ServerOptions } from '@agentproto/reference-server';
import type { RequirementId } from '@agentproto/rules';
import type { JWK } from 'jose';
import type { CheckFunction } from './check.ts';

/** What a client did, as its servers saw it: its requests with their answers, and the webhook calls that it took (`webhook`). */
export interface ClientRecording {
  /** In the order of their requests. */
  exchanges: readonly Exchange[];
  /** When the client had finished, on the clock of the exchanges; undefined where the recording may be cut. */
  endedAtMs?: number;
  /** Public keys of the cards that it was shown, beside those that it fetched. */
  keys?: readonly JWK[];
}

/** An agent that a client is put before: the reference server, set up for it. */
export interface ClientSituation {
  /** What the client finds in `AGENTPROTO_SCENARIO`. */
  name: string;
  title: string;
  options: ServerOptions;
}

/** A rule for clients, held against a recording. */
export interface ClientCheck {
  /** `family/client/name`. */
  id: string;
  title: string;
  proves: readonly RequirementId[];
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
