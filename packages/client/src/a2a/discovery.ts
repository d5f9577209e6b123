import { type AgentCard, JSON_MEDIA_TYPE } from '@agentproto/protocol/a2a/1.0';
import { keepResponse, responseOf } from '../response-info.ts';
import type { WireCall } from './binding.ts';
import { type Candidate, candidatesOf, cardUrls, findCard, wantedOf } from './card.ts';
import { earlier } from './dialect.ts';
import { operation, perform, type Session } from './operation.ts';
import type { ConnectOptions } from './options.ts';
import { isEarlierCard, readCard } from './shape.ts';

/** A card, and those of its interfaces that are spoken, in the agent's order. */
export interface Discovered {
  card: AgentCard;
  candidates: Candidate[];
}

/** Reads the agent's card, unless it is given, and sees what of it is spoken. */
export async function discover(url: string, options: ConnectOptions, session: Session): Promise<Discovered> {
  const { binding, version, card, signal, verifyCard } = options;
  const wanted = wantedOf(binding, version);
  const offeredBy = (found: { card: AgentCard; url: string }) => ({
    card: found.card,
    candidates: candidatesOf(found, wanted),
  });
  if (card) {
    const at = cardUrls(url)[0]!;
    return offeredBy({ card: await latestForm(card as AgentCard, at), url: at });
  }
  const read = async (at: string) => {
    const call: WireCall = { method: 'GET', url: at, mediaType: JSON_MEDIA_TYPE, result: (answer) => answer };
    const kind = {
      name: 'card',
      calls: [call],
      accept: JSON_MEDIA_TYPE,
      safe: true,
      streams: false,
      blocking: false,
    } as const;
    return latestForm(await perform(operation(session, kind, signal ? { signal } : {}), readCard), at);
  };
  const found = await findCard(url, read, offeredBy);
  await verifyCard?.(found.card);
  return found;
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
