import { A2AError, type ErrorName } from '../a2a-error.ts';
import type { A2AImpl } from '../context.ts';
import { a2aQuirk, instead } from './a2a-quirk.ts';

export type Detail = { '@type'?: string };

/** Details without their type. */
export const untyped = (details: readonly object[]): object[] =>
  details.map(({ '@type': _left, ...detail }: Detail) => detail);

/** One error with another row of the table. */
export const row = (
  impl: A2AImpl,
  which: ErrorName,
  change: (row: ReturnType<A2AImpl['errorRow']>) => ReturnType<A2AImpl['errorRow']>,
): Pick<A2AImpl, 'errorRow'> => ({
  errorRow: (ctx, name) => (name === which ? change(impl.errorRow(ctx, name)) : impl.errorRow(ctx, name)),
});

/** Requests of one kind pass with faults at these fields. */
const passes = (
  impl: A2AImpl,
  hit: <T>(value: T) => T,
  tolerates: (violation: ReturnType<A2AImpl['validate']>[number]) => boolean,
): Pick<A2AImpl, 'validate'> => ({
  validate(ctx, name, value, binding) {
    const violations = impl.validate(ctx, name, value, binding);
    const rest = violations.filter((violation) => !tolerates(violation));
    return rest.length < violations.length ? hit(rest) : violations;
  },
});

const fault = (field: string, expected: string) => ({
  pointer: `/${field}`,
  field,
  expected,
  got: 'something else',
  message: `${field}: expected ${expected}`,
});

/** Errors as both bindings have them. */
export const errorQuirks = [
  a2aQuirk('a2a.error.says-nothing', {
    breaks: 'A2A10-ERR-001',
    make: (impl, hit) => ({
      rpcErrorObject: (...args) => hit({ ...impl.rpcErrorObject(...args), message: '' }),
      restErrorBody: (...args) => ({ error: hit({ ...impl.restErrorBody(...args).error, message: '' }) }),
    }),
  }),
  a2aQuirk('a2a.error.untyped-details', {
    breaks: 'A2A10-ERR-002',
    also: [
      { id: 'A2A10-RPC-008', why: 'the same rule for JSON-RPC', same: true },
      { id: 'A2A10-REST-007', why: 'the same rule for HTTP+JSON', same: true },
    ],
    make: (impl, hit) => ({ errorDetails: (...args) => hit(untyped(impl.errorDetails(...args))) }),
  }),
  a2aQuirk('a2a.error.takes-any-role', {
    breaks: 'A2A10-ERR-004',
    make: (impl, hit) => passes(impl, hit, ({ field, got }) => field === 'message.role' && got !== 'nothing'),
  }),
  a2aQuirk('a2a.error.names-no-field', {
    breaks: 'A2A10-ERR-005',
    make(impl, hit) {
      const curt = (error: A2AError) =>
        error.details.violations ? hit(new A2AError(error.error, 'Invalid parameters')) : error;
      return {
        rpcErrorObject: (ctx, error) => impl.rpcErrorObject(ctx, curt(error)),
        restErrorBody: (ctx, error) => impl.restErrorBody(ctx, curt(error)),
      };
    },
  }),
  a2aQuirk('a2a.error.missing-is-unsupported', {
    breaks: 'A2A10-ERR-006',
    make: (impl, hit) => ({
      findTask: (...args) =>
        instead(() => impl.findTask(...args), 'TaskNotFoundError', hit, 'UnsupportedOperationError'),
    }),
  }),
  a2aQuirk('a2a.error.own-table', {
    breaks: 'A2A10-ERR-008',
    make: (impl, hit) => row(impl, 'TaskNotCancelableError', (known) => hit({ ...known, code: -32_050, http: 418 })),
  }),
  a2aQuirk('a2a.error.part-of-two-kinds', {
    breaks: 'A2A10-ERR-009',
    make: (impl, hit) => passes(impl, hit, ({ expected }) => expected.startsWith('exactly one of text')),
  }),
  a2aQuirk('a2a.error.takes-no-message-id', {
    breaks: 'A2A10-DM-008',
    also: [{ id: 'A2A10-ERR-004', why: 'inputs are to be validated' }],
    make: (impl, hit) => passes(impl, hit, ({ field, got }) => field === 'message.messageId' && got === 'nothing'),
  }),
  a2aQuirk('a2a.error.refuses-unknown-members', {
    breaks: 'A2A10-DM-007',
    make: (impl, hit) => ({
      validate(ctx, name, value, binding) {
        const stranger =
          name === 'SendMessageRequest' &&
          Object.keys(value as object).find((key) => !['tenant', 'message', 'configuration', 'metadata'].includes(key));
        return stranger ? hit([fault(stranger, 'no such member')]) : impl.validate(ctx, name, value, binding);
      },
    }),
  }),
  a2aQuirk('a2a.error.metadata-of-texts-only', {
    breaks: 'A2A10-DM-011',
    make: (impl, hit) => ({
      validate(ctx, name, value, binding) {
        const { metadata } = (value as { message?: { metadata?: object } }).message ?? {};
        return metadata && Object.values(metadata).some((member) => typeof member !== 'string')
          ? hit([fault('message.metadata', 'texts')])
          : impl.validate(ctx, name, value, binding);
      },
    }),
  }),
];
