import { a2a01, a2a02, a2a03, a2a10, a2a100 } from './a2a/family.ts';
import type { A2AOptions } from './a2a/options.ts';
import { chatDcaf21, chatDocs } from './chat/family.ts';
import type { ChatOptions } from './chat/options.ts';
import { openAgent07, openAgentReadme } from './open-agent/family.ts';
import type { OpenAgentOptions } from './open-agent/options.ts';
import { responses20260115, responses20260424, responsesOpenAI, responsesWayFlow } from './responses/family.ts';
import type { ResponsesOptions } from './responses/options.ts';
import type { Family } from './server-context.ts';

/** What each family can be told beside the server's own options. */
export interface FamilyOptions {
  a2a?: A2AOptions | undefined;
  chat?: ChatOptions | undefined;
  responses?: ResponsesOptions | undefined;
  openAgent?: OpenAgentOptions | undefined;
}

/** One line for each revision of a family. */
export const FAMILIES: readonly Family<FamilyOptions>[] = [
  a2a10,
  a2a100,
  a2a03,
  a2a02,
  a2a01,
  chatDocs,
  chatDcaf21,
  responses20260424,
  responses20260115,
  responsesOpenAI,
  responsesWayFlow,
  openAgent07,
  openAgentReadme,
];
