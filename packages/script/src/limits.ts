/** What a script may ask for. The parser enforces it, so that no carrier can make a server wait or allocate without end. */
export const LIMITS = {
  /** Characters of a script as text. */
  scriptLength: 16 * 1024 * 1024,
  /** Steps of a script, over all turns. */
  steps: 1_000,
  /** Follow-up turns of a script. */
  turns: 32,
  /** Milliseconds of one `sleep` or `hold`. */
  waitMs: 60_000,
  /** Milliseconds of all `sleep` and `hold` steps of a turn together. */
  turnWaitMs: 600_000,
  /** Bytes of all `pad` steps of a turn together. */
  padBytes: 10 * 1024 * 1024,
  /** Chunks of all `pad` steps of a turn together. */
  padChunks: 10_000,
  /** Characters of one text. */
  textLength: 1024 * 1024,
  /** Base64 characters of one `raw` part. */
  rawLength: 10 * 1024 * 1024,
  /** Characters of one URL. */
  urlLength: 8_192,
  /** Characters of an id, a name, a media type or a file name. */
  nameLength: 256,
  /** Parts of one artifact or reply. */
  parts: 256,
  /** Calls of one `tool` step. */
  toolCalls: 64,
  /** Tokens in one number of a `usage` step. */
  tokens: 1_000_000_000,
  /** How deep a JSON value may be nested. */
  jsonDepth: 64,
} as const;
