import type { ServerResponse } from 'node:http';
import type { ServerContext } from './server-context.ts';

/** Aborts when the caller has left, or the server closes. */
export function whenLeft({ whenClosing }: Pick<ServerContext, 'whenClosing'>, response: ServerResponse): AbortSignal {
  const left = new AbortController();
  const stop = () => left.abort();
  const forget = whenClosing(stop);
  response.once('close', () => {
    forget();
    if (!response.writableFinished) stop();
  });
  return left.signal;
}
