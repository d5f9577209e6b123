import type { Row } from '../row.ts';
import { bundle } from './bundle.ts';
import { chatSockets } from './chat.ts';
import { clientNdjson, clientResponses, clientResponsesGrowth, clientSse, clientUnary } from './client.ts';
import { growthLists, growthStream, growthTurns, steadyMemory } from './growth.ts';
import { serverHeld, serverStream, serverUnary } from './server.ts';
import { double } from './double.ts';
import { start } from './start.ts';
import { suite } from './suite.ts';

export const ROWS: readonly Row[] = [
  clientSse,
  clientResponses,
  clientResponsesGrowth,
  clientNdjson,
  clientUnary,
  serverUnary,
  serverStream,
  serverHeld,
  chatSockets,
  start,
  double,
  bundle,
  suite,
  growthTurns,
  growthLists,
  growthStream,
  steadyMemory,
];
