import type { AgentCardSignature } from '@agentproto/protocol/a2a/1.0';
import type { Hit } from '../../quirk.ts';
import type { A2AImpl } from '../context.ts';
import { invalidParams } from '../a2a-error.ts';
import { a2aQuirk } from './a2a-quirk.ts';

/** The server's signatures, each changed; where there are none nothing is. */
const signatures = (
  impl: A2AImpl,
  change: (signature: AgentCardSignature) => AgentCardSignature,
): Pick<A2AImpl, 'signCard'> => ({
  async signCard(...args) {
    const card = await impl.signCard(...args);
    return card.signatures ? { ...card, signatures: card.signatures.map(change) } : card;
  },
});

/** Signatures whose protected header says something else, and which verify all the same. */
function headers(
  impl: A2AImpl,
  hit: Hit,
  change: (header: Record<string, unknown>) => Record<string, unknown>,
): Pick<A2AImpl, 'signCard'> {
  // The same card has the same signatures, so that it keeps its tag.
  const made = new Map<string, Promise<AgentCardSignature[]>>();
  return {
    signCard(ctx, card) {
      const sign = (payload: string, url: string) => {
        const key = JSON.stringify([url, payload]);
        if (!made.has(key))
          made.set(
            key,
            ctx.signer.signWith(payload, url, (header) => hit(change(header))),
          );
        return made.get(key)!;
      };
      return impl.signCard({ ...ctx, signer: { ...ctx.signer, sign } }, card);
    },
  };
}

/** The URI that is declared, for one that is meant to be another. */
const activatesFor = (
  impl: A2AImpl,
  hit: Hit,
  plain: (uri: string) => string,
): Pick<A2AImpl, 'activateExtensions'> => ({
  activateExtensions(ctx, asked) {
    const declared = (ctx.settings.capabilities.extensions ?? []).flatMap(({ uri }) => uri ?? []);
    const meant = asked.map((uri) => declared.find((one) => one !== uri && plain(one) === plain(uri)) ?? uri);
    return impl.activateExtensions(ctx, meant.some((uri, index) => uri !== asked[index]) ? hit(meant) : asked);
  },
});

const withoutVersion = (uri: string) => uri.replace(/\/v?\d+$/, '');

export const signatureQuirks = [
  a2aQuirk('a2a.signature.no-kid', {
    breaks: 'A2A10-SIGN-001',
    make: (impl, hit) => headers(impl, hit, ({ kid: _left, ...header }) => header),
  }),
  a2aQuirk('a2a.signature.of-type-jwt', {
    breaks: 'A2A10-SIGN-002',
    make: (impl, hit) => headers(impl, hit, (header) => ({ ...header, typ: 'JWT' })),
  }),
  a2aQuirk('a2a.signature.of-another-card', {
    breaks: 'A2A10-SIGN-003',
    make: (impl, hit) => ({
      async signCard(ctx, card) {
        const signed = await impl.signCard(ctx, card);
        return signed.signatures ? hit({ ...signed, description: 'Changed after it was signed.' }) : signed;
      },
    }),
  }),
  a2aQuirk('a2a.signature.padded', {
    breaks: 'A2A10-SIGN-004',
    make: (impl, hit) => signatures(impl, (one) => hit({ ...one, signature: `${one.signature}==` })),
  }),
  a2aQuirk('a2a.signature.keys-in-the-clear', {
    breaks: 'A2A10-SIGN-005',
    make: (impl, hit) => headers(impl, hit, (header) => ({ ...header, jku: 'http://keys.example.com/jwks.json' })),
  }),
];

