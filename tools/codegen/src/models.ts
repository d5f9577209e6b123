import { compile } from 'json-schema-to-typescript';
import ts from 'typescript';
import { mapValues } from './for-ajv.ts';
import { forTypes } from './for-types.ts';
import type { Kept } from './kept.ts';
import { messagesOf, type MessageSchema } from './schema.ts';
import { SpecError, type SpecFile } from './spec-file.ts';

/**
 * TypeScript types for every definition, under the names of the protocol. Those that are `kept` from another revision are
 * its own, so that a type is there once, for the compiler as for who installs it.
 */
export async function emitModels({ file, value: { $defs } }: SpecFile<MessageSchema>, kept?: Kept): Promise<string> {
  const names = Object.keys($defs);
  const made = await compile(
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
  const types = made.replaceAll(ONE_LINE, '/** $1 */');
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
    ...(kept && kept.names.size > 0 ? [handedOn(kept, names), without(kept.names, types)] : [types]),
    ...lists,
    `export type MessageName =${messages.join('') || ' never'};\n`,
    '/** Every message by its name. */\nexport type Models = Pick<Definitions, MessageName>;\n',
  ].join('\n');
}

/** A comment of one line, over three. */
const ONE_LINE = /\/\*\*\n *\* (.*)\n *\*\//g;

function handedOn({ names: kept, folder }: Kept, names: readonly string[]): string {
  const list = names.filter((name) => kept.has(name)).join(', ');
  return `import type { ${list} } from '${folder}/models.ts';\n\nexport type { ${list} };\n`;
}

/** The text without the declarations of some names, and what is said of them. */
function without(names: ReadonlySet<string>, text: string): string {
  const { statements } = ts.createSourceFile('models.ts', text, ts.ScriptTarget.Latest);
  return statements
    .filter(
      (node) => !(ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) || !names.has(node.name.text),
    )
    .map((node) => text.slice(node.pos, node.end))
    .join('');
}

/** `TaskState` -> `TASK_STATES` */
const plural = (name: string): string => `${name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()}S`;
