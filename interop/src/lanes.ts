import type { Lane } from './lane.ts';
import { a2aJs } from './lanes/a2a-js.ts';
import { a2aGo } from './lanes/a2a-go.ts';
import { a2aTck } from './lanes/a2a-tck.ts';
import { a2aPython } from './lanes/a2a-python.ts';
import { a2akit } from './lanes/a2akit.ts';
import { aimock, aimockOpenAI } from './lanes/aimock.ts';
import { dcaf } from './lanes/dcaf.ts';
import { fasta2a } from './lanes/fasta2a.ts';
import { openResponses } from './lanes/open-responses.ts';
import { wayflow } from './lanes/wayflow.ts';

export const lanes: readonly Lane[] = [
  a2aJs,
  a2akit,
  a2aPython,
  a2aGo,
  fasta2a,
  dcaf,
  wayflow,
  openResponses,
  a2aTck,
  aimock,
  aimockOpenAI,
];
