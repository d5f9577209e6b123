import type { RequirementId } from '@agentproto/rules';
import type { SuiteFamily } from '../kit/family.ts';
import { isRecord } from '../kit/json.ts';
import { rowTable } from '../kit/rows.ts';
import { A2AAgent } from './agent.ts';
import { detectOf, type DetectedA2A } from './detect.ts';
import { era10 } from './eras/1.0.ts';
import type { Era } from './eras/era.ts';
import { clientChecks } from './clients/index.ts';
import { invariants } from './invariants/index.ts';
import { scenarios } from './scenarios/index.ts';

type A2AFamily = SuiteFamily<A2AAgent, DetectedA2A>;

const driverOf =
  (era: Era): A2AFamily['driver'] =>
  (found, binding, tools) => {
    // Things beside the message bindings (the card, webhooks) are looked at with the preferred interface at hand.
    const chosen = found.interfaces.find((one) => one.protocolBinding === binding) ?? found.interfaces[0]!;
    const { interfaces, card, cardUrl } = found;
    const own = { ...tools, lenience: tools.lenience.under(rowTable(era)) };
    return new A2AAgent({ era, binding: era.speak(chosen, card, own), interfaces, card, cardUrl }, own);
  };

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
  clients: clientChecks,
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

/** What proves rows of a revision that are checked there: its own, or such as are the same. */
function heldBy<Proof extends { proves: readonly RequirementId[] }>(id: string, all: readonly Proof[]): Proof[] {
  const rows = rowTable({ id });
  return all.flatMap((one) => {
    const proves = new Set(one.proves.flatMap((id) => (rows.get(id)?.check ? rows.get(id)!.id : [])));
    return proves.size > 0 ? [{ ...one, proves: [...proves] }] : [];
  });
}
