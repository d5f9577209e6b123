import { isRecord } from '../kit/json.ts';
import { detectOf } from './detect.ts';
import { driverOf, heldBy, say, type A2AFamily } from './driver.ts';
import { era10 } from './eras/1.0.ts';
import { isShown, knownCall } from './clients/calls.ts';
import { clientChecks } from './clients/index.ts';
import { clientSituations } from './clients/situations.ts';
import { invariants } from './invariants/index.ts';
import { scenarios } from './scenarios/index.ts';

export const a2a10: A2AFamily = {
  id: 'a2a@1.0',
  patch: '1.0.1',
  spoken: 'A2A10-CARD-001',
  bindings: era10.bindings,
  sideBinding: 'card',
  scenarios,
  smoke: [
    'a2a/card/published',
    'a2a/send/task',
    'a2a/send/whole-task',
    'a2a/send/message',
    'a2a/stream/task',
    'a2a/stream/message',
    'a2a/get/unknown',
    'a2a/list/pages',
    'a2a/error/table',
    'a2a/error/message-text',
    'a2a/json-rpc/malformed',
    'a2a/json-rpc/methods',
    'a2a/rest/malformed',
  ],
  invariants,
  known: knownCall,
  shown: isShown,
  clients: clientChecks,
  situations: clientSituations,
  causes: ['A2A10-DM-008', 'A2A10-SEND-006', 'RPC', 'REST', 'CARD', 'DM', 'VER'],
  detect: detectOf(era10),
  credentials({ card }) {
    const schemes = isRecord(card.securitySchemes) ? Object.entries(card.securitySchemes) : [];
    if (schemes.length === 0) return undefined;
    const named = schemes.map(
      ([name, scheme]) => `\`${name}\` (${isRecord(scheme) ? Object.keys(scheme).join(', ') : '?'})`,
    );
    return `the security scheme ${named.join(' or ')}`;
  },
  driver: driverOf(era10),
  say,
};

/** The same by the first patch: nothing on the wire tells it, and a few rows hold in another way, or not (specs/a2a/1.0.0). */
export const a2a100: A2AFamily = {
  ...a2a10,
  id: 'a2a@1.0.0',
  patch: '1.0.0',
  onlyNamed: true,
  scenarios: heldBy('a2a@1.0.0', scenarios),
  invariants: heldBy('a2a@1.0.0', invariants),
};
