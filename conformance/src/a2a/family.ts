import type { RequirementId } from '@agentproto/rules';
import type { SuiteFamily } from '../kit/family.ts';
import { isRecord } from '../kit/json.ts';
import { rowTable } from '../kit/rows.ts';
import { A2AAgent } from './agent.ts';
import { BINDINGS, detect, type DetectedA2A } from './detect.ts';
import { clientChecks } from './clients/index.ts';
import { invariants } from './invariants/index.ts';
import { scenarios } from './scenarios/index.ts';
import { speaker } from './speaker.ts';

type A2AFamily = SuiteFamily<A2AAgent, DetectedA2A>;

export const a2a10: A2AFamily = {
  id: 'a2a@1.0',
  patch: '1.0.1',
  spoken: 'A2A10-CARD-001',
  bindings: BINDINGS,
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
  clients: clientChecks,
  causes: ['A2A10-DM-008', 'A2A10-SEND-006', 'RPC', 'REST', 'CARD', 'DM', 'VER'],
  detect,
  credentials({ card }) {
    const schemes = isRecord(card.securitySchemes) ? Object.entries(card.securitySchemes) : [];
    if (schemes.length === 0) return undefined;
    const named = schemes.map(
      ([name, scheme]) => `\`${name}\` (${isRecord(scheme) ? Object.keys(scheme).join(', ') : '?'})`,
    );
    return `the security scheme ${named.join(' or ')}`;
  },
  driver(found, binding, tools) {
    // Things beside the message bindings (the card, webhooks) are looked at with the preferred interface at hand.
    const chosen = found.interfaces.find((one) => one.protocolBinding === binding) ?? found.interfaces[0]!;
    const { interfaces, card, cardUrl } = found;
    return new A2AAgent({ binding: speaker(chosen, card, tools), interfaces, card, cardUrl }, tools);
  },
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

/** What proves rows of a revision that are checked there. */
function heldBy<Proof extends { proves: readonly RequirementId[] }>(id: string, all: readonly Proof[]): Proof[] {
  const rows = rowTable({ id });
  return all.flatMap((one) => {
    const proves = one.proves.filter((row) => rows.get(row)?.check !== undefined);
    return proves.length > 0 ? [{ ...one, proves }] : [];
  });
}
