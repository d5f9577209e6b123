import { JSON_MEDIA_TYPE } from '@agentproto/protocol/a2a/1.0';
import { type ReadResponse, readResponse, requestMessage } from '@agentproto/wire/json-rpc';
import { MalformedResponseError } from '../errors.ts';
import type { Binding } from './binding.ts';
import { fromRpcError } from './error.ts';

/** §9: one POST to one url for every operation. */
export function jsonRpc(url: string): Binding {
  let id = 0;
  return (method, params) => {
    const ownId = ++id;
    return [
      {
        method: 'POST',
        url,
        mediaType: JSON_MEDIA_TYPE,
        body: JSON.stringify(requestMessage(ownId, method, params)),
        result(answer, httpStatus, where, report) {
          let read = readResponse(answer, ownId);
          if (read.kind === 'malformed') {
            const { reason } = read;
            read = mended(answer, ownId);
            if (read.kind === 'malformed')
              throw new MalformedResponseError('a JSON-RPC response', where, JSON.stringify(answer));
            report('envelope', `${where}: ${reason}`);
          }
          if (read.kind === 'error') throw fromRpcError(read.error, httpStatus, where);
          return read.result;
        },
      },
    ];
  };
}

/** The answer to this request, were its envelope in order: one HTTP answer can belong to no other request. */
function mended(answer: unknown, id: number): ReadResponse {
  if (typeof answer !== 'object' || answer === null) return readResponse(answer, id);
  const { result, error } = answer as { result?: unknown; error?: unknown };
  return readResponse({ jsonrpc: '2.0', id, ...(error ? { error } : result !== undefined && { result }) }, id);
}
