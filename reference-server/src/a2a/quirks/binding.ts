import type { Answer } from '../../answer.ts';
import { HttpError } from '../../http-error.ts';
import { A2AError, invalidParams } from '../a2a-error.ts';
import type { A2AImpl } from '../context.ts';
import { a2aQuirk, instead } from './a2a-quirk.ts';
import { row, untyped, type Detail } from './errors.ts';

export const rpcQuirks = [
  a2aQuirk('a2a.rpc.id-as-text', {
    breaks: 'A2A10-RPC-001',
    make: (impl, hit) => ({
      rpcResult: (ctx, id, result) => impl.rpcResult(ctx, typeof id === 'number' ? hit(String(id)) : id, result),
    }),
  }),
  a2aQuirk('a2a.rpc.text-plain', {
    breaks: 'A2A10-RPC-002',
    make: (impl, hit) => ({ rpcHeaders: (ctx) => hit({ ...impl.rpcHeaders(ctx), 'content-type': 'text/plain' }) }),
  }),
  a2aQuirk('a2a.rpc.lacks-a-method', {
    breaks: 'A2A10-RPC-003',
    make: (impl, hit) => ({
      dispatch(ctx, operation) {
        if (operation.binding === 'JSONRPC' && operation.method === 'GetExtendedAgentCard')
          throw hit(new A2AError('MethodNotFoundError', 'Method not found'));
        return impl.dispatch(ctx, operation);
      },
    }),
  }),
  a2aQuirk('a2a.rpc.bad-json-is-invalid', {
    breaks: 'A2A10-RPC-004',
    make: (impl, hit) => ({
      readRpcRequest(ctx, body) {
        const read = impl.readRpcRequest(ctx, body);
        return !read.ok && read.error.code === -32_700
          ? hit({ ...read, error: { ...read.error, code: -32_600 } })
          : read;
      },
    }),
  }),
  a2aQuirk('a2a.rpc.needs-no-version', {
    breaks: 'A2A10-RPC-005',
    make: (impl, hit) => ({
      readRpcRequest(ctx, body) {
        const read = impl.readRpcRequest(ctx, body);
        if (read.ok || read.error.code === -32_700) return read;
        const value: unknown = JSON.parse(body.toString());
        const fixed = impl.readRpcRequest(ctx, Buffer.from(JSON.stringify({ ...(value as object), jsonrpc: '2.0' })));
        return fixed.ok ? hit(fixed) : read;
      },
    }),
  }),
  a2aQuirk('a2a.rpc.unknown-method-is-bad-input', {
    breaks: 'A2A10-RPC-006',
    make: (impl, hit) => ({
      dispatch: (...args) => instead(() => impl.dispatch(...args), 'MethodNotFoundError', hit, 'InvalidParamsError'),
    }),
  }),
  a2aQuirk('a2a.rpc.bad-input-crashes', {
    breaks: 'A2A10-ERR-004',
    make: (impl, hit) => ({
      dispatch: (ctx, operation) =>
        operation.binding === 'JSONRPC'
          ? instead(() => impl.dispatch(ctx, operation), 'InvalidParamsError', hit, 'InternalError')
          : impl.dispatch(ctx, operation),
    }),
  }),
  a2aQuirk('a2a.rpc.untyped-data', {
    breaks: 'A2A10-RPC-008',
    also: [{ id: 'A2A10-ERR-002', why: 'the general rule', same: true }],
    make: (impl, hit) => ({
      rpcErrorObject(ctx, error) {
        return hit({ ...impl.rpcErrorObject(ctx, error), data: untyped(impl.errorDetails(ctx, error)) });
      },
    }),
  }),
  a2aQuirk('a2a.rpc.no-error-info', {
    breaks: 'A2A10-RPC-009',
    make: (impl, hit) => ({
      rpcErrorObject(ctx, error) {
        const { code, message } = impl.rpcErrorObject(ctx, error);
        return hit({ code, message });
      },
    }),
  }),
  a2aQuirk('a2a.rpc.code-outside-the-range', {
    breaks: 'A2A10-RPC-010',
    also: [{ id: 'A2A10-ERR-008', why: 'the table has another code' }],
    make: (impl, hit) => row(impl, 'TaskNotCancelableError', (known) => hit({ ...known, code: -31_999 })),
  }),
  a2aQuirk('a2a.rpc.event-without-id', {
    breaks: 'A2A10-RPC-011',
    make: (impl, hit) => ({
      rpcResult(ctx, id, result) {
        const message = impl.rpcResult(ctx, id, result);
        return typeof result === 'object' && result !== null && 'statusUpdate' in result
          ? hit({ ...message, id: null })
          : message;
      },
    }),
  }),
  a2aQuirk('a2a.rpc.wrapped-task', {
    breaks: 'A2A10-RPC-014',
    also: [
      { id: 'A2A10-GET-002', why: 'the accepted twin is no bare task either' },
      { id: 'A2A10-DM-005', why: "the wrapper has none of a task's members" },
    ],
    make: (impl, hit) => ({
      async GetTask(ctx, call, request) {
        const task = await impl.GetTask(ctx, call, request);
        return call.binding === 'JSONRPC' ? (hit({ task }) as never) : task;
      },
    }),
  }),
];

