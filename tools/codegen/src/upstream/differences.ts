/** JSON Schema, as far as both documents use it. */
export interface UpstreamSchema {
  $ref?: string;
  type?: string | string[];
  const?: string;
  enum?: string[];
  required?: string[];
  properties?: Record<string, UpstreamSchema | false>;
  items?: UpstreamSchema;
  additionalProperties?: UpstreamSchema | boolean;
  allOf?: UpstreamSchema[];
  oneOf?: UpstreamSchema[];
  anyOf?: UpstreamSchema[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  minLength?: number;
  maxItems?: number;
  minItems?: number;
  maxProperties?: number;
  pattern?: string;
}
type Definitions = Record<string, UpstreamSchema>;

/** What we call what upstream calls otherwise. */
const NAMES: Record<string, string> = {
  CompactResponseMethodPublicBody: 'CompactResponseBody',
  EmptyModelParam: 'JsonSchema',
  Error: 'ResponseError',
  ErrorStreamingEvent: 'ErrorStreamingEvent',
  FunctionCallItemStatus: 'ItemStatus',
  FunctionCallOutputStatusEnum: 'ItemStatus',
  FunctionCallStatus: 'ItemStatus',
  InputImageContentParamAutoParam: 'InputImageContentParam',
  InputTextContentParam: 'InputTextContent',
  MessageStatus: 'ItemStatus',
  MetadataParam: 'Metadata',
  ReasoningSummaryContentParam: 'SummaryTextContent',
  RefusalContentParam: 'RefusalContent',
  ResponsesToolParam: 'ToolParam',
  UrlCitationBody: 'UrlCitation',
  UrlCitationParam: 'UrlCitation',
  VerbosityEnum: 'VerbosityLevel',
  DetailEnum: 'ImageDetail',
  UserMessageItemParam: 'MessageItemParam',
  SystemMessageItemParam: 'MessageItemParam',
  DeveloperMessageItemParam: 'MessageItemParam',
  AssistantMessageItemParam: 'MessageItemParam',
};
const nameOf = (upstream: string): string =>
  NAMES[upstream] ?? upstream.replace(/StreamingEvent$/, 'Event').replace(/Enum$/, '');

/** Everything in which our definitions say something else than upstream's, a sentence each. */
export function differences(upstream: Definitions, ours: Definitions): string[] {
  const theirs = reader(upstream, nameOf);
  const own = reader(ours, (name) => name);
  return Object.entries(upstream).flatMap(([name, schema]) => {
    const ourName = nameOf(name);
    const definition = ours[ourName];
    if (!definition) return [`${name}: we have no ${ourName}`];
    const at = `${name}: `;
    if (!schema.properties && !schema.allOf) return compared(at, theirs.shape(schema), own.shape(definition));
    const [a, b] = [theirs.members(schema), own.members(definition)];
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((member) =>
      compared(`${name}.${member}: `, a[member] ?? 'nothing', b[member] ?? 'nothing'),
    );
  });
}

const compared = (at: string, theirs: string, ours: string): string[] =>
  theirs === ours ? [] : [`${at}${theirs} / ${ours}`];

function reader(definitions: Definitions, rename: (name: string) => string) {
  /** Each member with its shape; `*` after one that is required. */
  function members(schema: UpstreamSchema): Record<string, string> {
    const { allOf = [], required = [], properties = {} } = schema;
    const bases = allOf.map((base) => members(base.$ref === undefined ? base : (definitions[last(base.$ref)] ?? {})));
    const own = Object.entries(properties).map(([member, value]) => [
      member,
      shape(value) + (required.includes(member) ? '*' : ''),
    ]);
    return Object.assign({}, ...bases, Object.fromEntries(own)) as Record<string, string>;
  }

  /** A schema in one line: alternatives in order, wrappers gone. */
  function shape(schema: UpstreamSchema | false): string {
    return schema === false ? 'never' : [...new Set(alternatives(schema))].toSorted().join(' | ') || 'any';
  }

  function alternatives(schema: UpstreamSchema): string[] {
    const { $ref, allOf, oneOf, anyOf, type, enum: values, const: value, items, additionalProperties } = schema;
    if ($ref !== undefined) {
      const target = definitions[last($ref)];
      // A message has a name; what only stands for others is as good as they are.
      return !target || target.properties || target.allOf || target.additionalProperties
        ? [rename(last($ref))]
        : alternatives(target);
    }
    const several =
      oneOf ?? anyOf ?? (allOf && allOf.filter((one) => Object.keys(one).some((key) => key !== 'description')));
    if (several) return several.flatMap(alternatives);
    if (value !== undefined) return [`=${value}`];
    if (values) return values.map((one) => `=${one}`);
    return [type ?? []].flat().map((one) => {
      if (one === 'array') return `[${items ? shape(items) : 'any'}]${limits(schema)}`;
      if (one === 'null') return one;
      if (one === 'object' && typeof additionalProperties === 'object') return `{${shape(additionalProperties)}}`;
      return one + limits(schema);
    });
  }

  return { members, shape };
}

const last = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);

function limits(schema: UpstreamSchema): string {
  const keys = [
    'minimum',
    'maximum',
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
    'maxProperties',
    'pattern',
  ] as const;
  const said = keys.flatMap((key) => (schema[key] === undefined ? [] : [`${key} ${schema[key]}`]));
  return said.length > 0 ? `(${said.join(', ')})` : '';
}
