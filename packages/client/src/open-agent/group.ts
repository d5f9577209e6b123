import type { paths as Paths07 } from '@agentproto/protocol/open-agent/0.7/paths';
import type { paths as PathsReadme } from '@agentproto/protocol/open-agent/readme/paths';
import type { CallOptions } from '../call.ts';
import { InvalidInputError } from '../errors.ts';
import { isObject } from '../json.ts';
import type { Connection } from './call.ts';
import { type Ask, type Kind, rest } from './rest.ts';

/** Operations that belong together, of one client. */
export abstract class Group {
  protected readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** An operation of the schema, or of both contracts alike. */
  protected send<Result>(kind: Kind, options: CallOptions, ask: Ask<Paths07>): Promise<Result> {
    return rest<Paths07, Result>(this.connection, kind, options, ask);
  }

  /** An operation of the README. */
  protected sendReadme<Result>(kind: Kind, options: CallOptions, ask: Ask<PathsReadme>): Promise<Result> {
    return rest<PathsReadme, Result>(this.connection, kind, options, ask);
  }

  protected get isReadme(): boolean {
    return this.connection.revision === 'readme';
  }
}

/** An id that goes into a path. */
export function checkedId(id: string, what: string): string {
  if (typeof id !== 'string' || id === '' || id === '.' || id === '..') {
    throw new InvalidInputError(`${what}: expected an id, got ${JSON.stringify(id)}`);
  }
  return id;
}

export const isList = (json: unknown): boolean => Array.isArray(json);
export const has = (member: string) => (json: unknown) => isObject(json) && json[member] !== undefined;
/** Where a success says nothing, or something that nobody needs. */
export const ANYTHING = { expected: 'anything', is: () => true, empty: {} };

/** The README has `agent_id` and `team_id` in the answer to a creation, the schema `id` (X07). */
export function identified(member: 'agent_id' | 'team_id', what: string) {
  const take = (json: object) => ({ ...json, id: (json as never)['id'] ?? json[member as never] });
  return { expected: what, is: (json: unknown) => has('id')(json) || has(member)(json), take };
}

/** A list under a name: `{ agents: [] }`; a bare list is taken too. */
export function listed(member: 'agents' | 'teams', take: (item: object) => object) {
  const items = (json: unknown): unknown => (isObject(json) ? json[member] : json);
  return {
    expected: `{ ${member}: [] }`,
    is: (json: unknown) => Array.isArray(items(json)),
    take: (json: unknown) => (items(json) as object[]).map(take),
  };
}
