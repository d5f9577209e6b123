/** Options that cannot be. The message says what was expected and what came. */
export class ServerOptionsError extends Error {
  override readonly name = 'ServerOptionsError';
}
