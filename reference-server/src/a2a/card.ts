import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { cardPayload, JSON_MEDIA_TYPE, VERSION } from '@agentproto/protocol/a2a/1.0';
import type { AgentCard } from '@agentproto/protocol/a2a/1.0';
import { SCRIPT_MEDIA_TYPE } from '@agentproto/script';
import type { Answer } from '../answer.ts';
import { API_KEY_HEADER } from '../identity.ts';
import type { A2AContext } from './context.ts';

const INPUT_MODES = [
  'text/plain',
  'text/markdown',
  'application/json',
  SCRIPT_MEDIA_TYPE,
  'application/octet-stream',
  'application/pdf',
  'image/png',
  'image/jpeg',
];

/** What the agent says about itself (§4.4.1, §8). */
export function card({ baseUrl, path, secured, settings }: A2AContext): AgentCard {
  const url = baseUrl() + path;
  return {
    name: 'agentproto reference agent',
    description: 'Plays the script that a message carries, or says its text back. A test double.',
    supportedInterfaces: settings.interfaces.map((one) => ({ url, protocolVersion: VERSION, ...one })),
    version: '1.0.0',
    capabilities: settings.capabilities,
    ...(secured && {
      securitySchemes: {
        bearer: { httpAuthSecurityScheme: { scheme: 'Bearer', description: 'The API key of the server.' } },
        apiKey: { apiKeySecurityScheme: { location: 'header', name: API_KEY_HEADER, description: 'The same key.' } },
      },
      // One of them is enough.
      securityRequirements: [{ schemes: { bearer: { list: [] } } }, { schemes: { apiKey: { list: [] } } }],
    }),
    defaultInputModes: INPUT_MODES,
    defaultOutputModes: ['text/plain', 'application/json', 'application/octet-stream'],
    skills: [
      {
        id: 'script',
        name: 'Play a script',
        description: 'Does what the script in the message says: texts, artifacts, states, waits, tool calls, faults.',
        tags: ['test'],
        examples: ['@chunks 5', '@input Which city?', '@fail No luck'],
      },
      {
        id: 'echo',
        name: 'Echo',
        description: 'Says the text of a message without a script back.',
        tags: ['test'],
        examples: ['Hello'],
      },
    ],
    ...settings.card,
  };
}

/** How a card is written: as it is. */
export const writeCard = (_ctx: A2AContext, card: AgentCard): object => card;

/** What the agent says about itself to a caller that it knows (§3.1.11): the card, with what is only for them. */
export async function extendedCard(ctx: A2AContext, owner: string): Promise<AgentCard | undefined> {
  const { extendedCard: given } = ctx.settings;
  const more = typeof given === 'function' ? await given({ owner }) : given;
  if (!more) return undefined;
  // They are of another text.
  const { signatures: _left, ...card } = ctx.impl.card(ctx);
  return ctx.impl.signCard(ctx, { ...card, ...more });
}

/** Where the public keys of the cards are, relative to the family. */
export const KEY_SET_PATH = '/.well-known/jwks.json';

/** The card with the server's own signatures behind those that it has (§8.4.2). */
export async function signCard(ctx: A2AContext, card: AgentCard): Promise<AgentCard> {
  if (ctx.settings.signWith.length === 0) return card;
  const own = await ctx.signer.sign(cardPayload(card), ctx.baseUrl() + ctx.path + KEY_SET_PATH);
  return { ...card, signatures: [...(card.signatures ?? []), ...own] };
}

/** How the extended card may be cached: by its caller alone (§13.3). */
export function extendedCardHeaders({ settings }: A2AContext, card: AgentCard): Record<string, string> {
  return {
    'cache-control': `private, max-age=${settings.cardMaxAgeS}`,
    etag: tagOf(JSON.stringify(card)),
    vary: `Authorization, ${API_KEY_HEADER}`,
  };
}

const tagOf = (body: string): string => `"${createHash('sha256').update(body).digest('base64url')}"`;

/** How the card may be cached (§8.6.1). */
export function cardHeaders({ settings, madeAt, trustForwarded }: A2AContext, body: string): Record<string, string> {
  return {
    'content-type': JSON_MEDIA_TYPE,
    'cache-control': `public, max-age=${settings.cardMaxAgeS}`,
    etag: tagOf(body),
    'last-modified': new Date(madeAt).toUTCString(),
    // It stands over what CORS has said.
    ...(trustForwarded && {
      vary: 'Origin, X-Forwarded-Host, X-Forwarded-Port, X-Forwarded-Prefix, X-Forwarded-Proto',
    }),
  };
}

/** The card, or 304 for a client that has it (§8.6.2). */
export async function cardAnswer(ctx: A2AContext, headers: IncomingHttpHeaders): Promise<Answer> {
  const body = JSON.stringify(ctx.impl.writeCard(ctx, await ctx.impl.signCard(ctx, ctx.impl.card(ctx))));
  const cardHeaders = ctx.impl.cardHeaders(ctx, body);
  if (ctx.impl.isFresh(ctx, headers, cardHeaders)) {
    const { 'content-type': _none, ...rest } = cardHeaders;
    return { status: 304, headers: rest, body: '' };
  }
  return { status: 200, headers: cardHeaders, body };
}

/** Whether the client has this very card: RFC 9110, 13.1.2 and, where it sends no tag, 13.1.3. */
export function isFresh(_ctx: A2AContext, headers: IncomingHttpHeaders, card: Record<string, string>): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined)
    return tags.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === card['etag']);
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return since >= Date.parse(card['last-modified'] ?? '');
}
