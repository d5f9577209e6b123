import { json } from '../errors.ts';
import { notFound, OpenAgentError } from '../open-agent-error.ts';
import { answers, openAgentQuirk, operation } from './open-agent-quirk.ts';

const isMisspelt = (error: unknown): boolean => error instanceof OpenAgentError && error.status === 422;

/** Keys of the API. */
export const keyQuirks = [
  openAgentQuirk('open-agent.key.is-made-with-200', {
    breaks: 'OAA-KEY-001',
    make: (impl, hit) =>
      operation(impl, 'createKey', async (ctx, call, request, own) =>
        hit({ ...(await own(ctx, call, request)), status: 200 }),
      ),
  }),
  openAgentQuirk('open-agent.key.keeps-its-secret', {
    breaks: 'OAA-KEY-002',
    make: (_impl, hit) => ({ secretShown: (_ctx, key) => hit(key) }),
  }),
  openAgentQuirk('open-agent.key.works-on', {
    breaks: 'OAA-KEY-003',
    make: (impl, hit) => ({
      isGood: (ctx, key) => (key.isActive ? impl.isGood(ctx, key) : hit(impl.isGood(ctx, { ...key, isActive: true }))),
    }),
  }),
  openAgentQuirk('open-agent.key.takes-any-scope', {
    breaks: 'OAA-KEY-004',
    make: (impl, hit) => ({
      validate(ctx, name, value) {
        const found = impl.validate(ctx, name, value);
        return name === 'ApiKeyCreationRequest' && found.length > 0 ? hit([]) : found;
      },
    }),
  }),
  openAgentQuirk('open-agent.key.groups-by-anything', {
    breaks: 'OAA-KEY-005',
    make: (impl, hit) =>
      operation(impl, 'getKeyUsage', (ctx, call, request, own) =>
        own(ctx, call, request).catch((error: unknown) => {
          if (isMisspelt(error)) return hit(json(ctx, { total_tokens: 0 }));
          throw error;
        }),
      ),
  }),
  openAgentQuirk('open-agent.key.misspelt-is-not-found', {
    breaks: 'OAA-KEY-006',
    make: (impl, hit) =>
      operation(impl, 'getKey', (ctx, call, request, own) =>
        own(ctx, call, request).catch((error: unknown) => {
          throw isMisspelt(error) ? hit(notFound('API key')) : error;
        }),
      ),
  }),
  openAgentQuirk('open-agent.key.lists-what-was-revoked', {
    breaks: 'OAA-KEY-007',
    make: (_impl, hit) => ({
      listedKeys: (_ctx, keys) => (keys.some(({ isActive }) => !isActive) ? hit([...keys]) : [...keys]),
    }),
  }),
  openAgentQuirk('open-agent.key.is-read-with-its-secret', {
    breaks: 'OAA-KEY-008',
    make(impl, hit) {
      const secrets = new Map<string, string>();
      return {
        secretShown(ctx, key, secret) {
          secrets.set(key.id, secret);
          return impl.secretShown(ctx, key, secret);
        },
        shownKey(ctx, key) {
          const secret = secrets.get(key.id);
          return secret === undefined ? impl.shownKey(ctx, key) : hit({ ...impl.shownKey(ctx, key), api_key: secret });
        },
      };
    },
  }),
  openAgentQuirk('open-agent.legal.one-validation-error', {
    breaks: null,
    says: 'A 422 is one ValidationError, and no list (OAA-X16).',
    make: (impl, hit) => ({
      errorBody: (ctx, error, name) => (error.faults?.[0] ? hit(error.faults[0]) : impl.errorBody(ctx, error, name)),
    }),
  }),
  openAgentQuirk('open-agent.legal.errors-as-of-openai', {
    breaks: null,
    says: 'Every error has the envelope of OpenAI.',
    make: (_impl, hit) => ({
      errorBody: (_ctx, { message, code }) =>
        hit({ error: { message, type: 'invalid_request_error', param: null, code } }),
    }),
  }),
  openAgentQuirk('open-agent.legal.never-used-is-left-out', {
    breaks: null,
    says: 'Of a key that was never used nothing is said of its last use (OAA-X11).',
    make: (impl, hit) => answers(impl, 'createKey', ({ last_used_at: _, ...key }) => hit(key)),
  }),
];
