import {
  CARD_PATH,
  ERRORS,
  EXTENDED_CARD_PATH,
  EXTENSIONS_HEADER,
  JSON_MEDIA_TYPE,
  JSON_RPC_ERRORS,
  PATCH,
} from '@agentproto/protocol/a2a/0.2';
import type { AgentCard } from '@agentproto/protocol/a2a/1.0';
import { lateModule } from '../../late-module.ts';
import type { A2AContext } from '../context.ts';
import { restFailure } from '../rest.ts';
import { kindCard } from './card.ts';
import type { Era, Fields } from './era.ts';
import { errorsOf } from './errors.ts';
import { kindForm } from './kind.ts';

const { 'agent/getAuthenticatedExtendedCard': _later, ...methods } = kindForm.methods;
/** The name that the text has for the GET beside the card's url (§7.10). */
const EXTENDED_CARD = EXTENDED_CARD_PATH.slice(1);

export const era02: Era = {
  revision: '0.2',
  patch: PATCH,
  cardPath: CARD_PATH,
  cardVerbs: ['GET', 'HEAD', 'OPTIONS'],
  forms: { JSONRPC: { ...kindForm, methods: { ...methods, [EXTENDED_CARD]: 'GetExtendedAgentCard' } } },
  errors: errorsOf(ERRORS[PATCH], JSON_RPC_ERRORS, 'UnsupportedOperationError'),
  extensionsHeader: EXTENSIONS_HEADER,
  card: cardOf,
  rules: lateModule(() => import('@agentproto/rules/a2a/0.2')),
  rootRoutes: [],
  more: [
    {
      // `{url}/../agent/authenticatedExtendedCard`, for its own url and for the root.
      paths: [`/a2a${EXTENDED_CARD_PATH}`, EXTENDED_CARD_PATH],
      async answer(ctx, request) {
        try {
          const { call, result } = await ctx.impl.dispatch(ctx, {
            binding: 'JSONRPC',
            method: EXTENDED_CARD,
            params: {},
            request,
          });
          const headers = { ...call.headers, 'content-type': JSON_MEDIA_TYPE };
          return { status: 200, headers, body: JSON.stringify(cardOf(ctx, result as AgentCard)) };
        } catch (error) {
          return restFailure(ctx, request.headers, error);
        }
      },
    },
  ],
};

/** Signatures, a skill's security, and mutual TLS came with 0.3. */
function cardOf(_ctx: A2AContext, { signatures: _signatures, ...card }: AgentCard, main?: string): object {
  const {
    securitySchemes = {},
    skills,
    ...rest
  } = kindCard(card, PATCH, main) as Fields & { skills: readonly Fields[] };
  const schemes = Object.entries(securitySchemes as Record<string, Fields>).filter(
    ([, { type }]) => type !== 'mutualTLS',
  );
  return {
    ...rest,
    skills: skills.map(({ security: _security, ...skill }) => skill),
    ...(schemes.length > 0 && { securitySchemes: Object.fromEntries(schemes) }),
  };
}
