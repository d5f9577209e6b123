import { ConnectionError } from './failure.ts';

/**
 * A part of the client that comes with its first use: an app that has no use of it does not load it. Throws
 * `ConnectionError` where it cannot be had; what needs it was then not sent. The next use tries again.
 */
export function late<Part>(load: () => Promise<Part>): () => Promise<Part> {
  let part: Promise<Part> | undefined;
  return () =>
    (part ??= load().catch((cause: unknown) => {
      part = undefined;
      throw new ConnectionError('a part of the client could not be loaded', { cause, nothingSent: true });
    }));
}
