import { accountQuirks } from './account.ts';
import { agentQuirks } from './agents.ts';
import { billingQuirks } from './billing.ts';
import { keyQuirks } from './keys.ts';
import { knowledgeQuirks } from './knowledge.ts';
import { legalOddities } from './legal.ts';
import { loginQuirks } from './login.ts';
import { modelQuirks } from './models.ts';
import { runQuirks } from './runs.ts';
import { securityQuirks } from './security.ts';
import { streamQuirks } from './stream.ts';
import { teamQuirks } from './teams.ts';
import { toolQuirks } from './tools.ts';

export const openAgentQuirks = [
  ...securityQuirks,
  ...loginQuirks,
  ...keyQuirks,
  ...accountQuirks,
  ...billingQuirks,
  ...agentQuirks,
  ...runQuirks,
  ...streamQuirks,
  ...toolQuirks,
  ...teamQuirks,
  ...knowledgeQuirks,
  ...modelQuirks,
  ...legalOddities,
];
