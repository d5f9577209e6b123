/** The part of JSON Schema 2020-12 that specs/ uses. The generator refuses what is not here. */
export type Schema = false | SchemaObject;

export type JsonType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null';

export interface SchemaObject {
  $ref?: string;
  description?: string;
  deprecated?: boolean;
  type?: JsonType | JsonType[];
  const?: string;
  required?: string[];
  properties?: Record<string, Schema>;
  /** Unknown members are allowed without it; `true` beside `properties` puts them into the type. */
  additionalProperties?: Schema | true;
  items?: SchemaObject;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  maxProperties?: number;
  propertyNames?: { maxLength: number };
  minimum?: number;
  maximum?: number;
  pattern?: string;
  format?: string;
  contentEncoding?: string;
  enum?: string[];
  /** References to definitions whose members are there, too. */
  allOf?: SchemaObject[];
  /**
   * References only: a union by tag, whose variants have one member with a `const` each; one may do without the tag
   * (it is not required there), and the last may take what the others leave (the tag has a `pattern`). Else an
   * exactly-one union: each variant requires one member and forbids the others' (`other: false`).
   */
  oneOf?: SchemaObject[];
  /** A union by JSON type: no two variants take the same type. */
  anyOf?: SchemaObject[];
  /** What a value must be, in words, where a pattern or format would say it badly. */
  'x-expected'?: string;
  /** The type in TypeScript, where a schema cannot say it: `${string}:${string}`. */
  'x-type'?: string;
}

export type Definitions = Record<string, SchemaObject>;

export interface MessageSchema {
  title: string;
  $defs: Definitions;
}

/** The messages of the protocol, as opposed to enums, scalars and free objects. */
export function messagesOf($defs: Definitions): string[] {
  const isMessage = ({ $ref, properties, oneOf }: SchemaObject): boolean =>
    $ref === undefined ? properties !== undefined || oneOf !== undefined : isMessage($defs[refName($ref)] ?? {});
  return Object.keys($defs).filter((name) => isMessage($defs[name]!));
}

export const refName = (ref: string): string => ref.replace(/^#\/\$defs\//, '');
