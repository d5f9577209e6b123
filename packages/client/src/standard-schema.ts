/**
 * What libraries of schemas agree upon (standardschema.dev), as far as it is used here: none of them is needed, and any will
 * do. The JSON Schema of one is an extension that not all have.
 */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
    readonly jsonSchema?:
      | { readonly input: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown> }
      | undefined;
  };
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export function isStandardSchema(value: unknown): value is StandardSchema {
  // Some libraries' schemas are functions.
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as Partial<StandardSchema>)['~standard']?.validate === 'function';
}

/** `a.0.b: expected a text; …` */
export function issuesSaid(issues: readonly StandardIssue[]): string {
  return issues
    .slice(0, 5)
    .map(({ message, path = [] }) => {
      const at = path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
      return at ? `${at}: ${message}` : message;
    })
    .join('; ');
}
