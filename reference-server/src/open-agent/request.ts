import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import type { MessageName, Models } from '@agentproto/protocol/open-agent/0.7';
import type { MessageName as ReadmeName, Models as ReadmeModels } from '@agentproto/protocol/open-agent/readme';
import { HttpError } from '../http-error.ts';
import { isDeeper } from '../nesting.ts';
import { lateModule } from '../late-module.ts';
import type { HttpRequest } from './call.ts';
import type { OpenAgentContext } from './context.ts';
import { bad, OpenAgentError, unprocessable } from './open-agent-error.ts';

export const rules07 = lateModule(() => import('@agentproto/rules/open-agent/0.7'));
export const rulesReadme = lateModule(() => import('@agentproto/rules/open-agent/readme'));

/** What 0.7 has no shape of is what the README says (OAA-X02). */
export const validate = (ctx: OpenAgentContext, name: string, value: unknown) =>
  ctx.revision === 'readme' || ONLY_README.has(name)
    ? rulesReadme.loaded.validate(name as ReadmeName, value)
    : rules07.loaded.validate(name as MessageName, value);

const ONLY_README: ReadonlySet<string> = new Set<ReadmeName>([
  'CompletionRequest',
  'EmbeddingRequest',
  'KnowledgeInput',
  'KnowledgeQuery',
]);

const DEEPEST = 512;

/** The JSON object in a body. Throws an OpenAgentError. */
export function readBody(_ctx: OpenAgentContext, { 'content-type': given }: IncomingHttpHeaders, body: Buffer): object {
  // A form or a plain text is sent by any web page without asking; a JSON body is not.
  const essence = given?.split(';', 1)[0]!.trim().toLowerCase();
  if (essence !== undefined && essence !== 'application/json' && !essence.endsWith('+json'))
    throw new HttpError('UNSUPPORTED_MEDIA_TYPE', `Content-Type: expected application/json, got ${essence}`);
  if (!isUtf8(body)) throw bad('The body is not UTF-8.');
  let value: unknown;
  try {
    value = body.length === 0 ? {} : JSON.parse(body.toString());
  } catch (error) {
    throw bad(`The body is no JSON: ${(error as SyntaxError).message}`, { code: 'invalid_json' });
  }
  if (isDeeper(value, DEEPEST)) throw bad(`The body is nested deeper than ${DEEPEST} levels`);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw bad('The body: expected a JSON object');
}

type Named = { [Name in MessageName]: Models[Name] } & {
  [Name in Exclude<ReadmeName, MessageName>]: ReadmeModels[Name];
};

/**
 * The body as a message of that name.
 * @param status of the refusal where it is none: 422 where the operation declares it
 */
export function bodyOf<Name extends keyof Named>(
  ctx: OpenAgentContext,
  { headers, body }: HttpRequest,
  name: Name,
  status: 400 | 422 = 400,
): Named[Name] {
  const value = ctx.impl.readBody(ctx, headers, body);
  const violations = ctx.impl.validate(ctx, name, value);
  const [first] = violations;
  if (!first) return value as Named[Name];
  if (status === 400) throw bad(first.message, first.field ? { param: first.field } : {});
  const faults = violations.map(({ pointer, message }) => ({
    loc: ['body', ...pointer.split('/').slice(1)],
    msg: message,
    type: 'value_error',
  }));
  throw new OpenAgentError(422, first.message, { faults });
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A member of the path that has to be a UUID. Throws an OpenAgentError, 422. */
export function uuidIn({ params }: HttpRequest, name: string): string {
  const value = params[name] ?? '';
  if (!UUID.test(value)) throw unprocessable(['path', name], 'Input should be a valid UUID', 'uuid_parsing');
  return value.toLowerCase();
}
