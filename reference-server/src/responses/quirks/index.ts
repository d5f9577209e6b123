import { chatQuirks } from './chat.ts';
import { keptQuirks, mcpQuirks } from './kept.ts';
import { legalOddities } from './legal.ts';
import { openaiQuirks } from './openai.ts';
import { errorQuirks, extensionQuirks, shapeQuirks } from './request.ts';
import { itemQuirks, streamQuirks } from './stream.ts';
import { chainQuirks, socketQuirks, toolQuirks } from './turn.ts';
import { wayflowQuirks } from './wayflow.ts';

export const responsesQuirks = [
  ...streamQuirks,
  ...itemQuirks,
  ...extensionQuirks,
  ...errorQuirks,
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
