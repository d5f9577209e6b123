import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

type Params = Record<string, string>;

/**
 * Hands requests below `path` to `answer` with the template of theirs (`/responses/{id}`, a parameter is a segment), and its
 * parameters; of other paths there is nothing. One route for all of them: Fastify and its router compile code for each path and
 * verb, which is most of what a start costs, and a server that speaks every protocol is asked for few of them.
 */
export function mountTemplates<Template extends string>(
  scope: FastifyInstance,
  path: string,
  templates: Iterable<Template>,
  answer: (template: Template, params: Params, request: FastifyRequest, reply: FastifyReply) => unknown,
): void {
  const all = [...templates].map((template) => ({ template, segments: template.slice(1).split('/') }));
  // A segment that is said comes before one that may be any.
  const byRank = all.toSorted((one, other) => (rank(one.template) < rank(other.template) ? -1 : 1));
  const before = `${scope.prefix}${path}/`.split('/').length - 1;
  scope.all(`${path}/*`, (request, reply) => {
    const asked = request.url.split(/[?#]/, 1)[0]!.split('/').slice(before).map(decodeURIComponent);
    for (const { template, segments } of byRank) {
      const params = paramsOf(segments, asked);
      if (params) return answer(template, params, request, reply);
    }
    return reply.callNotFound();
  });
}

const rank = (template: string): string => template.replaceAll('{', '\uFFFF');

/** Undefined: it is another path. */
function paramsOf(segments: readonly string[], asked: readonly string[]): Params | undefined {
  if (segments.length !== asked.length) return undefined;
  const params: Params = {};
  for (const [at, segment] of segments.entries()) {
    if (segment.startsWith('{')) params[segment.slice(1, -1)] = asked[at]!;
    else if (segment !== asked[at]) return undefined;
  }
  return params;
}
