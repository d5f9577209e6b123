import { agentQuirks } from './agents.ts';
import { knowledgeQuirks } from './knowledge.ts';
import { legalOddities } from './legal.ts';
import { modelQuirks } from './models.ts';
import { runQuirks } from './runs.ts';
import { streamQuirks } from './stream.ts';
import { teamQuirks } from './teams.ts';
import { toolQuirks } from './tools.ts';

export const openAgentQuirks = [
  ...agentQuirks,
  ...runQuirks,
  ...streamQuirks,
  ...toolQuirks,
  ...teamQuirks,
  ...knowledgeQuirks,
  ...modelQuirks,
  ...legalOddities,
];
