/** One way in which a value is not what the schema says. */
export interface Violation {
  /** JSON pointer (RFC 6901) to the value, or to where it should be; empty for the whole. */
  pointer: string;
  /** The same place as people and google.rpc.BadRequest write it: `message.parts[0].text`; empty for the whole. */
  field: string;
  expected: string;
  got: string;
  /** All of it in one sentence. */
  message: string;
}

/** What the generator makes of one message: Ajv's standalone code. */
export interface CompiledValidator {
  (value: unknown): boolean;
  errors?: readonly ValidatorError[] | null;
}

export interface ValidatorError {
  keyword: string;
  instancePath: string;
  params: Record<string, unknown>;
}

const MAX_VIOLATIONS = 20;
const MAX_SHOWN = 60;

/** What is wrong with `value`, at most 20 violations in the order of the schema; empty when it is valid. */
export function violationsOf(name: string, validator: CompiledValidator, value: unknown): Violation[] {
  if (validator(value)) return [];
  return (validator.errors ?? []).slice(0, MAX_VIOLATIONS).map((error) => violation(name, error, value));
}

function violation(name: string, { keyword, instancePath, params }: ValidatorError, value: unknown): Violation {
  const path = pathOf(instancePath, value);
  if (keyword === 'required') {
    const member = String(params.missingProperty);
    const pointer = `${instancePath}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const field = fieldOf([...path, member]);
    return { pointer, field, expected: 'a value', got: 'nothing', message: `${field} is required` };
  }
  const found = path.reduce<unknown>((node, step) => (node as Record<string | number, unknown>)[step], value);
  const field = fieldOf(path);
  const expected = expectation(keyword, params);
  const got = keyword === 'exactlyOne' ? presentOf(found, params.members as string[]) : show(found);
  return { pointer: instancePath, field, expected, got, message: `${field || name}: expected ${expected}, got ${got}` };
}

function expectation(keyword: string, params: Record<string, unknown>): string {
  const { limit, comparison } = params;
  switch (keyword) {
    case 'type':
      return [params.type]
        .flat()
        .map((type) => article(String(type)))
        .join(' or ');
    case 'enum':
      return `one of ${(params.allowedValues as unknown[]).join(', ')}`;
    case 'const':
      return JSON.stringify(params.allowedValue);
    case 'exactlyOne':
      return `exactly one of ${(params.members as string[]).join(', ')}`;
    case 'means':
      return String(params.expected);
    case 'minLength':
      return limit === 1 ? 'a string that is not empty' : `at least ${limit} characters`;
    case 'maxLength':
      return `at most ${limit} characters`;
    case 'maxItems':
      return `at most ${limit} elements`;
    case 'minItems':
      return limit === 1 ? 'an array that is not empty' : `at least ${limit} elements`;
    case 'minimum':
    case 'maximum':
      return `a number ${comparison} ${limit}`;
    case 'format':
      return FORMATS[String(params.format)] ?? `a string of the format ${String(params.format)}`;
    case 'pattern':
      return `a string that matches ${String(params.pattern)}`;
    default:
      return `what the rule "${keyword}" asks for`;
  }
}

const FORMATS: Record<string, string> = { uri: 'an absolute URI', 'date-time': 'an RFC 3339 timestamp' };

const article = (type: string): string => (type === 'null' ? type : `${/^[aeio]/.test(type) ? 'an' : 'a'} ${type}`);

/** A value in few words: never more than a line of it, however large it is. */
function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'string')
    return JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value);
  return value === undefined ? 'nothing' : String(value);
}

function presentOf(value: unknown, members: string[]): string {
  const present = members.filter((member) => (value as Record<string, unknown>)[member] !== undefined);
  return present.length === 0 ? 'none of them' : present.join(' and ');
}

function pathOf(pointer: string, value: unknown): (string | number)[] {
  let node = value;
  return pointer
    .split('/')
    .slice(1)
    .map((token) => {
      const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
      const step = Array.isArray(node) ? Number(key) : key;
      node = (node as Record<string | number, unknown> | undefined)?.[step];
      return step;
    });
}

function fieldOf(path: (string | number)[]): string {
  return path
    .map((step) =>
      typeof step === 'number'
        ? `[${step}]`
        : /^[A-Za-z_$][\w$]*$/.test(step)
          ? `.${step}`
          : `[${JSON.stringify(step)}]`,
    )
    .join('')
    .replace(/^\./, '');
}
