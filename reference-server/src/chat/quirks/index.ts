import { clientQuirks } from './clients.ts';
import { approvalQuirks } from './approval.ts';
import { bodyQuirks } from './body.ts';
import { agentQuirks, pingQuirks, queueQuirks, routeQuirks } from './channel.ts';
import { contextQuirks, errorQuirks, healthQuirks, legacyQuirks, syncQuirks } from './http.ts';
import { legalOddities } from './legal.ts';
import { socketQuirks } from './socket.ts';
import { streamQuirks } from './stream.ts';
import { decisionQuirks, turnQuirks } from './turn.ts';

export const chatQuirks = [
  ...healthQuirks,
  ...syncQuirks,
  ...contextQuirks,
  ...bodyQuirks,
  ...errorQuirks,
  ...streamQuirks,
  ...approvalQuirks,
  ...socketQuirks,
  ...legacyQuirks,
  ...turnQuirks,
  ...decisionQuirks,
  ...routeQuirks,
  ...queueQuirks,
  ...agentQuirks,
  ...pingQuirks,
  ...legalOddities,
  ...clientQuirks,
];
