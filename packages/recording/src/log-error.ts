export type LogErrorCode =
  /** The first line is not the header of such a file, or its version is another. */
  | 'not-this-format'
  /** A line is not what belongs at its place. */
  | 'bad-line'
  /** The file stops before its footer. */
  | 'truncated'
  /** Something was changed after the file was written. */
  | 'edited'
  /** The log was closed before. */
  | 'closed';

/** A log file cannot be read, or not be written any more. */
export class LogError extends Error {
  override readonly name = 'LogError';
  readonly code: LogErrorCode;
  /** Counts from 1. */
  readonly line: number | undefined;

  constructor(code: LogErrorCode, message: string, options: { line?: number; cause?: unknown } = {}) {
    super(options.line === undefined ? message : `line ${options.line}: ${message}`, { cause: options.cause });
    this.code = code;
    this.line = options.line;
  }
}
