import type { Invariant } from '../../kit/invariant.ts';
import { envelopeInvariants } from '../invariants/envelope.ts';
import { modelInvariants } from '../invariants/model.ts';
import { streamInvariants } from '../invariants/stream.ts';
import { oldClientChecks } from '../clients/eras/index.ts';
import { oldSituations, situationsOf02 } from '../clients/eras/situations.ts';
import { driverOf, heldBy, say, type A2AFamily } from '../driver.ts';
import { detectOf } from '../detect.ts';
import { scenarios } from '../scenarios/index.ts';
import { era01 } from './0.1.ts';
import { era02 } from './0.2.ts';
import { era03 } from './0.3.ts';
import type { Era } from './era.ts';
import { firstInvariants, firstScenarios } from './first-era.ts';
import { oldInvariants } from './invariants.ts';
import { knownIn } from './known.ts';
import { inNeutral } from './neutral.ts';
import { oldScenarios } from './old-scenarios.ts';
import { productScenarios } from './product-scenarios.ts';
import { isRecord } from '../../kit/json.ts';

/** Invariants of 1.0 about what the eras share; the error body over HTTP+JSON is that of 1.0 alone. */
const shared: readonly Invariant[] = [
  ...envelopeInvariants.filter(({ id }) => id !== 'a2a/envelope/http-json'),
  ...streamInvariants,
  ...modelInvariants,
];

const SMOKE = [
  'a2a/old/card',
  'a2a/first/card',
  'a2a/send/task',
  'a2a/send/whole-task',
  'a2a/send/message',
  'a2a/stream/task',
  'a2a/stream/message',
  'a2a/get/unknown',
  'a2a/json-rpc/malformed',
  'a2a/json-rpc/methods',
];

function familyOf(
  era: Era,
  own: Pick<A2AFamily, 'patch' | 'spoken' | 'causes'>,
  shows: Parameters<typeof knownIn>[1] = {},
): A2AFamily {
  const played = heldBy(era.id, [...scenarios, ...oldScenarios, ...firstScenarios, ...productScenarios]);
  return {
    id: era.id,
    ...own,
    bindings: era.bindings,
    sideBinding: 'card',
    scenarios: played,
    smoke: SMOKE.filter((id) => played.some((one) => one.id === id)),
    invariants: [...heldBy(era.id, [...oldInvariants, ...firstInvariants]), ...inNeutral(era, heldBy(era.id, shared))],
    ...knownIn(era, shows),
    detect: detectOf(era),
    credentials: ({ card: { securitySchemes: schemes } }) =>
      isRecord(schemes) && Object.keys(schemes).length > 0
        ? `the security scheme ${Object.keys(schemes)
            .map((name) => `\`${name}\``)
            .join(' or ')}`
        : undefined,
    driver: driverOf(era),
    say,
  };
}

export const a2a03: A2AFamily = {
  ...familyOf(
    era03,
    { patch: '0.3.0', spoken: 'A2A03-CARD-001', causes: ['RPC', 'TRANS', 'CARD', 'DM', 'NAME'] },
    { unless: era02 },
  ),
  clients: oldClientChecks(era03),
  situations: oldSituations,
};

// Nothing but the card tells it from 0.3.
export const a2a02: A2AFamily = {
  ...familyOf(
    era02,
    { patch: '0.2.6', spoken: 'A2A03-CARD-001', causes: ['RPC', 'TRANS', 'CARD', 'DM', 'NAME'] },
    { byCardAlone: true, unless: era03 },
  ),
  clients: oldClientChecks(era02),
  situations: situationsOf02,
};

export const a2a01 = familyOf(era01, {
  patch: '0.1.0',
  spoken: 'A2A01-CARD-001',
  causes: ['RPC', 'CARD', 'DM', 'NAME'],
});
