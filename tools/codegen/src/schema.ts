/** The part of JSON Schema 2020-12 that specs/ uses. The generator refuses what is not here. */
export type Schema = false | SchemaObject;

export interface SchemaObject {
  $ref?: string;
  description?: string;
  deprecated?: boolean;
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | true;
  items?: SchemaObject;
  minItems?: number;
  minLength?: number;
  minimum?: number;
  maximum?: number;
  pattern?: string;
  format?: string;
  contentEncoding?: string;
  enum?: string[];
  /** An exactly-one union: each variant requires one member and forbids the others' (`other: false`). */
  oneOf?: SchemaObject[];
  /** What a value must be, in words, where a pattern or format would say it badly. */
  'x-expected'?: string;
}

export interface MessageSchema {
  title: string;
  $defs: Record<string, SchemaObject>;
}

/** A message of the protocol, as opposed to an enum, a scalar or a free object. */
export const isMessage = (schema: SchemaObject): boolean =>
  schema.properties !== undefined || schema.oneOf !== undefined;

export const refName = (ref: string): string => ref.replace(/^#\/\$defs\//, '');
