import { createRequire } from 'node:module';
import { _, Ajv, stringify, type CodeKeywordDefinition, type JSONType } from 'ajv';
import { and } from 'ajv/dist/compile/codegen/index.js';
import { checkDataType } from 'ajv/dist/compile/validate/dataType.js';
import standalone from 'ajv/dist/standalone/index.js';
import formats from 'ajv-formats';
import { rolldown } from 'rolldown';
import { forAjv, mapValues } from './for-ajv.ts';
import { messagesOf, type MessageSchema } from './schema.ts';
import { SpecError, type SpecFile } from './spec-file.ts';

const require = createRequire(import.meta.url);

/** A loop of a validator ends once so many faults are found: a hostile body costs no more than a good one. */
const MAX_FAULTS = 20;

/** Exactly one of the named members is there. */
const exactlyOne: CodeKeywordDefinition = {
  keyword: 'exactlyOne',
  type: 'object',
  schemaType: 'array',
  error: { message: '', params: ({ schema }) => _`{members: ${stringify(schema)}}` },
  code(cxt) {
    const count = cxt.gen.let('count', 0);
    for (const member of cxt.schema as string[])
      cxt.gen.if(_`${cxt.data}[${member}] !== undefined`, () => cxt.gen.add(count, 1));
    cxt.fail(_`${count} !== 1`);
  },
};

/**
 * Goes on with the one schema that is meant for the value: by its JSON type or, where the schema names a `tag`, by the
 * value of that member. What fits no case is not its concern.
 */
const cases: CodeKeywordDefinition = {
  keyword: 'cases',
  schemaType: 'object',
  code(cxt) {
    const tag = (cxt.parentSchema as { tag?: string }).tag;
    const untagged = (cxt.parentSchema as { untagged?: string }).untagged;
    for (const name of Object.keys(cxt.schema as object)) {
      const meant =
        tag === undefined
          ? checkDataType(name as JSONType, cxt.data, cxt.it.opts.strictNumbers)
          : name === untagged
            ? _`typeof ${cxt.data} == "object" && (${cxt.data}?.[${tag}] ?? ${name}) === ${name}`
            : _`${cxt.data}?.[${tag}] === ${name}`;
      cxt.gen.if(meant, () => cxt.subschema({ keyword: 'cases', schemaProp: name }, cxt.gen.name('valid')));
    }
  },
};

/** Goes on with the schema where the tag is a text that no case is for. */
const rest: CodeKeywordDefinition = {
  keyword: 'rest',
  schemaType: 'object',
  code(cxt) {
    const { tag, cases: known } = cxt.parentSchema as { tag: string; cases: object };
    const other = and(
      _`typeof ${cxt.data}?.[${tag}] == "string"`,
      ...Object.keys(known).map((name) => _`${cxt.data}[${tag}] !== ${name}`),
    );
    cxt.gen.if(other, () => cxt.subschema({ keyword: 'rest' }, cxt.gen.name('valid')));
  },
};

/** The value fits `schema`; if not, that is one fault, told as `expected`. */
const means: CodeKeywordDefinition = {
  keyword: 'means',
  schemaType: 'object',
  trackErrors: true,
  error: { message: '', params: ({ schema }) => _`{expected: ${(schema as { expected: string }).expected}}` },
  code(cxt) {
    const valid = cxt.gen.name('valid');
    cxt.subschema(
      { keyword: 'means', schemaProp: 'schema', compositeRule: true, createErrors: false, allErrors: false },
      valid,
    );
    cxt.result(valid, undefined, () => {
      cxt.reset();
      cxt.error();
    });
  },
};

/**
 * Validators compiled ahead of time: an ES module without Ajv, `require` or `new Function`. The files of others that
 * went into it are added to `modules`.
 */
export async function emitValidators(
  { file, value: { $defs } }: SpecFile<MessageSchema>,
  modules = new Set<string>(),
): Promise<string> {
  const messages = messagesOf($defs);
  const code = compile(
    mapValues($defs, (definition, name) => forAjv(name, definition, $defs)),
    messages,
    file,
  );
  const bounded = code.replaceAll(
    /\bfor\s*\((?:[^()]|\([^()]*\))*\)\s*\{/g,
    (loop) => `${loop}if (errors >= ${MAX_FAULTS}) break;`,
  );
  const table = await bundle(
    `${bounded.replaceAll('export const ', 'const ')}\nexport default { ${messages.join(', ')} };`,
    modules,
  );
  return [
    '// @ts-nocheck',
    "import type { CompiledValidator } from '../../../violation.ts';",
    '',
    `export type MessageName = ${messages.map((name) => `'${name}'`).join(' | ')};\n`,
    `export const validators: { readonly [Name in MessageName]: CompiledValidator } = ${table}`,
  ].join('\n');
}

/** Ajv's own code: one function for each definition, one export for each message. */
function compile($defs: Record<string, unknown>, messages: string[], file: string): string {
  // Not Ajv2020: the keywords that are left mean the same in both, and its code keeps no books on unevaluated members.
  const ajv = new Ajv({
    allErrors: true,
    messages: false,
    inlineRefs: false,
    strict: true,
    allowUnionTypes: true,
    code: { source: true, esm: true },
  });
  formats.default(ajv, ['date-time', 'uri']);
  ajv
    .addKeyword(exactlyOne)
    .addKeyword(means)
    .addKeyword('tag')
    .addKeyword('untagged')
    .addKeyword(cases)
    .addKeyword(rest);
  try {
    ajv.addSchema({ $id: 'spec', $defs });
    return standalone.default(ajv, Object.fromEntries(messages.map((name) => [name, `spec#/$defs/${name}`])));
  } catch (error) {
    throw new SpecError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Draws in the few run-time functions that Ajv's code asks for, and makes the module's default export one expression. */
async function bundle(code: string, modules: Set<string>): Promise<string> {
  const entry = '\0validators';
  const build = await rolldown({
    input: entry,
    platform: 'neutral',
    resolve: { mainFields: ['main'] },
    // Ajv's code asks for files of `ajv` and `ajv-formats`: found from here, never left to the run time.
    plugins: [
      {
        name: 'entry',
        resolveId: (id, importer) => (id === entry ? id : importer === entry ? require.resolve(id) : null),
        load: (id) => (id === entry ? code : null),
      },
    ],
  });
  try {
    const { output } = await build.generate({ format: 'iife', name: 'bundle', exports: 'default', minify: true });
    const expression = /^(?:"use strict";\s*)?var bundle\s*=\s*([^]*)$/.exec(output[0].code)?.[1];
    for (const id of output[0].moduleIds) if (id !== entry) modules.add(id);
    if (expression === undefined)
      throw new Error(`rolldown no longer writes \`var bundle = …\`: ${output[0].code.slice(0, 80)}`);
    return `/* @__PURE__ */ ${expression}`;
  } finally {
    await build.close();
  }
}
