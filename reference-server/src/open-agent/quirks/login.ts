import { randomUUID } from 'node:crypto';
import { empty, json } from '../errors.ts';
import { hashOf } from '../keys.ts';
import { bad, OpenAgentError } from '../open-agent-error.ts';
import { find } from '../records.ts';
import { answers, openAgentQuirk, operation } from './open-agent-quirk.ts';

const isPending = (error: unknown): boolean => error instanceof OpenAgentError && error.message.includes('_pending');

/** Logins by mail, at a provider, and of devices. */
export const loginQuirks = [
  openAgentQuirk('open-agent.login.answers-with-the-token', {
    breaks: 'OAA-AUTH-001',
    make: (impl, hit) => ({ linkAnswer: (ctx, token) => hit({ ...impl.linkAnswer(ctx, token), token }) }),
  }),
  openAgentQuirk('open-agent.login.mails-to-anything', {
    breaks: 'OAA-AUTH-002',
    make: (impl, hit) => ({ isEmail: (ctx, text) => impl.isEmail(ctx, text) || hit(true) }),
  }),
  openAgentQuirk('open-agent.login.mails-without-end', {
    breaks: 'OAA-AUTH-003',
    make: (impl, hit) => ({ mayAskAgain: (ctx, times) => impl.mayAskAgain(ctx, times) || hit(true) }),
  }),
  openAgentQuirk('open-agent.login.gives-a-token-that-is-none', {
    breaks: 'OAA-AUTH-004',
    make: (impl, hit) => answers(impl, 'verifyMagicLink', (value) => hit({ ...value, token: 'later' })),
  }),
  openAgentQuirk('open-agent.login.a-link-for-ever', {
    breaks: 'OAA-AUTH-005',
    make: (impl, hit) => ({
      async spend(ctx, token) {
        const email = await impl.spend(ctx, token);
        return email ?? hit((await find<{ email: string }>(ctx, 'link', '', hashOf(token)))?.email);
      },
    }),
  }),
  openAgentQuirk('open-agent.login.takes-any-token', {
    breaks: 'OAA-AUTH-006',
    make: (impl, hit) => ({
      async spend(ctx, token) {
        const isKnown = await find(ctx, 'link', '', hashOf(token));
        return isKnown ? impl.spend(ctx, token) : hit('ada@example.com');
      },
    }),
  }),
  openAgentQuirk('open-agent.login.a-token-of-another-type', {
    breaks: 'OAA-AUTH-007',
    make: (impl, hit) => answers(impl, 'verifyMagicLink', (value) => hit({ ...value, token_type: 'JWT' })),
  }),
  openAgentQuirk('open-agent.login.status-never-changes', {
    breaks: 'OAA-AUTH-008',
    make: (impl, hit) => answers(impl, 'getMagicLinkStatus', () => hit({ status: 'sent' })),
  }),
  openAgentQuirk('open-agent.login.a-new-account-each', {
    breaks: 'OAA-AUTH-018',
    make: (impl, hit) => ({
      accountFor: (ctx, email, name) => hit(impl.accountFor(ctx, `${randomUUID()}-${email}`, name)),
    }),
  }),
  openAgentQuirk('open-agent.oauth.has-no-state', {
    breaks: 'OAA-AUTH-010',
    make: (impl, hit) =>
      answers(impl, 'startOAuth', ({ state, ...start }) => (state === undefined ? start : hit(start))),
  }),
  openAgentQuirk('open-agent.oauth.unknown-provider-is-a-500', {
    breaks: 'OAA-AUTH-011',
    make: (impl, hit) =>
      operation(impl, 'startOAuth', (ctx, call, request, own) =>
        own(ctx, call, request).catch(() => {
          throw hit(new OpenAgentError(500, 'No such provider'));
        }),
      ),
  }),
  openAgentQuirk('open-agent.oauth.takes-no-code', {
    breaks: 'OAA-AUTH-012',
    make: (impl, hit) =>
      operation(impl, 'completeOAuth', (ctx, call, request, own) =>
        request.query.get('code') === null
          ? Promise.resolve(hit(json(ctx, { message: 'Try again' })))
          : own(ctx, call, request),
      ),
  }),
  openAgentQuirk('open-agent.oauth.takes-any-state', {
    breaks: 'OAA-AUTH-013',
    make: (impl, hit) => ({
      stateHolds: async (ctx, state, provider) => (await impl.stateHolds(ctx, state, provider)) || hit(true),
    }),
  }),
  openAgentQuirk('open-agent.oauth.gives-no-token', {
    breaks: 'OAA-AUTH-017',
    make: (impl, hit) =>
      operation(impl, 'completeOAuth', async (ctx, call, request, own) => {
        await own(ctx, call, request);
        return hit(json(ctx, { message: 'Logged in' }));
      }),
  }),
  openAgentQuirk('open-agent.device.has-no-interval', {
    breaks: 'OAA-AUTH-014',
    make: (impl, hit) =>
      answers(impl, 'startOAuth', ({ interval, ...start }) => (interval === undefined ? start : hit(start))),
  }),
  openAgentQuirk('open-agent.device.pending-is-a-400', {
    breaks: 'OAA-AUTH-015',
    make: (impl, hit) =>
      operation(impl, 'exchangeDeviceCode', (ctx, call, request, own) =>
        own(ctx, call, request).catch((error: unknown) => {
          throw isPending(error) ? hit(bad('authorization_pending')) : error;
        }),
      ),
  }),
  openAgentQuirk('open-agent.device.polls-as-one-likes', {
    breaks: 'OAA-AUTH-016',
    make: (impl, hit) => ({ pollIsEarly: (ctx, before) => impl.pollIsEarly(ctx, before) && hit(false) }),
  }),
  openAgentQuirk('open-agent.device.gives-no-token', {
    breaks: 'OAA-AUTH-019',
    make: (impl, hit) =>
      operation(impl, 'exchangeDeviceCode', async (ctx, call, request, own) => {
        await own(ctx, call, request);
        return hit(json(ctx, { message: 'Logged in' }));
      }),
  }),
  openAgentQuirk('open-agent.legal.link-is-a-204', {
    breaks: null,
    says: 'A link that was sent is answered with 204 (OAA-X15).',
    make: (impl, hit) =>
      operation(impl, 'requestMagicLink', async (ctx, call, request, own) => {
        await own(ctx, call, request);
        return hit(empty(ctx, 204));
      }),
  }),
  openAgentQuirk('open-agent.legal.logs-in-by-cookie', {
    breaks: null,
    says: 'A link logs in with a cookie alone, as web clients want it.',
    make: (impl, hit) =>
      operation(impl, 'verifyMagicLink', async (ctx, call, request, own) => {
        const answer = await own(ctx, call, request);
        return hit('body' in answer ? { ...answer, body: JSON.stringify({ message: 'Logged in' }) } : answer);
      }),
  }),
  openAgentQuirk('open-agent.legal.token-is-called-otherwise', {
    breaks: null,
    says: 'The token of a login is called access_token (OAA-X10).',
    make: (impl, hit) =>
      answers(impl, 'verifyMagicLink', ({ token, ...value }) => hit({ ...value, access_token: token })),
  }),
];
