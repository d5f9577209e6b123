import { JSON_MEDIA_TYPE } from '@agentproto/protocol/a2a/1.0';
import type { StreamResponse } from '@agentproto/protocol/a2a/1.0';
import { errorMessage, readRequest, resultMessage } from '@agentproto/wire/json-rpc';
import type { ReadRequest, RpcError, RpcId } from '@agentproto/wire/json-rpc';
import type { Answer, StreamAnswer } from '../answer.ts';
import { parseJsonBody } from '../body.ts';
import type { HttpError } from '../http-error.ts';
import type { A2AContext } from './context.ts';
import type { HttpRequest } from './call.ts';
import { A2AError } from './a2a-error.ts';
import type { ErrorName } from './a2a-error.ts';
import { SseAnswer } from './sse.ts';

/** The JSON-RPC binding (§9): every answer has the status 200, unless HTTP itself refuses the request. */
export async function answerRpc(ctx: A2AContext, request: HttpRequest): Promise<Answer | StreamAnswer> {
  const { impl } = ctx;
  let id: RpcId = null;
  try {
    impl.checkContentType(ctx, request.headers);
    const read = impl.readRpcRequest(ctx, request.body);
    if (!read.ok) {
      id = read.id;
      throw new A2AError(read.error.code === -32700 ? 'JSONParseError' : 'InvalidRequestError', read.error.message);
    }
    const { method, params } = read.request;
    id = read.request.id ?? null;
    const {
      call,
      method: operation,
      result,
      items,
    } = await impl.dispatch(ctx, { binding: 'JSONRPC', method, params, request });
    const extensions = impl.extensionHeaders(ctx, call.extensions);
    if (!items) {
      return {
        status: 200,
        headers: { ...impl.rpcHeaders(ctx), ...call.headers, ...extensions },
        body: JSON.stringify(impl.rpcResult(ctx, id, impl.writeResult(ctx, 'JSONRPC', operation, result))),
        fault: call.fault,
      };
    }
    return new RpcStream(ctx, id, { left: request.left, headers: extensions, items });
  } catch (error) {
    return rpcFailure(ctx, id, error);
  }
}

class RpcStream extends SseAnswer {
  readonly #id: RpcId;

  constructor(ctx: A2AContext, id: RpcId, stream: ConstructorParameters<typeof SseAnswer>[1]) {
    super(ctx, stream);
    this.#id = id;
  }

  protected data(event: StreamResponse): string {
    const { ctx } = this;
    return JSON.stringify(ctx.impl.rpcResult(ctx, this.#id, ctx.impl.writeEvent(ctx, 'JSONRPC', event)));
  }

  protected failureData(error: unknown): string {
    const { ctx } = this;
    return JSON.stringify(ctx.impl.rpcError(ctx, this.#id, errorObject(ctx, ctx.impl.told(ctx, error))));
  }
}

/** Any failure as an answer. */
export function rpcFailure(ctx: A2AContext, id: RpcId, error: unknown): Answer {
  const known = ctx.impl.told(ctx, error);
  const { status, headers } =
    known instanceof A2AError ? { status: 200, headers: {} } : { status: known.statusCode, headers: known.headers };
  return {
    status,
    headers: { ...ctx.impl.rpcHeaders(ctx), ...headers },
    body: JSON.stringify(ctx.impl.rpcError(ctx, id, errorObject(ctx, known))),
  };
}

function errorObject(ctx: A2AContext, error: A2AError | HttpError): RpcError {
  return ctx.impl.rpcErrorObject(ctx, error instanceof A2AError ? error : httpAsRpc(error));
}

/** What HTTP refuses has no code of its own in JSON-RPC. */
function httpAsRpc({ statusCode, code, message }: HttpError): A2AError {
  const name: ErrorName = statusCode >= 500 ? 'InternalError' : 'InvalidRequestError';
  return new A2AError(name, message, { reason: code });
}

/** The request in a body. Without an id it would be a notification, which A2A does not have. */
export function readRpcRequest(_ctx: A2AContext, body: Buffer): ReadRequest {
  let value: unknown;
  try {
    value = parseJsonBody(body);
  } catch (error) {
    return {
      ok: false,
      id: null,
      error: { code: -32700, message: `Invalid JSON payload: ${(error as SyntaxError).message}` },
    };
  }
  const read = readRequest(value);
  if (!read.ok || read.request.id !== undefined) return read;
  return {
    ok: false,
    id: null,
    error: { code: -32600, message: 'Invalid Request: id: expected a string or a number, got nothing' },
  };
}

export const rpcHeaders = (_ctx: A2AContext): Record<string, string> => ({ 'content-type': JSON_MEDIA_TYPE });

/** The envelope of a result; on a stream, of each event (§9.4.2). */
export const rpcResult = (_ctx: A2AContext, id: RpcId, result: unknown): object => resultMessage(id, result);

export const rpcError = (_ctx: A2AContext, id: RpcId, error: RpcError): object => errorMessage(id, error);
