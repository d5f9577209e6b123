import { compile } from 'json-schema-to-typescript';
import { mapValues } from './for-ajv.ts';
import { forTypes } from './for-types.ts';
import { messagesOf, type MessageSchema } from './schema.ts';
import { SpecError, type SpecFile } from './spec-file.ts';

/** TypeScript types for every definition, under the names of the protocol. */
export async function emitModels({ file, value: { $defs } }: SpecFile<MessageSchema>): Promise<string> {
  const names = Object.keys($defs);
  const types = await compile(
    {
      title: 'Definitions',
      description: 'Every type by its name.',
      type: 'object',
      required: names,
      properties: Object.fromEntries(names.map((name) => [name, { $ref: `#/$defs/${name}` }])),
      $defs: mapValues($defs, (schema, name) => forTypes(schema, name)),
    },
    'Definitions',
    { additionalProperties: false, bannerComment: '', ignoreMinAndMaxItems: true },
  );
  for (const name of names)
    if (!new RegExp(`^export (?:interface|type) ${name}\\b`, 'm').test(types))
      throw new SpecError(
        `${file}: json-schema-to-typescript makes no type ${name}; give the definition another name.`,
      );
  const lists = Object.entries($defs).flatMap(([name, schema]) =>
    schema.enum ? `export const ${plural(name)} = ${JSON.stringify(schema.enum)} as const satisfies ${name}[];\n` : [],
  );
  const messages = messagesOf($defs).map((name) => `\n  | '${name}'`);
  return [
    types,
    ...lists,
    `export type MessageName =${messages.join('') || ' never'};\n`,
    '/** Every message by its name. */\nexport type Models = Pick<Definitions, MessageName>;\n',
  ].join('\n');
}

/** `TaskState` -> `TASK_STATES` */
const plural = (name: string): string => `${name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()}S`;
