import { ConflictError, type Store } from '../store/store.ts';

/** Collections of the family; what no account owns has the owner ''. */
export type Collection =
  | 'account'
  | 'email'
  | 'key'
  | 'key-hash'
  | 'link'
  | 'links-sent'
  | 'oauth-state'
  | 'oauth-code'
  | 'device'
  | 'device-code'
  | 'subscription'
  | 'checkout'
  | 'stripe-event'
  | 'stripe-customer'
  | 'use'
  | 'key-use'
  | 'agent'
  | 'team'
  | 'tool'
  | 'document';

/** What holds for a while only. */
export interface Held {
  collection: Collection;
  key: string;
  /** Milliseconds of the clock. */
  until: number;
}

/** By collection and key; who comes last is at the end. */
export type Holdings = Map<string, Held>;

type Records = Pick<Store, 'records'>;
const named = (collection: Collection) => `open-agent/${collection}`;

export async function find<Value>(
  { store: { records } }: { store: Records },
  collection: Collection,
  owner: string,
  key: string,
): Promise<Value | undefined> {
  return (await records.get(named(collection), owner, key))?.value as Value | undefined;
}

/** In the order in which they were first kept. */
export async function list<Value>(
  { store: { records } }: { store: Records },
  collection: Collection,
  owner: string,
): Promise<Value[]> {
  return (await records.list(named(collection), owner)).map(({ value }) => value as Value);
}

export async function keep(
  { store: { records } }: { store: Records },
  collection: Collection,
  owner: string,
  key: string,
  value: unknown,
): Promise<void> {
  await records.put(named(collection), owner, key, value);
}

/** Keeps it unless there is one already; says whether it did. */
export async function keepFirst(
  { store: { records } }: { store: Records },
  collection: Collection,
  owner: string,
  key: string,
  value: unknown,
): Promise<boolean> {
  try {
    await records.put(named(collection), owner, key, value, { expectVersion: 0 });
    return true;
  } catch (error) {
    if (error instanceof ConflictError) return false;
    throw error;
  }
}

/** Changes what is there, whoever else does at the same time. `change` may be called again; undefined changes nothing. */
export async function change<Value>(
  ctx: { store: Records },
  collection: Collection,
  owner: string,
  key: string,
  change: (value: Value | undefined) => Value | undefined,
): Promise<Value | undefined> {
  const { records } = ctx.store;
  for (;;) {
    const before = await records.get(named(collection), owner, key);
    const value = change(before?.value as Value | undefined);
    if (value === undefined) return before?.value as Value | undefined;
    try {
      await records.put(named(collection), owner, key, value, { expectVersion: before?.version ?? 0 });
      return value;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}

export const drop = (
  { store: { records } }: { store: Records },
  collection: Collection,
  owner: string,
  key: string,
): Promise<boolean> => records.delete(named(collection), owner, key);
