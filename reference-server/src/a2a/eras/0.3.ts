import { CARD_PATH, ERRORS, EXTENSIONS_HEADER, JSON_RPC_ERRORS, PATCH } from '@agentproto/protocol/a2a/0.3';
import { lateModule } from '../../late-module.ts';
import { kindCard, protoCard } from './card.ts';
import type { Era } from './era.ts';
import { errorsOf } from './errors.ts';
import { kindForm } from './kind.ts';
import { protoForm } from './proto.ts';

export const era03: Era = {
  revision: '0.3',
  patch: PATCH,
  cardPath: CARD_PATH,
  cardVerbs: ['GET', 'HEAD'],
  forms: { JSONRPC: kindForm, 'HTTP+JSON': protoForm },
  errors: errorsOf(ERRORS[PATCH], JSON_RPC_ERRORS, 'UnsupportedOperationError'),
  extensionsHeader: EXTENSIONS_HEADER,
  card: (_ctx, card, main) => kindCard(card, PATCH, main),
  protoCard: (_ctx, card) => protoCard(card, PATCH),
  rules: lateModule(() => import('@agentproto/rules/a2a/0.3')),
  rootRoutes: ['/v1/message:send', '/v1/message:stream', '/v1/tasks', '/v1/tasks/*', '/v1/card'],
};
