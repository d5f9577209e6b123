import type { Report } from '../src/report/model.ts';

export type Requirement = Report['requirements'][number];
export type Verdict = Requirement['verdict'];

/** Worst first. */
export const VERDICTS: readonly Verdict[] = [
  'violation',
  'warning',
  'harness-error',
  'blocked',
  'inconclusive',
  'pass',
  'observed',
  'not-applicable',
  'not-run',
];
export const REDS: readonly Verdict[] = ['violation', 'warning', 'harness-error'];

export const MARKS: { readonly [V in Verdict]: { mark: string; word: string } } = {
  violation: { mark: '✗', word: 'violation' },
  warning: { mark: '!', word: 'warning' },
  'harness-error': { mark: '#', word: 'harness error' },
  blocked: { mark: '▪', word: 'blocked' },
  inconclusive: { mark: '?', word: 'inconclusive' },
  pass: { mark: '✓', word: 'pass' },
  observed: { mark: '○', word: 'observed' },
  'not-applicable': { mark: '–', word: 'not applicable' },
  'not-run': { mark: '·', word: 'not run' },
};

const NOT_RUN: { readonly [reason: string]: string } = {
  filtered: 'filtered out',
  'no-stimulus': 'without a stimulus in this profile',
  unjudged: 'played, and nothing to look at came',
  uncovered: 'without an occasion',
  ended: 'the run ended first',
};

export function because(verdict: Verdict, reason: string | undefined): string {
  if (reason === undefined) return '';
  if (verdict === 'blocked')
    return reason === 'credentials' ? 'the target asks for credentials' : `blocked by ${reason}`;
  return (verdict === 'not-run' ? NOT_RUN[reason] : undefined) ?? reason;
}

/** `A2A10-STREAM-006` -> `STREAM`. */
export function areaOf(id: string): string {
  return id.split('-').slice(1, -1).join('-') || id;
}

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000
    ? `${(ms / 1_000).toFixed(1)} s`
    : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

/** JSON with its lines; anything else as it came. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export function shown(value: unknown): string {
  return value === undefined || value === null
    ? 'nothing'
    : typeof value === 'string'
      ? value
      : JSON.stringify(value, null, 2);
}
