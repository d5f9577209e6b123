import type { ClientCheck } from '../../kit/client-check.ts';
import { cardChecks } from './cards.ts';
import { conversationChecks } from './conversation.ts';
import { requestChecks } from './requests.ts';
import { formChecks } from './form.ts';
import { webhookChecks } from './webhooks.ts';

/** The rules for clients (CLI), held against a recording of what one did. */
export const clientChecks: readonly ClientCheck[] = [
  ...requestChecks,
  ...formChecks,
  ...conversationChecks,
  ...cardChecks,
  ...webhookChecks,
];
