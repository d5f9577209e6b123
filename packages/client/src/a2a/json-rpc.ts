import { JSON_MEDIA_TYPE } from '@agentproto/protocol/a2a/1.0';
import { readResponse, requestMessage } from '@agentproto/wire/json-rpc';
import { MalformedResponseError } from '../errors.ts';
import type { WireCall } from './binding.ts';
import { fromError, isInShape } from './error.ts';
import { isObject } from '../json.ts';

/** §9: one POST to one url for every operation. */
export function jsonRpc(url: string): (method: string, params: object | undefined) => WireCall[] {
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
          if (isResult(answer, ownId)) return answer.result;
          const read = readResponse(answer, ownId);
          if (read.kind === 'result') return read.result;
          if (read.kind === 'error') throw fromError(read.error, httpStatus, where, false);
          const { jsonrpc, result, error } = (answer ?? {}) as { jsonrpc?: unknown; result?: unknown; error?: unknown };
          // One HTTP answer can belong to no other request, whatever its envelope says.
          if (error) {
            report(isInShape(error) ? 'envelope' : 'error-shape', `${where}: ${read.reason}`);
            throw fromError(error, httpStatus, where, false);
          }
          // Some servers leave the whole envelope away, or a null that is all there is to say.
          const bare = result === undefined && jsonrpc === undefined && isObject(answer);
          if (result === undefined && !bare && !/delete/i.test(method))
            throw new MalformedResponseError('a JSON-RPC response', String(where), JSON.stringify(answer));
          report('envelope', `${where}: ${read.reason}`);
          return bare ? answer : result;
        },
      },
    ];
  };
}

/** What nearly every answer is, seen without a look at anything else: streams ask it for every event. */
function isResult(answer: unknown, id: number): answer is { result: unknown } {
  if (!isObject(answer)) return false;
  const { jsonrpc, result, error } = answer;
  return jsonrpc === '2.0' && answer['id'] === id && result !== undefined && error === undefined;
}
