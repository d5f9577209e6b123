import type { IncomingHttpHeaders } from 'node:http';
import { A2A_MEDIA_TYPE, JSON_MEDIA_TYPE, METHODS } from '@agentproto/protocol/a2a/1.0';
import type { MethodName } from '@agentproto/protocol/a2a/1.0';
import { testIdOf } from '../identity.ts';
import { visibleHeaders } from '../visible-headers.ts';
import { essence } from './accept.ts';
import type { A2AContext } from './context.ts';
import type { Call, StreamItem, Operation, Outcome } from './call.ts';
import { HttpError } from '../http-error.ts';
import { A2AError, invalidParams } from './a2a-error.ts';

/** The operation that a binding calls by this name; undefined: there is none. */
export function operationOf(_ctx: A2AContext, _binding: Call['binding'], name: string): MethodName | undefined {
  return Object.hasOwn(METHODS, name) ? (name as MethodName) : undefined;
}

/** What both bindings do alike: who, which version, which extensions, may it, is it valid; then the operation. */
export async function dispatch(
  ctx: A2AContext,
  { binding, method: name, params, request }: Operation,
): Promise<Outcome> {
  const { impl } = ctx;
  const { verb, path, headers, query, left } = request;
  const bodyBytes = request.body.length;
  impl.checkBinding(ctx, binding);
  const owner = impl.authenticate(ctx, headers);
  impl.checkVersion(ctx, impl.readVersion(ctx, headers, query));
  const method = impl.operationOf(ctx, binding, name);
  if (!method) throw new A2AError('MethodNotFoundError', `Method not found: ${name.slice(0, 100)}`);
  const extensions = impl.activateExtensions(ctx, impl.readExtensions(ctx, headers));
  impl.checkCapability(ctx, method);
  const valid = impl.readParams(ctx, method, params ?? {}, binding);
  impl.checkTenant(ctx, valid.tenant);
  const call: Call = {
    owner,
    testId: testIdOf(headers),
    tenant: valid.tenant || undefined,
    binding,
    extensions,
    lastEventId: headers['last-event-id'] as string | undefined,
    // Of the request no more than is needed: its body need not stay as long as the agent works.
    seen: () => ({ binding, operation: name, method: verb, path, headers: visibleHeaders(headers), bodyBytes }),
    left,
  };
  // What `readParams` returns is what this very method takes.
  const operation = impl[method] as (ctx: A2AContext, call: Call, params: unknown) => Promise<unknown>;
  const result = await operation(ctx, call, valid);
  return METHODS[method].stream
    ? { call, method, items: result as AsyncIterable<StreamItem> }
    : { call, method, result };
}

/** Throws an HttpError (404) for a binding that the card does not say is here (§5.2). */
export function checkBinding({ settings: { interfaces } }: A2AContext, binding: Call['binding']): void {
  if (interfaces.some(({ url, protocolBinding }) => url === undefined && protocolBinding === binding)) return;
  throw new HttpError('NOT_FOUND', `${binding} is not served here.`);
}

/** Throws for a tenant that there is not (§4.4.6). */
export function checkTenant({ settings: { tenants } }: A2AContext, tenant = ''): void {
  if (!tenants || tenants.has(tenant)) return;
  const got = tenant === '' ? 'none' : JSON.stringify(tenant.slice(0, 100));
  const description = `tenant: expected that of an interface of the card, got ${got}`;
  throw invalidParams([{ field: 'tenant', description }]);
}

const BODY_TYPES: readonly string[] = [JSON_MEDIA_TYPE, A2A_MEDIA_TYPE];

/** Throws for a body that does not say that it is JSON (§9.1, §11.1). */
export function checkContentType(_ctx: A2AContext, headers: IncomingHttpHeaders): void {
  const given = headers['content-type'] ?? '';
  if (BODY_TYPES.includes(given) || BODY_TYPES.includes(essence(given))) return;
  throw new A2AError(
    'ContentTypeNotSupportedError',
    `Content-Type: expected ${BODY_TYPES.join(' or ')}, got ${given || 'none'}`,
  );
}
