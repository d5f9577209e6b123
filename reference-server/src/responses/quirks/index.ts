import { legalOddities } from './legal.ts';
import { chatQuirks, openaiQuirks, wayflowQuirks } from './openai.ts';
import { errorQuirks, extensionQuirks, shapeQuirks } from './request.ts';
import { itemQuirks, streamQuirks } from './stream.ts';
import { chainQuirks, socketQuirks, toolQuirks } from './turn.ts';

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
  ...chatQuirks,
  ...wayflowQuirks,
  ...legalOddities,
];
