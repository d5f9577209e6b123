import { authScenarios } from './auth.ts';
import { cancelScenarios } from './cancel.ts';
import { capabilityScenarios } from './capability.ts';
import { cardScenarios } from './card.ts';
import { deliveryScenarios } from './delivery.ts';
import { errorScenarios } from './errors.ts';
import { extendedCardScenarios } from './extended-card.ts';
import { getScenarios } from './get.ts';
import { jsonRpcScenarios } from './json-rpc.ts';
import { listScenarios } from './list.ts';
import { pushScenarios } from './push.ts';
import { restScenarios } from './rest.ts';
import { sendScenarios } from './send.ts';
import { streamScenarios } from './stream.ts';
import { subscribeScenarios } from './subscribe.ts';
import { versionScenarios } from './version.ts';

export const scenarios = [
  ...cardScenarios,
  ...versionScenarios,
  ...capabilityScenarios,
  ...sendScenarios,
  ...streamScenarios,
  ...getScenarios,
  ...listScenarios,
  ...cancelScenarios,
  ...subscribeScenarios,
  ...pushScenarios,
  ...deliveryScenarios,
  ...extendedCardScenarios,
  ...authScenarios,
  ...errorScenarios,
  ...jsonRpcScenarios,
  ...restScenarios,
];