export const extensionQuirks = [
  a2aQuirk('a2a.extension.unknown-is-refused', {
    breaks: 'A2A10-EXT-001',
    make: (impl, hit) => ({
      activateExtensions(ctx, asked) {
        const known = (ctx.settings.capabilities.extensions ?? []).map(({ uri }) => uri);
        if (asked.every((uri) => known.includes(uri))) return impl.activateExtensions(ctx, asked);
        throw hit(invalidParams([{ field: '', description: 'A2A-Extensions: an extension that is not declared' }]));
      },
    }),
  }),
  a2aQuirk('a2a.extension.any-version', {
    breaks: 'A2A10-EXT-002',
    make: (impl, hit) => ({
      activateExtensions(ctx, asked) {
        const optional = { ...activatesFor(impl, hit, withoutVersion) }.activateExtensions;
        const required = (ctx.settings.capabilities.extensions ?? []).filter((one) => one.required);
        // The required one is left as it is: that is another rule.
        return required.every(({ uri }) => uri !== undefined && asked.includes(uri))
          ? optional(ctx, asked)
          : impl.activateExtensions(ctx, asked);
      },
    }),
  }),
  a2aQuirk('a2a.extension.any-required-version', {
    breaks: 'A2A10-EXT-003',
    make: (impl, hit) => ({
      activateExtensions(ctx, asked) {
        const required = (ctx.settings.capabilities.extensions ?? []).flatMap((one) => (one.required ? [one.uri] : []));
        if (required.every((uri) => uri !== undefined && asked.includes(uri)))
          return impl.activateExtensions(ctx, asked);
        return activatesFor(impl, hit, withoutVersion).activateExtensions(ctx, asked);
      },
    }),
  }),
  a2aQuirk('a2a.extension.activated-in-silence', {
    breaks: 'A2A10-EXT-004',
    make: (impl, hit) => ({
      extensionHeaders: (ctx, activated) => (activated.length > 0 ? hit({}) : impl.extensionHeaders(ctx, activated)),
    }),
  }),
  a2aQuirk('a2a.extension.any-case', {
    breaks: 'A2A10-EXT-005',
    make: (impl, hit) => activatesFor(impl, hit, (uri) => uri.toLowerCase()),
  }),
  a2aQuirk('a2a.extension.required-is-optional', {
    breaks: 'A2A10-CAP-005',
    make: (impl, hit) => ({
      activateExtensions(ctx, asked) {
        const extensions = (ctx.settings.capabilities.extensions ?? []).map((one) => ({ ...one, required: false }));
        if (asked.length > 0) return impl.activateExtensions(ctx, asked);
        const settings = { ...ctx.settings, capabilities: { ...ctx.settings.capabilities, extensions } };
        return extensions.length > 0 ? hit(impl.activateExtensions({ ...ctx, settings }, asked)) : [];
      },
    }),
  }),
  a2aQuirk('a2a.extension.required-is-bad-input', {
    breaks: 'A2A10-CAP-005',
    make: (impl, hit) => ({
      activateExtensions(ctx, asked) {
        const required = (ctx.settings.capabilities.extensions ?? []).find((one) => one.required);
        if (!required || asked.length > 0) return impl.activateExtensions(ctx, asked);
        throw hit(invalidParams([{ field: '', description: 'A2A-Extensions: an extension is missing' }]));
      },
    }),
  }),
];

export const tenantQuirks = [
  a2aQuirk('a2a.tenant.one-sees-all', {
    breaks: 'A2A10-TEN-001',
    make: (impl, hit) => ({
      async findTask(ctx, call, id) {
        const run = await ctx.store.runs.get(id);
        if (!run || run.tenant === call.tenant) return impl.findTask(ctx, call, id);
        const { tenant: _left, ...rest } = call;
        hit();
        return impl.findTask(ctx, { ...rest, tenant: run.tenant }, id);
      },
    }),
  }),
  a2aQuirk('a2a.tenant.cancel-wants-one', {
    breaks: 'A2A10-TEN-002',
    make: (impl, hit) => ({
      async CancelTask(ctx, call, request) {
        if (call.tenant !== undefined) return impl.CancelTask(ctx, call, request);
        throw hit(invalidParams([{ field: 'tenant', description: 'tenant: expected a tenant, got none' }]));
      },
    }),
  }),
];

export const securityQuirks = [
  a2aQuirk('a2a.card.plain-http', {
    breaks: 'A2A10-TLS-001',
    make: (impl, hit) => ({
      card(ctx) {
        const card = impl.card(ctx);
        const entry = {
          url: 'http://agents.example.com/a2a',
          protocolBinding: 'https://example.com/bindings/soap/v1',
          protocolVersion: '1.0',
        };
        return hit({ ...card, supportedInterfaces: [...card.supportedInterfaces, entry] });
      },
    }),
  }),
  a2aQuirk('a2a.send.fetches-what-it-is-sent', {
    breaks: 'A2A10-SEC-001',
    make: (impl, hit) => ({
      async beginTurn(ctx, call, request) {
        for (const { url } of request.message.parts)
          if (url) await hit(fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(1_000) }).catch(() => {}));
        return impl.beginTurn(ctx, call, request);
      },
    }),
  }),
];
