import { isBinding } from '../kit/verdict.ts';
import type { ReportInput } from './format.ts';
import type { Outcome, Report } from './model.ts';

const COLORS: { readonly [O in Outcome]: string } = {
  conforms: 'brightgreen',
  violation: 'red',
  incomplete: 'yellow',
  unreachable: 'lightgrey',
  error: 'lightgrey',
};

/** What shields.io wants of an endpoint badge: the outcome, and how many of the MUSTs that were to be looked at held. */
export function* renderBadge({ report }: ReportInput): Iterable<string> {
  const label = Object.keys(report.revisions).join(', ') || 'agentproto';
  const { held, asked } = score(report);
  const partial = report.stopped ? ' (partial)' : '';
  const message = `${report.outcome}${asked === 0 ? '' : ` ${held}/${asked}`}${partial}`;
  yield `${JSON.stringify({ schemaVersion: 1, label, message, color: COLORS[report.outcome], isError: report.outcome === 'error' })}\n`;
}

/** What could not be told stands in the denominator. */
function score({ requirements }: Report): { held: number; asked: number } {
  const asked = requirements.filter(
    ({ level, unscored, bindings, verdict, reason }) =>
      isBinding(level) &&
      !unscored &&
      verdict !== 'not-applicable' &&
      !(verdict === 'not-run' && reason === 'uncovered') &&
      Object.values(bindings).some(({ planned }) => planned),
  );
  return { held: asked.filter(({ verdict }) => verdict === 'pass').length, asked: asked.length };
}
