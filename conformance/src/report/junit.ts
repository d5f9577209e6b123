import Builder from 'fast-xml-builder';
import { because } from './console.ts';
import { ending } from './exit-code.ts';
import { redText } from './failure-text.ts';
import type { ReportInput } from './format.ts';
import type { Report, ReportedRequirement } from './model.ts';
import { listReds, type Red } from './reds.ts';

/** Attributes begin with `@`, text is `#`. */
interface Element {
  [member: string]: string | Element | Element[] | undefined;
}

/**
 * JUnit XML as Jenkins, GitLab and Surefire's readers take it: a suite for each family, a test case for each requirement.
 * Only what makes the run fail is a failure; what the suite did wrong, and that a run ended early, is an error.
 */
export function* renderJunit(input: ReportInput): Iterable<string> {
  const { report } = input;
  const reds = new Map(listReds(report).map((red) => [red.row.id, red]));
  const shown = report.requirements.filter(({ verdict, reason }) => verdict !== 'not-run' || reason !== 'filtered');
  const suites = [...Map.groupBy(shown, ({ family, revision }) => `${family}@${revision}`)].map(([name, rows]) =>
    suite(
      name,
      report,
      rows.map((row) => testCase(row, reds.get(row.id), input)),
    ),
  );
  if (report.stopped || suites.length === 0) suites.push(suite('run', report, [runCase(report)]));
  const all = suites.flatMap(({ testcase }) => testcase as Element[]);
  const build = new Builder({
    attributeNamePrefix: '@',
    textNodeName: '#',
    ignoreAttributes: false,
    format: true,
    indentBy: ' ',
  });
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  yield build.build({
    testsuites: legal({
      '@name': `${report.tool.name} ${report.tool.version}`,
      '@time': seconds(report.durationMs),
      ...totals(all),
      testsuite: suites,
    }),
  });
}

function suite(name: string, report: Report, cases: Element[]): Element {
  const { startedAt, durationMs, target, tool, runs } = report;
  const { outcome, exitCode, sentence } = ending(report);
  const facts: [string, string][] = [
    ['target', target.url],
    ['suite', `${tool.name} ${tool.version}`],
    ...(report.revisions[name] === undefined ? [] : ([['judged by', report.revisions[name]]] as [string, string][])),
    ['profile', [...new Set(runs.map(({ profile }) => profile))].join(', ')],
    ['seed', runs.map(({ seed }) => seed).join(', ')],
    ['outcome', outcome],
    ['exit code', String(exitCode)],
    ['sentence', sentence],
    ...(report.stopped ? ([['stopped', report.stopped.message]] as [string, string][]) : []),
  ];
  return {
    '@name': name,
    '@timestamp': startedAt.slice(0, 19),
    '@hostname': hostOf(target.url),
    ...totals(cases),
    '@skipped': String(cases.filter(({ skipped }) => skipped !== undefined).length),
    '@time': seconds(durationMs),
    properties: { property: facts.map(([name, value]) => ({ '@name': name, '@value': value })) },
    testcase: cases,
  };
}

function totals(cases: readonly Element[]): Element {
  const having = (member: string) => String(cases.filter((one) => one[member] !== undefined).length);
  return { '@tests': String(cases.length), '@failures': having('failure'), '@errors': having('error') };
}

function testCase(row: ReportedRequirement, red: Red | undefined, { report, exchange }: ReportInput): Element {
  // A dot parts packages in the eyes of those who read this.
  const suite = `${row.family}@${row.revision}`.replaceAll('.', '_');
  const area = row.id.split('-').slice(1, -1).join('-') || row.id;
  const head = { '@name': `${row.id} ${row.statement}`, '@classname': `${suite}.${area}`, '@time': '0' };
  const reason = row.reason && because(row.verdict, row.reason);
  const why = reason?.startsWith(row.verdict) ? reason : [row.verdict, reason].filter(Boolean).join(': ');
  if (red) {
    const counts = red.expected === undefined && !row.unscored;
    const body = redText(red, exchange).join('\n');
    const message = red.failures[0]?.failure.message ?? why;
    if (row.verdict === 'harness-error')
      return { ...head, error: { '@message': message, '@type': row.verdict, '#': body } };
    if (counts && (row.verdict === 'violation' || report.policy.failOn !== 'must'))
      return { ...head, failure: { '@message': message, '@type': row.verdict, '#': body } };
    const excuse = red.expected === undefined ? 'does not fail the run' : `expected by the baseline: ${red.expected}`;
    return { ...head, skipped: { '#': `${row.verdict}, ${excuse}` }, 'system-out': { '#': body } };
  }
  if (row.verdict === 'pass') return head;
  if (row.verdict === 'observed') return { ...head, 'system-out': { '#': why } };
  return { ...head, skipped: { '#': why } };
}

/** That the run did not come to its end is an error of its own, for whoever looks at the cases only. */
function runCase(report: Report): Element {
  const { outcome, message } = report.stopped ?? { outcome: report.outcome, message: ending(report).sentence };
  return {
    '@name': 'the run comes to its end',
    '@classname': 'run',
    '@time': '0',
    error: { '@message': message, '@type': outcome, '#': message },
  };
}

function hostOf(url: string): string {
  const [first = ''] = url.split(', ');
  return URL.canParse(first) ? new URL(first).host : 'localhost';
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

/** Without what XML 1.0 cannot hold, not even escaped. */
function legal(element: Element): Element {
  return JSON.parse(JSON.stringify(element), (_, value: unknown) =>
    typeof value === 'string'
      ? value.toWellFormed().replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
      : value,
  ) as Element;
}
