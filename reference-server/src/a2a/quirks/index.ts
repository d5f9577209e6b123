import { clientQuirks } from './clients.ts';
import { restQuirks, rpcQuirks } from './binding.ts';
import { capabilityQuirks } from './capability.ts';
import { cardQuirks } from './card.ts';
import { legalOddities } from './legal.ts';
import { legalAgents } from './legal-agents.ts';
import { contentQuirks } from './content.ts';
import { foreignTaskQuirks } from './foreign.ts';
import { errorQuirks } from './errors.ts';
import { eraQuirks } from './eras.ts';
import { equivalenceQuirks } from './equivalence.ts';
import { listQuirks } from './list.ts';
import { modelQuirks } from './model.ts';
import { extendedCardQuirks, strangersQuirks } from './auth.ts';
import { deliveryQuirks, legalDelivery } from './delivery.ts';
import { extensionQuirks, securityQuirks, signatureQuirks, tenantQuirks } from './offer.ts';
import { legalPush, pushQuirks } from './push.ts';
import { authQuirks, contextQuirks, sendQuirks } from './send.ts';
import { strangerQuirks } from './strangers.ts';
import { streamQuirks, subscribeQuirks } from './stream.ts';
import { cancelQuirks, getQuirks, historyQuirks } from './task.ts';
import { versionQuirks } from './version.ts';

export const a2aQuirks = [
  ...cardQuirks,
  ...versionQuirks,
  ...capabilityQuirks,
  ...sendQuirks,
  ...contextQuirks,
  ...authQuirks,
  ...streamQuirks,
  ...subscribeQuirks,
  ...getQuirks,
  ...historyQuirks,
  ...listQuirks,
  ...foreignTaskQuirks,
  ...contentQuirks,
  ...equivalenceQuirks,
  ...cancelQuirks,
  ...errorQuirks,
  ...rpcQuirks,
  ...restQuirks,
  ...modelQuirks,
  ...pushQuirks,
  ...legalPush,
  ...deliveryQuirks,
  ...legalDelivery,
  ...strangersQuirks,
  ...extendedCardQuirks,
  ...signatureQuirks,
  ...extensionQuirks,
  ...tenantQuirks,
  ...securityQuirks,
  ...strangerQuirks,
  ...legalOddities,
  ...clientQuirks,
  ...legalAgents,
  ...eraQuirks,
];
