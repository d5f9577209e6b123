import { tracingChannel } from 'node:diagnostics_channel';
import type { ClientResponse, Send } from './raw.ts';

/** What the subscribers of `tracing:agentproto:client:request:*` are given; the same object from `start` to `asyncEnd`. */
export interface RequestTrace {
  operation: string | undefined;
  attempt: number | undefined;
  method: string;
  /** Origin and path: a query can hold secrets. */
  url: string;
  /** Once the head of the answer has come. */
  status?: number;
  requestId?: string | undefined;
}

const channel = tracingChannel<RequestTrace>('agentproto:client:request');

/** Publishes every request, from its sending to the head of its answer; costs nothing where nobody listens. */
export function traced(send: Send): Send {
  return (request) => {
    if (!channel.hasSubscribers) return send(request);
    const { operation, attempt, method, url } = request;
    const { origin, pathname } = new URL(url);
    const trace: RequestTrace = { operation, attempt, method, url: origin + pathname };
    const sent = async (): Promise<ClientResponse> => {
      const response = await send(request);
      trace.status = response.status;
      trace.requestId = response.headers.get('x-request-id') ?? undefined;
      return response;
    };
    return channel.tracePromise(sent, trace);
  };
}
