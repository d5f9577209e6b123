/** Upstream's own document of 0.7.0, which lies beside the repository, not in it: read as data, and compared with what goes over the wire. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';

interface Body {
  content?: Record<string, { schema: object }>;
}
interface Operation {
  parameters?: { in: string; name: string; required?: boolean; schema: { type: string } }[];
  requestBody?: Body;
  responses: Record<string, Body>;
  security?: object[];
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

export const file = resolve(import.meta.dirname, '../../../../shared/upstream/open-agent-api-0.7.0.bundled.json');
export const isThere = existsSync(file);
export const published = (isThere ? JSON.parse(readFileSync(file, 'utf8')) : { paths: {}, components: {} }) as Document;

/** Compares what was sent and what came with the document. */
export class Judge {
  readonly faults = new Set<string>();
  readonly seen = new Set<string>();
  readonly #ajv = addFormats.default(new Ajv({ strict: false, allErrors: true }));

  constructor() {
    this.#ajv.addSchema({ $id: 'doc:', ...published });
  }

  operation(verb: string, path: string): Operation {
    const found = published.paths[path]?.[verb.toLowerCase()];
    if (!found) throw new Error(`the document has no ${verb} ${path}`);
    return found;
  }

  /** Faults of a value at a place of the document, such as `['paths', '/agents', 'post', …]`. */
  value(where: string, at: readonly string[], value: unknown): void {
    const pointer = at.map((one) => encodeURIComponent(one.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    const validate = this.#ajv.getSchema(`doc:#/${pointer}`)!;
    if (validate(value)) return;
    for (const { instancePath, message } of validate.errors!)
      this.faults.add(`${where}: ${`${instancePath} ${message}`.trim()}`);
  }

  request(verb: string, path: string, body: unknown, query: URLSearchParams): void {
    const where = `${verb} ${path}`;
    const { requestBody, parameters = [] } = this.operation(verb, path);
    if (requestBody)
      this.value(
        `${where}: request`,
        ['paths', path, verb.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema'],
        body,
      );
    for (const [name, text] of query) {
      const index = parameters.findIndex((one) => one.in === 'query' && one.name === name);
      if (index < 0) this.faults.add(`${where}: ${name} is no parameter`);
      else
        this.value(
          `${where}: ${name}`,
          ['paths', path, verb.toLowerCase(), 'parameters', `${index}`, 'schema'],
          parameters[index]!.schema.type === 'string' ? text : JSON.parse(text),
        );
    }
    for (const { in: place, name, required } of parameters)
      if (place === 'query' && required && !query.has(name)) this.faults.add(`${where}: ${name} is missing`);
  }

  /** @param text what an answer in one piece says */
  response(verb: string, path: string, status: number, type: string | null, text: string): void {
    const where = `${verb} ${path}`;
    this.seen.add(`${where} ${status}`);
    const declared = this.operation(verb, path).responses[status];
    if (!declared) {
      this.faults.add(`${where}: ${status} is not declared`);
      return;
    }
    // Who declares no body says nothing of one.
    if (!declared.content) return;
    const media = type?.split(';')[0] ?? 'none';
    if (!declared.content[media]) {
      this.faults.add(`${where}: ${status}: ${media} is not declared`);
      return;
    }
    if (media !== 'application/json') return;
    const at = ['paths', path, verb.toLowerCase(), 'responses', `${status}`, 'content', media, 'schema'];
    this.value(`${where}: ${status}`, at, JSON.parse(text));
  }

  /** An event of a run: its schema is that of its name, which no operation refers to (OAA-X04). */
  event(verb: string, path: string, event: { event: string }): void {
    const name = `${event.event}Event`;
    if (published.components.schemas[name])
      this.value(`${verb} ${path}: ${name}`, ['components', 'schemas', name], event);
    else this.faults.add(`${verb} ${path}: there is no ${name}`);
  }
}
