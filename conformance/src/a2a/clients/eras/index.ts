import type { ClientCheck } from '../../../kit/client-check.ts';
import { heldBy } from '../../driver.ts';
import type { Era } from '../../eras/era.ts';
import { clientChecks } from '../index.ts';
import { readingOf } from './calls.ts';
import { conversationChecks } from './conversation.ts';
import { formChecks } from './form.ts';
import { inWordsOf10 } from './neutral.ts';
import { requestChecks } from './requests.ts';
import { webhookChecks } from './webhooks.ts';

/** The rules for clients of an era, and those of 1.0 that it has as well. */
export function oldClientChecks(era: Era): ClientCheck[] {
  const reading = readingOf(era);
  const own = [requestChecks, formChecks, conversationChecks, webhookChecks].flatMap((checks) => checks(reading));
  return heldBy(era.id, [...own, ...inWordsOf10(clientChecks, reading)]);
}
