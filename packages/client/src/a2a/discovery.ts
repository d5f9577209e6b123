import { type AgentCard, JSON_MEDIA_TYPE } from '@agentproto/protocol/a2a/1.0';
import { InvalidInputError, isAgentProtoError } from '../errors.ts';
import { keepResponse, responseOf } from '../response-info.ts';
import type { WireCall } from './binding.ts';
import { type Candidate, candidatesOf, cardUrls, findCard, wantedOf } from './card.ts';
import { earlier } from './dialect.ts';
import { type CallOptions, operation, performed, type Session } from './operation.ts';
import type { ConnectOptions } from './options.ts';
import { isEarlierCard, readCard } from './shape.ts';

/** A card, and those of its interfaces that are spoken, in the agent's order. */
export interface Discovered {
  card: AgentCard;
  /** Where it was. */
  url: string;
  candidates: Candidate[];
}

/** Reads the agent's card, unless it is given, and sees what of it is spoken. */
export async function discover(url: string, options: ConnectOptions, session: Session): Promise<Discovered> {
  const { binding, version, card, signal, verifyCard } = options;
  const wanted = wantedOf(binding, version);
  const offeredBy = (found: { card: AgentCard; url: string }) => ({
    ...found,
    candidates: candidatesOf(found, wanted),
  });
  if (card) {
    const at = cardUrls(url)[0]!;
    return offeredBy({ card: await latestForm(card as AgentCard, at), url: at });
  }
  const found = await findCard(url, (at) => cardAt(at, signal ? { signal } : {}, session), offeredBy);
  await verifyCard?.(found.card);
  return found;
}

async function cardAt(url: string, options: CallOptions, session: Session): Promise<AgentCard> {
  const call: WireCall = { method: 'GET', url, mediaType: JSON_MEDIA_TYPE, result: (answer) => answer };
  const kind = { name: 'card', calls: [call], accept: JSON_MEDIA_TYPE } as const;
  const doing = operation(session, { ...kind, safe: true, streams: false, blocking: false }, options);
  return latestForm(await performed(doing, readCard), url);
}

/**
 * The card again, from where it was, by its tag or its date (§8.6.2); undefined where it has not changed.
 * @throws InvalidInputError where it was given, and not fetched.
 */
export async function changedCard(
  card: AgentCard,
  options: CallOptions,
  session: Session,
): Promise<AgentCard | undefined> {
  const was = responseOf(card);
  if (!was) throw new InvalidInputError('card: expected one that was fetched, got one that was given to `connect`');
  const headers = new Headers(options.headers);
  // Who knows the tag does not look at the date (RFC 9110, 13.1.3).
  for (const [said, asked] of [
    ['etag', 'if-none-match'],
    ['last-modified', 'if-modified-since'],
  ] as const) {
    const value = was.headers.get(said);
    if (value) headers.set(asked, value);
  }
  try {
    return await cardAt(was.url, { ...options, headers }, session);
  } catch (error) {
    if (isAgentProtoError(error, 'HTTP_STATUS') && error.status === 304) return undefined;
    throw error;
  }
}

/** What knows of earlier cards is loaded with the first of them. */
async function latestForm(card: AgentCard, url: string): Promise<AgentCard> {
  if (!isEarlierCard(card)) return card;
  const { upCard } = await earlier();
  const upped = upCard(card as never, url);
  const response = responseOf(card);
  if (response) keepResponse(upped, response);
  return upped;
}
