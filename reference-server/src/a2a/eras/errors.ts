import { ERRORS, JSON_RPC_ERRORS } from '@agentproto/protocol/a2a/1.0';
import type { ErrorName } from '../a2a-error.ts';
import { reasonOf } from '../errors.ts';
import type { Era } from './era.ts';

interface Row {
  code: number;
  http: number;
  grpc: string;
}

type Table = Era['errors'];

/** What an earlier revision calls an error of 1.0, where it calls it otherwise. */
const EARLIER: { readonly [Name in ErrorName]?: string } = {
  ExtendedAgentCardNotConfiguredError: 'AuthenticatedExtendedCardNotConfiguredError',
};

/**
 * The errors of a revision, by the names of 1.0: its own codes. What it has no error for is an operation that it does not support; the
 * reason in the details is that of 1.0, so that both can be told.
 */
export function errorsOf(
  own: Readonly<Record<string, Row>>,
  jsonRpc: Readonly<Record<string, Row>>,
  unsupported: string,
): Table {
  const rows: Readonly<Record<string, Row>> = { ...own, ...jsonRpc };
  const names = Object.keys({ ...JSON_RPC_ERRORS, ...ERRORS['1.0.1'] }) as ErrorName[];
  const table = names.map((name) => {
    const { code, http, grpc } = rows[EARLIER[name] ?? name] ?? rows[unsupported]!;
    return [name, { code, http, grpc, reason: reasonOf(name) }];
  });
  return Object.fromEntries(table) as Table;
}
