export type ScriptErrorCode =
  /** The text is no JSON. */
  | 'SCRIPT_JSON'
  /** A value has the wrong type. */
  | 'SCRIPT_TYPE'
  /** A value is of the right type, and not one of the allowed ones. */
  | 'SCRIPT_VALUE'
  /** A step's kind is unknown, missing, or not the only one. */
  | 'SCRIPT_STEP'
  /** An object has a member that is unknown here, or lacks one. */
  | 'SCRIPT_MEMBER'
  /** A step stands where no step may stand. */
  | 'SCRIPT_ORDER'
  /** Too many, too long or too deep; see `LIMITS`. */
  | 'SCRIPT_LIMIT'
  /** The arguments of an `@name` preset cannot be read. */
  | 'SCRIPT_PRESET';

/** A script that cannot be run. Its message says where, what was expected, and what came. */
export class ScriptError extends Error {
  readonly code: ScriptErrorCode;
  /** Such as `steps[2].hold.until`; empty for the script itself. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;

  constructor(code: ScriptErrorCode, path: string, expected: string, got: string) {
    super(`${path || 'script'}: expected ${expected}; got ${got}`);
    this.name = 'ScriptError';
    this.code = code;
    this.path = path;
    this.expected = expected;
    this.got = got;
  }
}
