import { ERRORS, PATCH } from '@agentproto/protocol/a2a/1.0';
import type { AgentCapabilities, AgentCard, AgentInterface, Patch } from '@agentproto/protocol/a2a/1.0';
import { ServerOptionsError } from '../options-error.ts';
import { AMOUNT, BOOLEAN, either, FUNCTION, LIST, OBJECT, secret, texts } from '../option-kinds.ts';
import type { NamesOf } from '../option-names.ts';
import type { CardKey } from './card-signer.ts';

/** Its interfaces, too, may be others: what is served is said by `interfaces`. */
type ExtendedMembers = Partial<AgentCard>;

export type ExtendedCard =
  | ExtendedMembers
  /** `owner`: the caller's name among the identities. `undefined`: there is none for this one. */
  | ((caller: { owner: string }) => ExtendedMembers | undefined | Promise<ExtendedMembers | undefined>);

/** An entry of the card's `supportedInterfaces`. Without a `url` it is this server's own, and served. */
export type InterfaceOption = Pick<AgentInterface, 'protocolBinding'> & Partial<AgentInterface>;

export interface A2AOptions {
  /**
   * Members of the card that stand in the place of the usual ones: provider, icon, skills, schemes, requirements … .
   * `defaultInputModes` are also enforced; `signatures` are carried as they are, before those of `signWith`.
   */
  card?: Partial<Omit<AgentCard, 'supportedInterfaces' | 'capabilities'>>;
  /**
   * Where the agent can be reached, the preferred first. Default: both bindings, here. A binding that has no entry of
   * this server is not served, nor is a tenant, once one of its entries names one.
   */
  interfaces?: readonly InterfaceOption[];
  /** Tenants that the server has, each with both bindings: a short form of `interfaces`. `''`: without one. Default: any. */
  tenants?: readonly string[];
  /** Signs the cards (§8.4). The public keys are at `/a2a/1.0/.well-known/jwks.json`. */
  signWith?: CardKey | readonly CardKey[];
  /**
   * What the extended card has besides, or instead of, the card's members; or what makes it for a caller. Declares the
   * capability. Needs `apiKey` or `identities`, for it is only for callers that show who they are.
   */
  extendedCard?: ExtendedCard;
  /**
   * What the card declares, and the server keeps to. Default: streaming, and nothing else. Of `extensions` those that the
   * caller names are activated, and said in the answer; without one that is `required` no operation is served.
   */
  capabilities?: AgentCapabilities;
  /**
   * By which patch the server goes where they differ: in the error table (HTTP status and gRPC code of some, §5.4) and in
   * the media type of HTTP+JSON and of webhooks (§11.1, §4.3.3). Default: that of the revision, 1.0.1 for `a2a@1.0`.
   */
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
  /** After which a task is canceled though its agent has not stopped. Milliseconds of the clock. Default: never. */
  forceCancelMs?: number;
  /** How long SendMessage waits for the end of a turn before it answers with the task at work. Default: as long as it takes (§3.2.2). */
  blockingMs?: number;
  /** A message with the `messageId` of an earlier one begins nothing: it has the answer of that one (§3.3.1). Default false. */
  idempotentMessages?: boolean;
}

export const A2A_OPTIONS: NamesOf<A2AOptions> = {
  card: OBJECT,
  interfaces: LIST,
  tenants: texts(),
  signWith: secret(either(OBJECT, LIST)),
  extendedCard: either(OBJECT, FUNCTION),
  capabilities: OBJECT,
  errorTable: true,
  cardMaxAgeS: AMOUNT,
  directReplyMs: AMOUNT,
  cancelWaitMs: AMOUNT,
  forceCancelMs: AMOUNT,
  blockingMs: AMOUNT,
  idempotentMessages: BOOLEAN,
};

/** Options that mean something by not being there. */
type Absent = 'extendedCard' | 'forceCancelMs' | 'blockingMs';

/** How the server is set up, once the options are read. */
export interface A2ASettings
  extends Required<Omit<A2AOptions, Absent | 'interfaces' | 'tenants' | 'signWith'>>, Pick<A2AOptions, Absent> {
  interfaces: readonly InterfaceOption[];
  /** The owner says where the agent can be reached: its earlier revisions are not added to the card. */
  interfacesGiven: boolean;
  /** Tenants that there are, `''` for none; undefined: any. */
  tenants: ReadonlySet<string> | undefined;
  signWith: readonly CardKey[];
}

const BINDINGS = ['JSONRPC', 'HTTP+JSON'] as const;

/** Throws a ServerOptionsError. */
export function settingsOf(
  { capabilities, interfaces, tenants, signWith = [], ...options }: A2AOptions = {},
  patch: Patch = PATCH,
): A2ASettings {
  const offered = interfaces ?? interfacesOf(tenants);
  check(offered, interfaces && tenants, options);
  const own = offered.filter(({ url }) => url === undefined).map(({ tenant = '' }) => tenant);
  return {
    card: {},
    errorTable: patch,
    cardMaxAgeS: 60,
    directReplyMs: 1_000,
    cancelWaitMs: 500,
    idempotentMessages: false,
    ...options,
    interfaces: offered,
    interfacesGiven: (interfaces ?? tenants) !== undefined,
    tenants: own.some((tenant) => tenant !== '') ? new Set(own) : undefined,
    signWith: Array.isArray(signWith) ? signWith : [signWith as CardKey],
    capabilities: {
      ...(capabilities ?? { streaming: true, pushNotifications: false, extendedAgentCard: false }),
      ...(options.extendedCard !== undefined && { extendedAgentCard: true }),
    },
  };
}

const interfacesOf = (tenants: readonly string[] = ['']): InterfaceOption[] =>
  tenants.flatMap((tenant) =>
    BINDINGS.map((protocolBinding) => ({ protocolBinding, ...(tenant !== '' && { tenant }) })),
  );

function check(interfaces: readonly InterfaceOption[], both: unknown, { errorTable = '1.0.1' }: A2AOptions): void {
  if (both)
    throw new ServerOptionsError(
      'a2a.tenants: expected no a2a.interfaces beside it, which name their tenants themselves',
    );
  if (interfaces.length === 0)
    throw new ServerOptionsError('a2a.interfaces, a2a.tenants: expected one entry at least, got none');
  for (const [index, { url, protocolBinding }] of interfaces.entries()) {
    if (url !== undefined || BINDINGS.some((one) => one === protocolBinding)) continue;
    throw new ServerOptionsError(
      `a2a.interfaces[${index}]: expected a url, or the protocolBinding ${BINDINGS.join(' or ')}, which this server speaks; got ${protocolBinding}`,
    );
  }
  if (!Object.hasOwn(ERRORS, errorTable))
    throw new ServerOptionsError(
      `a2a.errorTable: expected ${Object.keys(ERRORS).join(' or ')}, got ${String(errorTable)}`,
    );
}
