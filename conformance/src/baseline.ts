import { isMap, isScalar, isSeq, LineCounter, parseDocument, stringify } from 'yaml';
import { globs } from './glob.ts';
import { UsageError } from './kit/usage-error.ts';
import { didYouMean } from '@agentproto/script';

/** A red that is known and accepted for now. */
export interface BaselineEntry {
  /** Requirement id. */
  id: string;
  /** Over this binding only. */
  binding?: string;
  /** For targets whose URL this glob matches only. */
  target?: string;
  reason: string;
  issue?: string;
  /** The last day on which it is accepted, `YYYY-MM-DD`, UTC. */
  until?: string;
  /** It comes and goes: neither red nor green breaks the baseline, and so it needs `until`. */
  flaky?: boolean;
}

/** What `--write-baseline` puts where only a person knows the answer; a file that still has it is refused. */
export const REASON_PLACEHOLDER = 'WHY IS THIS ACCEPTED? Name the section of the spec.';

type Field = keyof BaselineEntry;

const FIELDS: { [F in Field]-?: { expected: string; fits: (value: unknown) => boolean } } = {
  id: { expected: 'a requirement id', fits: isText },
  binding: { expected: 'a binding such as JSONRPC', fits: isText },
  target: { expected: 'a glob over target URLs', fits: isText },
  reason: {
    expected: 'a sentence that says why the red is accepted',
    fits: (value) => isText(value) && value !== REASON_PLACEHOLDER,
  },
  issue: { expected: 'a link or a number of an issue', fits: (value) => isText(value) || Number.isInteger(value) },
  until: { expected: 'a day such as 2026-12-31', fits: isDay },
  flaky: { expected: 'true or false', fits: (value) => typeof value === 'boolean' },
};

/**
 * Reads a baseline: a YAML list of entries.
 * @param knownIds every requirement id that there is.
 * @throws UsageError that names file, line, entry, field and what was expected there.
 */
export function parseBaseline(source: string, file: string, knownIds: readonly string[]): BaselineEntry[] {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const at = (node: unknown) => `${file}:${lines.linePos((node as { range?: number[] } | null)?.range?.[0] ?? 0).line}`;
  const [broken] = document.errors;
  if (broken)
    throw new UsageError(
      `${file}:${lines.linePos(broken.pos[0]).line}: expected YAML: ${broken.message.split('\n')[0]}`,
    );
  const list = document.contents;
  if (list === null || (isScalar(list) && list.value === null)) return [];
  if (!isSeq(list)) throw new UsageError(`${at(list)}: expected a list of entries, \`- id: …\` each`);

  const known = new Set(knownIds);
  const seen = new Map<string, number>();
  return list.items.map((item, index) => {
    if (!isMap(item))
      throw new UsageError(
        `${at(item)}: entry ${index + 1}: expected \`id\`, \`reason\` and what else applies, found ${found(item)}`,
      );
    const fields = new Map<string, unknown>();
    const name = () => `entry ${index + 1}${isText(fields.get('id')) ? ` (${String(fields.get('id'))})` : ''}`;
    for (const { key, value } of item.items) {
      const field = String(isScalar(key) ? key.value : key);
      const content: unknown = isScalar(value) ? value.value : value;
      if (!Object.hasOwn(FIELDS, field)) {
        throw new UsageError(
          `${at(key)}: ${name()}: unknown field \`${field}\`${didYouMean(field, Object.keys(FIELDS))}; expected ${Object.keys(FIELDS).join(', ')}`,
        );
      }
      if (!FIELDS[field as Field].fits(content)) {
        throw new UsageError(
          `${at(key)}: ${name()}: \`${field}\`: expected ${FIELDS[field as Field].expected}, found ${found(content)}`,
        );
      }
      fields.set(field, field === 'issue' ? String(content) : content);
    }
    for (const field of ['id', 'reason'] as const) {
      if (!fields.has(field))
        throw new UsageError(`${at(item)}: ${name()}: \`${field}\` is missing; expected ${FIELDS[field].expected}`);
    }
    // Nothing else would ever end it.
    if (fields.get('flaky') === true && !fields.has('until'))
      throw new UsageError(
        `${at(item)}: ${name()}: \`flaky\` without \`until\`: expected the last day on which it is accepted, such as 2026-12-31`,
      );
    const entry = Object.fromEntries(fields) as unknown as BaselineEntry;
    if (!known.has(entry.id))
      throw new UsageError(`${at(item)}: ${name()}: unknown requirement id${didYouMean(entry.id, knownIds)}`);
    const key = JSON.stringify([entry.id, entry.binding, entry.target]);
    if (seen.has(key)) throw new UsageError(`${at(item)}: ${name()}: says the same as entry ${seen.get(key)}`);
    seen.set(key, index + 1);
    return entry;
  });
}

/** The entries that speak of this target. */
export function entriesFor(entries: readonly BaselineEntry[], targetUrl: string): BaselineEntry[] {
  return entries.filter(({ target }) => target === undefined || globs(target)(targetUrl));
}

/** Whether the time of an entry was over on the day of `date` (ISO 8601). */
export function isExpired({ until }: BaselineEntry, date: string): boolean {
  return until !== undefined && date.slice(0, 10) > until;
}

/** The text of a baseline file, with what people need to know at its top. */
export function formatBaseline(entries: readonly BaselineEntry[]): string {
  const head = [
    '# Violations and warnings that are known and accepted for now. Each entry needs a reason; it fails the run',
    '# once it no longer applies. Fields: id, binding, target, reason, issue, until (YYYY-MM-DD), flaky.',
  ].join('\n');
  return `${head}\n${entries.length === 0 ? '[]\n' : stringify(entries, { lineWidth: 0 })}`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function isDay(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

function found(value: unknown): string {
  if (value === REASON_PLACEHOLDER) return 'the placeholder that --write-baseline left for you to fill';
  if (isMap(value)) return 'a map';
  if (isSeq(value)) return 'a list';
  if (isScalar(value)) return JSON.stringify(value.value);
  return JSON.stringify(value) ?? 'nothing';
}
