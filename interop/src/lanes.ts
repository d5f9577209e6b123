import type { Lane } from './lane.ts';
import { a2aJs } from './lanes/a2a-js.ts';
import { a2aJs03 } from './lanes/a2a-js-0.3.ts';
import { a2aGo } from './lanes/a2a-go.ts';
import { a2aTck } from './lanes/a2a-tck.ts';
import { a2aPython } from './lanes/a2a-python.ts';
import { a2aPython03 } from './lanes/a2a-python-0.3.ts';
import { a2akit } from './lanes/a2akit.ts';
import { aimock, aimockOpenAI } from './lanes/aimock.ts';
import { a2akit03 } from './lanes/a2akit-0.3.ts';
import { dcaf, dcafCallable } from './lanes/dcaf.ts';
import { earlierFasta2as } from './lanes/earlier-fasta2a.ts';
import { fastresponses } from './lanes/fastresponses.ts';
import { fasta2a } from './lanes/fasta2a.ts';
import { openaiPython } from './lanes/openai-python.ts';
import { openAgentPython } from './lanes/open-agent-python.ts';
import { openResponses } from './lanes/open-responses.ts';
import { wayflow } from './lanes/wayflow.ts';
import { wayflowA2A } from './lanes/wayflow-a2a.ts';

export const lanes: readonly Lane[] = [
  a2aJs,
  a2aJs03,
  a2akit,
  a2akit03,
  a2aPython,
  a2aPython03,
  a2aGo,
  fasta2a,
  ...earlierFasta2as,
  dcaf,
  dcafCallable,
  fastresponses,
  wayflow,
  wayflowA2A,
  openResponses,
  openaiPython,
  openAgentPython,
  a2aTck,
  aimock,
  aimockOpenAI,
];
