import type { FastifyReply, FastifyRequest } from 'fastify';

export type Params = Readonly<Record<string, string>>;
export type Handler = (request: FastifyRequest, reply: FastifyReply, params: Params) => unknown;

/** Where a family puts its routes. A template is `/tasks/{id}`, where a parameter is a segment, or ends in `/*`, whatever follows. */
export interface Routes {
  /** What the server's paths have in front of them; templates are without it. */
  readonly prefix: string;
  isFree(verb: string, template: string): boolean;
  on(verbs: readonly string[], template: string, handler: Handler): void;
  /** With HEAD. */
  get(template: string, handler: Handler): void;
  /** Whatever the verb. */
  all(template: string, handler: Handler): void;
}

/** What takes a request. */
export interface Found<Owner> {
  readonly owner: Owner;
  readonly handler: Handler;
  readonly params: Params;
}

interface Entry<Owner> extends Found<Owner> {
  readonly names: readonly string[];
}

/** A segment of templates. */
class Segment<Owner> {
  readonly said = new Map<string, Segment<Owner>>();
  any: Segment<Owner> | undefined;
  rest: Segment<Owner> | undefined;
  readonly byVerb = new Map<string, Entry<Owner>>();
  /** Of all verbs. */
  whole: Entry<Owner> | undefined;

  of(verb: string): Entry<Owner> | undefined {
    return this.byVerb.get(verb) ?? this.whole;
  }
}

const NONE: Params = {};

/**
 * The routes of all families, each of an owner. To Fastify they are one: it compiles code for each path and verb, which is most of
 * what a start costs, and a server that speaks every protocol is asked for few of them. What is found is what Fastify's own router
 * finds: a segment that is said comes before one that may be any, and that before the rest.
 */
export class RouteTable<Owner> {
  readonly #root = new Segment<Owner>();
  readonly #ends = new Map<string, Segment<Owner>>();
  /** Where a template without parameters ends, which is a path. */
  readonly #plain = new Map<string, Segment<Owner>>();

  /** `verbs` undefined: all. Throws where somebody has taken one of them. */
  add(owner: Owner, verbs: readonly string[] | undefined, template: string, handler: Handler): void {
    const end = this.#endOf(template);
    const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    const entry = { owner, handler, params: NONE, names };
    const taken = verbs ? verbs.some((verb) => end.byVerb.has(verb)) : end.whole;
    if (taken) throw new Error(`${verbs?.join(', ') ?? 'all'} ${template}: there is such a route`);
    if (verbs) for (const verb of verbs) end.byVerb.set(verb, entry);
    else end.whole = entry;
  }

  has(verb: string, template: string): boolean {
    return this.#ends.get(template)?.of(verb) !== undefined;
  }

  /** `path` as it came, without a query; it can be decoded: Fastify has refused what cannot. */
  find(verb: string, path: string): Found<Owner> | undefined {
    return this.#plain.get(path)?.of(verb) ?? this.#search(verb, path);
  }

  /** Each template with its verbs; undefined: all. */
  *templates(): Generator<{ template: string; verbs: readonly string[] | undefined }> {
    for (const [template, { byVerb, whole }] of this.#ends)
      yield { template, verbs: whole ? undefined : [...byVerb.keys()] };
  }

  #endOf(template: string): Segment<Owner> {
    const known = this.#ends.get(template);
    if (known) return known;
    let at = this.#root;
    for (const segment of template.slice(1).split('/')) {
      if (segment === '*') at = at.rest ??= new Segment();
      else if (segment.startsWith('{')) at = at.any ??= new Segment();
      else {
        let next = at.said.get(segment);
        if (!next) at.said.set(segment, (next = new Segment()));
        at = next;
      }
    }
    this.#ends.set(template, at);
    if (!/[{*]/.test(template)) this.#plain.set(template, at);
    return at;
  }

  #search(verb: string, path: string): Found<Owner> | undefined {
    const asked = path.slice(1).split('/');
    const values: string[] = [];
    const from = (at: Segment<Owner>, depth: number): Entry<Owner> | undefined => {
      const segment = asked[depth];
      if (segment === undefined) return at.of(verb);
      const next = at.said.get(segment.includes('%') ? decodeURI(segment) : segment);
      const found = next && from(next, depth + 1);
      if (found) return found;
      if (at.any) {
        values.push(segment);
        const other = from(at.any, depth + 1);
        if (other) return other;
        values.pop();
      }
      return at.rest?.of(verb);
    };
    const found = from(this.#root, 0);
    if (!found || values.length === 0) return found;
    return {
      ...found,
      params: Object.fromEntries(found.names.map((name, at) => [name, decodeURIComponent(values[at]!)])),
    };
  }
}
