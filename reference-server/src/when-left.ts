import type { ServerResponse } from 'node:http';
import { LateAbort } from './late-abort.ts';
import type { ServerContext } from './server-context.ts';

/** Aborts when the caller has left, or the server closes. Until somebody asks for the signal nothing is listened to. */
export function whenLeft(
  { whenClosing }: Pick<ServerContext, 'whenClosing'>,
  response: ServerResponse,
): { readonly signal: AbortSignal } {
  let left: LateAbort | undefined;
  return {
    get signal() {
      if (!left) {
        const abort = (left = new LateAbort());
        if (response.destroyed && !response.writableFinished) abort.abort();
        const forget = whenClosing(() => abort.abort());
        response.once('close', () => {
          forget();
          if (!response.writableFinished) abort.abort();
        });
      }
      return left.signal;
    },
  };
}
