import { A2AError } from '../a2a-error.ts';
import type { Hit } from '../../quirk.ts';
import type { A2AImpl } from '../context.ts';
import { a2aQuirk } from './a2a-quirk.ts';

const refusal = (asked: string) => new A2AError('VersionNotSupportedError', `A2A-Version: got ${asked}`);

export const versionQuirks = [
  a2aQuirk('a2a.version.takes-any', {
    breaks: 'A2A10-VER-001',
    make: (impl, hit) => ({
      checkVersion: (ctx, asked) => (/^\d{2,}\./.test(asked) ? hit() : impl.checkVersion(ctx, asked)),
    }),
  }),
  a2aQuirk('a2a.version.none-is-the-newest', {
    breaks: 'A2A10-VER-002',
    make: (impl, hit) => ({ checkVersion: (ctx, asked) => (asked === '' ? hit() : impl.checkVersion(ctx, asked)) }),
  }),
  a2aQuirk('a2a.version.patch-counts', {
    breaks: 'A2A10-VER-003',
    make: (impl, hit) => ({
      checkVersion(ctx, asked) {
        if (/^\d+\.\d+\.\d+$/.test(asked)) throw hit(refusal(asked));
        impl.checkVersion(ctx, asked);
      },
    }),
  }),
  a2aQuirk('a2a.version.not-from-the-query', {
    breaks: 'A2A10-VER-004',
    make: (impl, hit) => ({
      readVersion: (ctx, headers, query) =>
        impl.readVersion(ctx, headers, query.has('A2A-Version') ? hit(new URLSearchParams()) : query),
    }),
  }),
  a2aQuirk('a2a.version.header-name-to-the-letter', {
    breaks: 'A2A10-VER-006',
    make: (impl, hit) => ({
      dispatch(ctx, operation) {
        const { request } = operation;
        if (request.headers['a2a-version'] === undefined || request.rawHeaders.includes('A2A-Version'))
          return impl.dispatch(ctx, operation);
        const { 'a2a-version': _unseen, ...headers } = request.headers;
        return impl.dispatch(ctx, { ...operation, request: { ...request, headers: hit(headers) } });
      },
    }),
  }),
  a2aQuirk('a2a.version.malformed-crashes', {
    breaks: 'A2A10-VER-008',
    make: (impl, hit) => ({
      checkVersion(ctx, asked) {
        if (asked !== '' && !/^\d/.test(asked)) throw hit(new A2AError('InternalError', 'Internal error'));
        impl.checkVersion(ctx, asked);
      },
    }),
  }),
  a2aQuirk('a2a.version.of-another-interface', {
    breaks: 'A2A10-VER-009',
    make: (impl, hit) => ({
      ...olderAt(impl, hit),
      checkVersion: (ctx, asked) => (asked === '0.3' ? undefined : impl.checkVersion(ctx, asked)),
    }),
  }),
  a2aQuirk('a2a.version.answers-as-0.3', {
    breaks: 'A2A10-VER-005',
    make: (impl, hit) => ({
      rpcResult: (ctx, id, result) => impl.rpcResult(ctx, id, older(result, hit)),
      restResult: (ctx, result) => older(impl.restResult(ctx, result), hit),
      restEvent: (ctx, event) => older(impl.restEvent(ctx, event), hit),
    }),
  }),
  a2aQuirk('a2a.legal.older-version-elsewhere', {
    breaks: null,
    says: 'The card offers 0.3, too, at another url.',
    make: (impl, hit) => olderAt(impl, hit),
  }),
  ...(['JSONRPC', 'HTTP+JSON'] as const).map((binding) =>
    a2aQuirk(binding === 'JSONRPC' ? 'a2a.rpc.version-from-the-query' : 'a2a.rest.version-from-the-query', {
      breaks: binding === 'JSONRPC' ? 'A2A10-RPC-012' : 'A2A10-REST-010',
      make: (impl, hit) => ({
        dispatch(ctx, operation) {
          const { request } = operation;
          if (operation.binding !== binding) return impl.dispatch(ctx, operation);
          const headers = { ...request.headers, 'a2a-version': request.query.get('A2A-Version') ?? '1.0' };
          return impl.dispatch(ctx, { ...operation, request: hit({ ...request, headers }) });
        },
      }),
    }),
  ),
  a2aQuirk('a2a.rpc.spaces-between-extensions', {
    breaks: 'A2A10-RPC-013',
    make: (impl, hit) => ({
      readExtensions(ctx, headers) {
        const { 'a2a-extensions': named } = headers;
        return typeof named === 'string' && named.includes(', ')
          ? hit(named.split(','))
          : impl.readExtensions(ctx, headers);
      },
    }),
  }),
];

/** An interface of 0.3 behind the others, at a url of its own. */
function olderAt(impl: A2AImpl, hit: Hit): Pick<A2AImpl, 'card'> {
  return {
    card(ctx) {
      const card = impl.card(ctx);
      const older = card.supportedInterfaces.map((one) => ({
        ...one,
        url: `${one.url}/older`,
        protocolVersion: '0.3',
      }));
      return hit({ ...card, supportedInterfaces: [...card.supportedInterfaces, ...older] });
    },
  };
}

/** A task, a message or an event as 0.3 wrote it; anything else as it is. */
function older(value: unknown, hit: Hit): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { task, message, statusUpdate, artifactUpdate, id, status } = value as Record<string, object | undefined>;
  const [kind, content] =
    task || (id && status)
      ? ['task', task ?? value]
      : message
        ? ['message', message]
        : statusUpdate
          ? ['status-update', statusUpdate]
          : ['artifact-update', artifactUpdate];
  if (!content) return value;
  const words = JSON.stringify({ kind, ...content }).replaceAll(/"(?:TASK_STATE|ROLE)_(\w+)"/g, (_all, word: string) =>
    JSON.stringify(word.toLowerCase().replace('_', '-')),
  );
  return hit(JSON.parse(words));
}
