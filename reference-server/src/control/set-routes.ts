import type { FastifyInstance } from 'fastify';
import type { Script } from '@agentproto/script';
import type { Failure, SetFailure } from '../failures.ts';
import type { ScriptMatch, SetScript } from '../script-book.ts';
import type { SetFault } from '../wire-faults/due.ts';
import type { Fault } from '../wire-faults/fault.ts';
import { objectIn, onlyThese, patternIn, told, wholeIn } from './asked.ts';
import { badRequest, ControlError } from './control-error.ts';
import type { Controlled } from './controlled.ts';

/** What is set, told, and taken back. */
interface Kind<Set> {
  name: string;
  example: string;
  add(given: Record<string, unknown>): Set;
  all(): readonly Set[];
  clear(): void;
  tell(set: Set): object;
}

export const tellFault = ({ id, fault, left, applied }: SetFault): object =>
  told({ id, fault, left, applied }) as object;
export const tellFailure = ({ id, failure, left }: SetFailure): object => told({ id, failure, left }) as object;
export const tellScript = ({ id, match, script }: SetScript): object => ({ id, match: told(match), script });

export function addSets(app: FastifyInstance, prefix: string, { faults, failures, book }: Controlled): void {
  addSet(app, prefix, {
    name: 'faults',
    example: '{"kind": "cut", "at": {"event": 2}}',
    add: (given) => faults.add({ ...given, ...matchOf('fault', given) } as unknown as Fault),
    all: () => faults.set,
    clear: () => faults.clear(),
    tell: tellFault,
  });
  addSet(app, prefix, {
    name: 'failures',
    example: '{"status": 429, "retryAfter": 1, "match": "/v1/responses"}',
    add: (given) => failures.add({ ...given, ...matchOf('fail', given) } as Failure),
    all: () => failures.due,
    clear: () => failures.clear(),
    tell: tellFailure,
  });
  addSet(app, prefix, {
    name: 'scripts',
    example: '{"match": {"text": "hello"}, "script": {"steps": [{"text": "Hi."}]}}',
    add(given) {
      onlyThese(given, ['match', 'script'], 'scripts');
      const { match = {}, script } = given;
      if (typeof match !== 'object' || match === null || Array.isArray(match))
        return badRequest(`scripts.match: expected an object such as {"text": "hello"}; got ${JSON.stringify(match)}`);
      if (script === undefined) return badRequest('scripts.script: expected {"steps": […]}; got nothing');
      const wanted: Record<string, unknown> = { ...match };
      for (const name of ['text', 'model'])
        if (wanted[name] !== undefined) wanted[name] = patternIn(`script.${name}`, wanted[name], { orSlashes: true });
      return book.add(wanted as ScriptMatch, script as Script);
    },
    all: () => book.set,
    clear: () => book.clear(),
    tell: tellScript,
  });
}

const matchOf = (at: string, { match }: Record<string, unknown>): object =>
  match === undefined ? {} : { match: patternIn(`${at}.match`, match) };

function addSet<Set extends { id: number; remove(): void }>(
  app: FastifyInstance,
  prefix: string,
  kind: Kind<Set>,
): void {
  const { name } = kind;
  const url = `${prefix}/${name}`;
  const all = () => ({ [name]: kind.all().map(kind.tell) });
  app.get(url, all);
  app.post(url, (request, reply) => {
    const set = kind.add(objectIn(request, kind.example));
    return reply.code(201).send(kind.tell(set));
  });
  app.delete(url, () => {
    kind.clear();
    return all();
  });
  app.delete<{ Params: { id: string } }>(`${url}/:id`, ({ params }) => {
    const id = wholeIn(`${url}/ID`, params.id, 1);
    const set = kind.all().find((one) => one.id === id);
    if (!set) {
      const ids = kind.all().map((one) => one.id);
      throw new ControlError(404, 'NOT_FOUND', `${url}: there is no ${id}; there is ${ids.join(', ') || 'none'}.`);
    }
    set.remove();
    return all();
  });
}
