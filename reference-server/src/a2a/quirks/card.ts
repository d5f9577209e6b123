import type { Hit } from '../../quirk.ts';
import type { A2AImpl } from '../context.ts';
import { a2aQuirk } from './a2a-quirk.ts';

/** One more entry in `supportedInterfaces`, behind those that are true. */
const alsoAt = (impl: A2AImpl, entry: (url: string) => object): Pick<A2AImpl, 'card'> => ({
  card(ctx) {
    const card = impl.card(ctx);
    const { url } = card.supportedInterfaces[0]!;
    return { ...card, supportedInterfaces: [...card.supportedInterfaces, entry(url) as never] };
  },
});

const withoutHeader = (impl: A2AImpl, hit: Hit, name: string): Pick<A2AImpl, 'cardHeaders'> => ({
  cardHeaders(ctx, body) {
    const { [name]: gone, ...rest } = impl.cardHeaders(ctx, body);
    return gone === undefined ? rest : hit(rest);
  },
});

const EXTENSION = 'https://example.com/extensions/billing';
const EXTENSION_V1 = `${EXTENSION}/v1`;

export const cardQuirks = [
  a2aQuirk('a2a.card.is-a-web-page', {
    breaks: 'A2A10-CARD-001',
    make: (_impl, hit) => ({
      cardAnswer: () =>
        hit({ status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Agent</title>' }),
    }),
  }),
  a2aQuirk('a2a.card.no-description', {
    breaks: 'A2A10-CARD-002',
    also: [{ id: 'A2A10-DM-005', why: 'the card is a message of the model too' }],
    make: (impl, hit) => ({
      card(ctx) {
        const { description: _left, ...card } = impl.card(ctx);
        return hit(card) as ReturnType<A2AImpl['card']>;
      },
    }),
  }),
  a2aQuirk('a2a.card.interface-without-binding', {
    breaks: 'A2A10-CARD-003',
    also: [{ id: 'A2A10-DM-005', why: 'the card is a message of the model too' }],
    make: (impl, hit) => alsoAt(impl, (url) => hit({ url, protocolVersion: '1.0' })),
  }),
  a2aQuirk('a2a.card.names-a-dead-interface', {
    breaks: 'A2A10-CARD-004',
    make: (impl, hit) =>
      alsoAt(impl, (url) => hit({ url: `${url}/nothing/here`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' })),
  }),
  a2aQuirk('a2a.card.relative-url', {
    breaks: 'A2A10-CARD-005',
    make: (impl, hit) =>
      alsoAt(impl, () => hit({ url: '/a2a/1.0', protocolBinding: 'JSONRPC', protocolVersion: '1.0' })),
  }),
  a2aQuirk('a2a.card.no-cache-control', {
    breaks: 'A2A10-CARD-007',
    make: (impl, hit) => withoutHeader(impl, hit, 'cache-control'),
  }),
  a2aQuirk('a2a.card.no-etag', {
    breaks: 'A2A10-CARD-008',
    make: (impl, hit) => withoutHeader(impl, hit, 'etag'),
  }),
  a2aQuirk('a2a.card.no-last-modified', {
    breaks: 'A2A10-CARD-009',
    make: (impl, hit) => withoutHeader(impl, hit, 'last-modified'),
  }),
  a2aQuirk('a2a.card.two-skills-one-id', {
    breaks: 'A2A10-CARD-012',
    make: (impl, hit) => ({
      card(ctx) {
        const card = impl.card(ctx);
        return hit({ ...card, skills: card.skills.map((skill) => ({ ...skill, id: 'skill' })) });
      },
    }),
  }),
  a2aQuirk('a2a.card.text-plain', {
    breaks: 'A2A10-CARD-014',
    make: (impl, hit) => ({
      cardHeaders: (...args) => hit({ ...impl.cardHeaders(...args), 'content-type': 'text/plain' }),
    }),
  }),
  a2aQuirk('a2a.card.patch-version', {
    breaks: 'A2A10-VER-007',
    make: (impl, hit) => ({
      card(ctx) {
        const card = impl.card(ctx);
        return hit({
          ...card,
          supportedInterfaces: card.supportedInterfaces.map((one) => ({ ...one, protocolVersion: '1.0.1' })),
        });
      },
    }),
  }),
  a2aQuirk('a2a.card.binding-by-a-word', {
    breaks: 'A2A10-CARD-006',
    make: (impl, hit) =>
      alsoAt(impl, () => hit({ url: 'wss://example.com/a2a', protocolBinding: 'WEBSOCKET', protocolVersion: '1.0' })),
  }),
  a2aQuirk('a2a.card.scheme-of-two-kinds', {
    breaks: 'A2A10-CARD-010',
    make: (impl, hit) => ({
      card: (ctx) =>
        hit({
          ...impl.card(ctx),
          securitySchemes: {
            odd: {
              httpAuthSecurityScheme: { scheme: 'Bearer' },
              apiKeySecurityScheme: { location: 'header', name: 'X-API-Key' },
            } as never,
          },
        }),
    }),
  }),
  a2aQuirk('a2a.card.scheme-without-a-name', {
    breaks: 'A2A10-CARD-010',
    make: (impl, hit) => ({
      card: (ctx) =>
        hit({
          ...impl.card(ctx),
          securitySchemes: { key: { apiKeySecurityScheme: { location: 'header' } as never } },
        }),
    }),
  }),
  a2aQuirk('a2a.card.tells-its-key', {
    breaks: 'A2A10-CARD-011',
    make: (impl, hit) => ({
      card(ctx) {
        const card = impl.card(ctx);
        const extensions = [{ uri: EXTENSION_V1, params: { apiKey: 'not-a-real-key' } }];
        return hit({ ...card, capabilities: { ...card.capabilities, extensions } });
      },
      activateExtensions: (ctx, asked) => [
        ...impl.activateExtensions(ctx, asked),
        ...asked.filter((uri) => uri === EXTENSION_V1),
      ],
    }),
  }),
  a2aQuirk('a2a.card.extension-without-a-version', {
    breaks: 'A2A10-CARD-013',
    make: (impl, hit) => ({
      card(ctx) {
        const card = impl.card(ctx);
        const extensions = [...(card.capabilities.extensions ?? []), { uri: EXTENSION }];
        return hit({ ...card, capabilities: { ...card.capabilities, extensions } });
      },
      activateExtensions: (ctx, asked) => [
        ...impl.activateExtensions(ctx, asked),
        ...asked.filter((uri) => uri === EXTENSION),
      ],
    }),
  }),
];
