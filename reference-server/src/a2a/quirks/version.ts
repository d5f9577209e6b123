import { A2AError } from '../a2a-error.ts';
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
        if (request.headers['a2a-version'] === undefined || request.headerNames.includes('A2A-Version'))
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
];
