import { answered, type NodeRequest, type NodeResponse } from './node.ts';

/** What is used of a `FastifyInstance`. */
export interface FastifyScope {
  removeAllContentTypeParsers(): unknown;
  addContentTypeParser(
    type: string,
    parser: (request: unknown, payload: unknown, done: (error: null) => void) => void,
  ): unknown;
  all(path: string, handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>): unknown;
}

interface FastifyRequest {
  raw: NodeRequest;
}

interface FastifyReply {
  raw: Pick<NodeResponse, 'writableFinished' | 'once'>;
  code(status: number): this;
  header(name: string, value: string): this;
  send(text: string): this;
}

/** In a scope of its own, where no body is parsed: Fastify would refuse `application/a2a+json`, and know another limit. */
export function fastifyPlugin(answer: (request: Request) => Promise<Response>): (scope: FastifyScope) => Promise<void> {
  return async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.all('/', async (request, reply) => {
      const { status, headers, text } = await answered(answer, request.raw, reply.raw);
      headers.forEach((value, name) => reply.header(name, value));
      return reply.code(status).send(text);
    });
  };
}
