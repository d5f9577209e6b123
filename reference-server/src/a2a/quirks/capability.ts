import { A2AError } from '../a2a-error.ts';
import { a2aQuirk } from './a2a-quirk.ts';

export const capabilityQuirks = [
  a2aQuirk('a2a.capability.push-is-unsupported', {
    breaks: 'A2A10-CAP-001',
    make: (impl, hit) => ({
      checkCapability(ctx, method) {
        if (method.includes('PushNotification'))
          throw hit(new A2AError('UnsupportedOperationError', `${method} is not supported`));
        impl.checkCapability(ctx, method);
      },
    }),
  }),
  a2aQuirk('a2a.capability.streams-undeclared', {
    breaks: 'A2A10-CAP-002',
    make: (impl, hit) => ({
      checkCapability(ctx, method) {
        if ((method === 'SendStreamingMessage' || method === 'SubscribeToTask') && !ctx.settings.capabilities.streaming)
          return hit();
        return impl.checkCapability(ctx, method);
      },
    }),
  }),
  a2aQuirk('a2a.capability.extended-card-not-configured', {
    breaks: 'A2A10-CAP-003',
    make: (impl, hit) => ({
      checkCapability: (ctx, method) => (method === 'GetExtendedAgentCard' ? hit() : impl.checkCapability(ctx, method)),
    }),
  }),
  a2aQuirk('a2a.capability.inline-push-ignored', {
    breaks: 'A2A10-CAP-006',
    make: (impl, hit) => ({
      checkMessage(ctx, request) {
        if (!request.configuration?.taskPushNotificationConfig) return impl.checkMessage(ctx, request);
        return impl.checkMessage(ctx, hit({ ...request, configuration: {} }));
      },
    }),
  }),
];