/** An answer of the HTTP+JSON binding with its body changed. */
const restBody = (
  impl: A2AImpl,
  change: (body: Record<string, unknown>, answer: Answer) => Answer,
): Pick<A2AImpl, 'answerRest'> => ({
  async answerRest(ctx, request) {
    const answer = await impl.answerRest(ctx, request);
    return 'body' in answer && answer.body !== ''
      ? change(JSON.parse(answer.body) as Record<string, unknown>, answer)
      : answer;
  },
});

export const restQuirks = [
  a2aQuirk('a2a.rest.lacks-a-route', {
    breaks: 'A2A10-REST-001',
    make: (impl, hit) => ({
      matchRoute(ctx, verb, path) {
        if (path.endsWith('/extendedAgentCard')) throw hit(new HttpError('NOT_FOUND', `There is nothing at ${path}.`));
        return impl.matchRoute(ctx, verb, path);
      },
    }),
  }),
  a2aQuirk('a2a.rest.lacks-a-route-as-frameworks-say-it', {
    breaks: 'A2A10-REST-001',
    make: (impl, hit) => ({
      async answerRest(ctx, request) {
        if (!request.path.endsWith('/extendedAgentCard')) return impl.answerRest(ctx, request);
        const headers = { 'content-type': 'application/json' };
        return hit({ status: 404, headers, body: JSON.stringify({ detail: 'There is no such page' }) });
      },
    }),
  }),
  a2aQuirk('a2a.rest.plain-json', {
    breaks: 'A2A10-REST-002',
    make: (impl, hit) => ({
      restHeaders: (ctx, asked) => hit({ ...impl.restHeaders(ctx, asked), 'content-type': 'application/json' }),
    }),
  }),
  a2aQuirk('a2a.rest.errors-in-plain-json', {
    breaks: 'A2A10-REST-002',
    make: (impl, hit) =>
      restBody(impl, (_body, answer) =>
        answer.status >= 400
          ? hit({ ...answer, headers: { ...answer.headers, 'content-type': 'application/json' } })
          : answer,
      ),
  }),
  a2aQuirk('a2a.rest.takes-no-plain-json', {
    breaks: 'A2A10-REST-003',
    make: (impl, hit) => ({
      readRestRequest(ctx, request) {
        if (request.headers['content-type'] === 'application/json')
          throw hit(new A2AError('ContentTypeNotSupportedError', 'expected application/a2a+json'));
        return impl.readRestRequest(ctx, request);
      },
    }),
  }),
  a2aQuirk('a2a.rest.ignores-the-query', {
    breaks: 'A2A10-REST-004',
    also: [{ id: 'A2A10-LIST-008', why: 'the size of a page is in the query' }],
    make: (impl, hit) => ({
      readRestRequest: (ctx, request) =>
        request.verb === 'GET' && request.query.size > 0 ? hit({}) : impl.readRestRequest(ctx, request),
    }),
  }),
  a2aQuirk('a2a.rest.code-is-not-the-status', {
    breaks: 'A2A10-REST-005',
    make: (impl, hit) =>
      restBody(impl, (body, answer) =>
        answer.status >= 400
          ? hit({ ...answer, body: JSON.stringify({ error: { ...(body.error as object), code: -32_001 } }) })
          : answer,
      ),
  }),
  a2aQuirk('a2a.rest.no-error-info', {
    breaks: 'A2A10-REST-006',
    make: (impl, hit) => ({
      restErrorBody: (...args) => hit({ error: { ...impl.restErrorBody(...args).error, details: [] } }),
    }),
  }),
  a2aQuirk('a2a.rest.reason-in-camel-case', {
    breaks: 'A2A10-REST-006',
    make: (impl, hit) => ({
      restErrorBody(ctx, error) {
        const { error: body } = impl.restErrorBody(ctx, error);
        if (error.error !== 'TaskNotCancelableError') return { error: body };
        const details = body.details.map((detail) =>
          'reason' in detail ? { ...detail, reason: 'TaskNotCancelable' } : detail,
        );
        return { error: hit({ ...body, details }) };
      },
    }),
  }),
  a2aQuirk('a2a.rest.untyped-details', {
    breaks: 'A2A10-REST-007',
    also: [{ id: 'A2A10-ERR-002', why: 'the general rule', same: true }],
    make: (impl, hit) => ({
      restErrorBody(...args) {
        const { error } = impl.restErrorBody(...args);
        return hit({ error: { ...error, details: untyped(error.details) } });
      },
    }),
  }),
  a2aQuirk('a2a.rest.event-of-two-kinds', {
    breaks: 'A2A10-REST-009',
    make: (impl, hit) => ({
      restEvent(ctx, event) {
        if (!event.statusUpdate) return impl.restEvent(ctx, event);
        return hit({ ...event, message: { messageId: 'aside', role: 'ROLE_AGENT', parts: [{ text: 'By the way' }] } });
      },
    }),
  }),
  a2aQuirk('a2a.rest.bad-json-crashes', {
    breaks: 'A2A10-REST-011',
    make: (impl, hit) => ({
      readRestRequest(ctx, request) {
        try {
          return impl.readRestRequest(ctx, request);
        } catch (error) {
          throw error instanceof A2AError && error.error === 'JSONParseError'
            ? hit(new A2AError('InternalError', 'Internal error'))
            : error;
        }
      },
    }),
  }),
  a2aQuirk('a2a.rest.web-page-for-unknown-routes', {
    breaks: 'A2A10-REST-012',
    make: (impl, hit) =>
      restBody(impl, (body, answer) =>
        answer.status === 404 && JSON.stringify(body).includes('"NOT_FOUND","domain"')
          ? hit({ status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not found</h1>' })
          : answer,
      ),
  }),
  a2aQuirk('a2a.rest.subscribes-by-get-only', {
    breaks: 'A2A10-SUB-007',
    make: (impl, hit) => ({
      matchRoute(ctx, verb, path) {
        if (verb === 'POST' && path.endsWith(':subscribe'))
          throw hit(new HttpError('METHOD_NOT_ALLOWED', `${path}: expected GET`, { allow: 'GET' }));
        return impl.matchRoute(ctx, verb, path);
      },
    }),
  }),
  a2aQuirk('a2a.rest.no-bad-request', {
    breaks: 'A2A10-REST-008',
    make: (impl, hit) => ({
      restErrorBody(...args) {
        const { error } = impl.restErrorBody(...args);
        const details = error.details.filter((detail: Detail) => !detail['@type']?.endsWith('BadRequest'));
        return { error: details.length < error.details.length ? hit({ ...error, details }) : error };
      },
    }),
  }),
  a2aQuirk('a2a.rest.cancel-wants-a-body', {
    breaks: 'A2A10-REST-014',
    make: (impl, hit) => ({
      readRestRequest(ctx, request) {
        if (request.path.endsWith(':cancel') && request.body.toString() === '{}')
          throw hit(invalidParams([{ field: 'id', description: 'id: expected a string, got nothing' }]));
        return impl.readRestRequest(ctx, request);
      },
    }),
  }),
  a2aQuirk('a2a.rest.tenant-that-is-not-served', {
    breaks: 'A2A10-REST-013',
    make: (impl, hit) => ({
      card(ctx) {
        const card = impl.card(ctx);
        const { url, tenant } = card.supportedInterfaces[0]!;
        if (!tenant) return card;
        const nowhere = { url, protocolBinding: 'HTTP+JSON', protocolVersion: '1.0', tenant: 'nowhere' };
        return hit({ ...card, supportedInterfaces: [...card.supportedInterfaces, nowhere] });
      },
    }),
  }),
];
