import { authScenarios } from './auth.ts';
import { cancelScenarios } from './cancel.ts';
import { capabilityScenarios } from './capability.ts';
import { cardScenarios } from './card.ts';
import { deliveryScenarios } from './delivery.ts';
import { errorScenarios } from './errors.ts';
import { extendedCardScenarios } from './extended-card.ts';
import { extensionScenarios } from './extensions.ts';
import { getScenarios } from './get.ts';
import { jsonRpcScenarios } from './json-rpc.ts';
import { listScenarios } from './list.ts';
import { pushScenarios } from './push.ts';
import { restScenarios } from './rest.ts';
import { sendScenarios } from './send.ts';
import { signatureScenarios } from './signatures.ts';
import { streamScenarios } from './stream.ts';
import { subscribeScenarios } from './subscribe.ts';
import { tenantScenarios } from './tenants.ts';
import { transportScenarios } from './transport.ts';
import { versionScenarios } from './version.ts';

export const scenarios = [
  ...cardScenarios,
  ...signatureScenarios,
  ...transportScenarios,
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
  ...extensionScenarios,
  ...tenantScenarios,
  ...errorScenarios,
  ...jsonRpcScenarios,
  ...restScenarios,
];
