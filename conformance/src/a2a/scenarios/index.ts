import { authScenarios } from './auth.ts';
import { cancelScenarios } from './cancel.ts';
import { capabilityScenarios } from './capability.ts';
import { cardContentScenarios } from './card-content.ts';
import { cardScenarios } from './card.ts';
import { choiceScenarios } from './choices.ts';
import { contentScenarios } from './content.ts';
import { deliveryScenarios } from './delivery.ts';
import { equivalenceScenarios } from './equivalence.ts';
import { errorScenarios } from './errors.ts';
import { extendedCardScenarios } from './extended-card.ts';
import { extensionScenarios } from './extensions.ts';
import { foreignTaskScenarios } from './foreign-task.ts';
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
import { watcherScenarios } from './watchers.ts';

export const scenarios = [
  ...cardScenarios,
  ...cardContentScenarios,
  ...signatureScenarios,
  ...transportScenarios,
  ...versionScenarios,
  ...capabilityScenarios,
  ...sendScenarios,
  ...choiceScenarios,
  ...contentScenarios,
  ...streamScenarios,
  ...watcherScenarios,
  ...getScenarios,
  ...listScenarios,
  ...cancelScenarios,
  ...subscribeScenarios,
  ...foreignTaskScenarios,
  ...pushScenarios,
  ...deliveryScenarios,
  ...extendedCardScenarios,
  ...authScenarios,
  ...extensionScenarios,
  ...tenantScenarios,
  ...errorScenarios,
  ...jsonRpcScenarios,
  ...restScenarios,
  ...equivalenceScenarios,
];
