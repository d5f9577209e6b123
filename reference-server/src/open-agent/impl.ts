import { getAccount } from './account-info.ts';
import { accountFor } from './accounts.ts';
import { agentOperations, agentsImpl } from './agents-impl.ts';
import type { OpenAgentContext, OpenAgentImpl } from './context.ts';
import { authorize, identify, isOpen, login, scopeOf, sessionOf } from './credentials.ts';
import { exchangeDeviceCode, pollIsEarly } from './device.ts';
import { errorBody, jsonHeaders, refusal } from './errors.ts';
import { answerHttp } from './http.ts';
import * as keys from './keys.ts';
import * as links from './magic-link.ts';
import { completeOAuth, startOAuth, stateHolds } from './oauth.ts';
import { readBody, validate } from './request.ts';
import { readme } from './readme.ts';
import { getHealth, getRoot } from './root.ts';
import { applyStripe, isFirst, receiveStripeEvent, receiveSubscriptionEvent } from './stripe.ts';
import { signatureHolds } from './stripe-signature.ts';
import * as subscriptions from './subscriptions.ts';
import { admit, charge, getKeyUsage, getUsage, limitsOf } from './usage.ts';

/** What a server of Open Agent API does; both revisions are the same at the core, and have other paths and shapes. */
export const standardImpl: OpenAgentImpl = {
  ...agentsImpl,
  answerHttp,
  operations: {
    ...agentOperations,
    getRoot,
    getHealth,
    requestMagicLink: links.requestMagicLink,
    verifyMagicLink: links.verifyMagicLink,
    getMagicLinkStatus: links.getMagicLinkStatus,
    startOAuth,
    completeOAuth,
    exchangeDeviceCode,
    getAccount,
    getBalance: subscriptions.getBalance,
    topUp: subscriptions.topUp,
    getUsage,
    listPlans: subscriptions.listPlans,
    getPlan: subscriptions.getPlan,
    getCheckout: subscriptions.getCheckout,
    purchasePlan: subscriptions.purchasePlan,
    listSubscriptions: subscriptions.listSubscriptions,
    getSubscription: subscriptions.getSubscription,
    cancelSubscription: subscriptions.cancelSubscription,
    createKey: keys.createKey,
    listKeys: keys.listKeys,
    getKey: keys.getKey,
    revokeKey: keys.revokeKey,
    getKeyUsage,
    receiveStripeEvent,
    receiveSubscriptionEvent,
  },
  isOpen,
  readBody,
  validate,
  jsonHeaders,
  refusal,
  errorBody,
  identify,
  sessionOf,
  keyOf: keys.keyOf,
  isGood: keys.isGood,
  authorize,
  scopeOf,
  sendMail: links.sendMail,
  linkAnswer: links.linkAnswer,
  spend: links.spend,
  isEmail: links.isEmail,
  mayAskAgain: links.mayAskAgain,
  login,
  accountFor,
  stateHolds,
  pollIsEarly,
  shownKey: keys.shownKey,
  secretShown: keys.secretShown,
  listedKeys: keys.listedKeys,
  revoke: keys.revoke,
  planOf: subscriptions.planOf,
  limitsOf,
  admit,
  charge,
  listedPlans: subscriptions.listedPlans,
  canceled: subscriptions.canceled,
  signatureHolds,
  isFirst,
  applyStripe,
};

export const implOf = (revision: OpenAgentContext['revision']): OpenAgentImpl =>
  revision === 'readme' ? { ...standardImpl, ...readme(standardImpl) } : standardImpl;
