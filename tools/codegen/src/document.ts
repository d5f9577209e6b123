import type { OpenApi } from './paths.ts';
import type { Definitions } from './schema.ts';

/** openapi.yaml with the definitions that it refers to, in whichever file, of whichever revision, they stand: one document of OpenAPI 3.1. */
export function wholeDocument({ components, ...document }: OpenApi, $defs: Definitions = {}): string {
  const schemas = { ...components?.schemas, ...$defs };
  return JSON.stringify({ ...document, components: { ...components, schemas } }).replaceAll(
    /"[^"#]*#\/\$defs\//g,
    '"#/components/schemas/',
  );
}
