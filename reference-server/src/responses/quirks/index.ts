import { chatQuirks } from './chat.ts';
import { keptQuirks, mcpQuirks } from './kept.ts';
import { legalOddities } from './legal.ts';
import { openaiQuirks } from './openai.ts';
import { refusalQuirks } from './refusal.ts';
import { errorQuirks, extensionQuirks, shapeQuirks } from './request.ts';
import { itemQuirks, streamQuirks } from './stream.ts';
import { chainQuirks, socketQuirks, toolQuirks } from './turn.ts';
import { wayflowQuirks } from './wayflow.ts';

export const responsesQuirks = [
  ...streamQuirks,
  ...itemQuirks,
  ...extensionQuirks,
  ...errorQuirks,
  ...refusalQuirks,
  ...shapeQuirks,
  ...chainQuirks,
  ...toolQuirks,
  ...socketQuirks,
  ...openaiQuirks,
  ...keptQuirks,
  ...mcpQuirks,
  ...chatQuirks,
  ...wayflowQuirks,
  ...legalOddities,
];
