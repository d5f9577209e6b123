import { requirements, type Level, type Requirement, type RequirementId } from '@agentproto/rules';
import { mismatch, readable, sameJson, type Mismatch } from './match.ts';
import type { Failure, Finding } from './result.ts';
import type { Place, Subject, Unread } from './subject.ts';
import { verdictOfFailure } from './verdict.ts';

/** One requirement held against one thing that was seen. */
export interface Check {
  /** The value has (at least) this shape; see match.ts. */
  has(shape: unknown): void;
  /** The value has one of these shapes: where the spec leaves a choice, all legal ones are listed. */
  hasOneOf(...shapes: unknown[]): void;
  /** The value is this JSON, member for member. */
  equals(value: unknown): void;
  /** A condition that no shape can say; `expected` completes "expected …". */
  holds(condition: boolean, expected: string, actual?: unknown): void;
  /** Writes down what the target does where the spec leaves it open; judges nothing. */
  observes(what: string): void;
}

export interface CheckOptions {
  /** A weaker level than the row's, for the part of a rule that its source only recommends. */
  level?: 'should' | 'observe';
  /** The row whose break is why this one cannot hold, where that is so: then it is blocked by that row, and not red. */
  blockedBy?: RequirementId | undefined;
}

export type CheckFunction<Id extends RequirementId = RequirementId> = (
  id: Id,
  subject: Subject,
  options?: CheckOptions,
) => Check;

/** Rows by their ids. */
export type Rows = ReadonlyMap<RequirementId, Pick<Requirement, 'id' | 'level' | 'binding'>>;

/** Collects what checks find. */
export function createChecks(context: {
  scenario: string;
  binding: string;
  report: (finding: Finding) => void;
  /**
   * The rows as they hold in the revision that is judged by, under the ids of those that they are the same as, too; what is not
   * among them is not judged. Default: each as it was brought.
   */
  rows?: Rows;
}): CheckFunction {
  const rowOf = (id: RequirementId) => (context.rows ? context.rows.get(id) : requirements[id]);
  // A row of another revision that is asked for in its place may be one of more bindings.
  const isSeenHere = (id: RequirementId, row: { id: RequirementId; binding: readonly string[] }) =>
    row.id === id || row.binding.includes(context.binding);
  return (id, subject, options) => {
    const row = rowOf(id);
    if (!row || !isSeenHere(id, row)) return SILENT;
    const level: Level = weaker(row.level, options?.level);
    const settle = (ok: boolean, failure: () => Omit<Failure, keyof Place>) => {
      const finding: Finding = {
        requirement: row.id,
        binding: context.binding,
        scenario: context.scenario,
        verdict: ok ? (level === 'may' || level === 'observe' ? 'observed' : 'pass') : verdictOfFailure(level),
      };
      if (ok) return context.report(finding);
      const { unread } = subject;
      const isOther = unread !== undefined && rowOf(unread.by)?.id !== row.id;
      const cause = isOther ? unread.by : options?.blockedBy;
      const broken = cause && rowOf(cause);
      if (broken && broken.id !== row.id) {
        if (unread) context.report(unreadable(unread, subject, context, broken));
        return context.report({ ...finding, verdict: 'blocked', reason: broken.id });
      }
      const found = failure();
      finding.failure = { ...found, ...placed(subject.place) };
      if (finding.verdict === 'observed') finding.reason = found.message;
      context.report(finding);
    };
    return {
      has(shape) {
        const found = mismatch(shape, subject.value);
        settle(!found, () => ({
          message: sentence(found!),
          expected: inWords(readable(found!.expected)),
          // Of what is missing nothing can be shown but what came instead.
          actual: found!.actual === undefined ? subject.value : found!.actual,
        }));
      },
      hasOneOf(...shapes) {
        const ok = shapes.some((shape) => !mismatch(shape, subject.value));
        settle(ok, () => ({
          message: 'none of the legal answers',
          expected: shapes.map(readable),
          actual: subject.value,
        }));
      },
      equals(value) {
        settle(sameJson(value, subject.value), () => ({
          message: 'not the same',
          expected: value,
          actual: subject.value,
        }));
      },
      holds(condition, expected, actual = subject.value) {
        settle(condition, () => ({ message: `expected ${expected}`, expected, actual }));
      },
      observes(what) {
        context.report({
          requirement: row.id,
          binding: context.binding,
          scenario: context.scenario,
          verdict: 'observed',
          reason: what,
        });
      },
    };
  };
}

/** Of a row that does not hold in this revision. */
const SILENT: Check = { has() {}, hasOneOf() {}, equals() {}, holds() {}, observes() {} };

const STRENGTH: readonly Level[] = ['must', 'product', 'should', 'may', 'observe'];

/** A part of a rule is never judged more strictly than the rule. */
function weaker(row: Level, part: Level = row): Level {
  return STRENGTH[Math.max(STRENGTH.indexOf(row), STRENGTH.indexOf(part))]!;
}

/** The one red of something that nothing can be said of. */
function unreadable(
  { expected, actual }: Unread,
  { place }: Subject,
  { scenario, binding }: { scenario: string; binding: string },
  { id, level }: Pick<Requirement, 'id' | 'level'>,
): Finding {
  return {
    requirement: id,
    binding,
    scenario,
    verdict: verdictOfFailure(level),
    failure: { message: `expected ${expected}`, expected, actual, ...placed(place) },
  };
}

function sentence({ path, actual, expected }: Mismatch): string {
  if (actual !== undefined) return path ? `\`${path}\` is not as expected` : 'not as expected';
  const owed = inWords(readable(expected));
  const what = typeof owed === 'string' ? owed : JSON.stringify(owed);
  return path ? `\`${path}\` is missing: ${what} was owed` : `${what} was owed, and nothing came`;
}

/** A shape of which only its kind is wanted says so. */
function inWords(expected: unknown): unknown {
  const isEmpty = typeof expected === 'object' && expected !== null && Object.keys(expected).length === 0;
  return isEmpty ? (Array.isArray(expected) ? 'an empty list' : 'an object') : expected;
}

function placed(place: Place | undefined): Partial<Place> {
  return place ? { ...place } : {};
}
