import type { AgentCapabilities, AgentCard, Patch } from '@agentproto/protocol/a2a/1.0';
import type { NamesOf } from '../option-names.ts';

type CardMembers = Partial<Omit<AgentCard, 'supportedInterfaces'>>;

export type ExtendedCard =
  | CardMembers
  /** `owner`: the caller's name among the identities. `undefined`: there is none for this one. */
  | ((caller: { owner: string }) => CardMembers | undefined | Promise<CardMembers | undefined>);

export interface A2AOptions {
  /** Members of the card that stand in the place of the usual ones. `defaultInputModes` are also enforced. */
  card?: Partial<Omit<AgentCard, 'supportedInterfaces' | 'capabilities' | 'securitySchemes' | 'securityRequirements'>>;
  /**
   * What the extended card has besides, or instead of, the card's members; or what makes it for a caller. Declares the
   * capability. Needs `apiKey` or `identities`, for it is only for callers that show who they are.
   */
  extendedCard?: ExtendedCard;
  /** What the card declares, and the server keeps to. Default: streaming, and nothing else. */
  capabilities?: AgentCapabilities;
  /** Whose error table is spoken: HTTP status and gRPC code of some errors differ (§5.4). Default 1.0.1. */
  errorTable?: Patch;
  /** Seconds that a card may be cached. Default 60. */
  cardMaxAgeS?: number;
  /**
   * How long a first event is waited for when the agent may yet answer with a message (§3.1.1); after that
   * there is a task, whatever comes. Milliseconds of the clock. Default 1,000.
   */
  directReplyMs?: number;
  /** How long CancelTask waits for the agent to stop, before it answers with a task that still works. Default 500. */
  cancelWaitMs?: number;
}

export const A2A_OPTIONS: NamesOf<A2AOptions> = {
  card: true,
  extendedCard: true,
  capabilities: true,
  errorTable: true,
  cardMaxAgeS: true,
  directReplyMs: true,
  cancelWaitMs: true,
};

export type A2ASettings = Required<Omit<A2AOptions, 'extendedCard'>> & Pick<A2AOptions, 'extendedCard'>;

export function settingsOf({ capabilities, ...options }: A2AOptions = {}): A2ASettings {
  return {
    card: {},
    errorTable: '1.0.1',
    cardMaxAgeS: 60,
    directReplyMs: 1_000,
    cancelWaitMs: 500,
    ...options,
    capabilities: {
      ...(capabilities ?? { streaming: true, pushNotifications: false, extendedAgentCard: false }),
      ...(options.extendedCard !== undefined && { extendedAgentCard: true }),
    },
  };
}
