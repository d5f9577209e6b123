import { isBinding } from '../kit/verdict.ts';
import type { Exchange, Headers } from '@agentproto/recording';
import type { Log, ReportingDescriptor, Result, Run, WebRequest, WebResponse } from 'sarif';
import { ending } from './exit-code.ts';
import { redText, redSentence } from './failure-text.ts';
import type { ReportInput } from './format.ts';
import type { Report, ReportedRequirement } from './model.ts';
import { placeOf, listReds, type Red } from './reds.ts';
import { sourceOf } from './source.ts';

/** SARIF 2.1.0: a rule for each requirement that was looked at, a result for each that is red, with the exchange that shows it. */
export function* renderSarif({ report, exchange }: ReportInput): Iterable<string> {
  const reds = listReds(report);
  const rows = report.requirements.filter(({ verdict }) => verdict !== 'not-run' && verdict !== 'not-applicable');
  const places = new Map(rows.map(({ id }, index) => [id, index]));
  const exchanges = reds.flatMap(({ failures: [first] }) => {
    const found = first && first.failure.exchange !== null && exchange(first.scenario.run ?? 0, first.failure.exchange);
    return found ? [{ ...found, run: first.scenario.run ?? 0 }] : [];
  });
  const shown = [...new Map(exchanges.map((one) => [`${one.run} ${one.id}`, one])).values()];
  const indexOf = ({ failures: [first] }: Red) =>
    shown.findIndex(({ run, id }) => run === (first?.scenario.run ?? 0) && id === first?.failure.exchange);
  const run: Run = {
    tool: {
      driver: {
        name: report.tool.name,
        version: report.tool.version,
        informationUri: 'https://github.com/agentproto/agentproto',
        rules: rows.map(rule),
      },
    },
    automationDetails: { id: `${Object.keys(report.revisions).join(',')}/${report.runs[0]?.profile ?? ''}` },
    invocations: [invocation(report)],
    webRequests: shown.map(webRequest),
    webResponses: shown.map(webResponse),
    results: reds.map((red) => {
      const at = indexOf(red);
      return {
        ...result(red, redText(red, exchange)),
        ruleIndex: places.get(red.row.id) ?? -1,
        ...(at >= 0 && { webRequest: { index: at }, webResponse: { index: at } }),
      };
    }),
    properties: {
      target: report.target.url,
      outcome: report.outcome,
      exitCode: report.exitCode,
      revisions: report.revisions,
    },
  };
  const log: Log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
  yield `${JSON.stringify(log, null, 2)}\n`;
}

function rule(row: ReportedRequirement): ReportingDescriptor {
  const { title, url } = sourceOf(row);
  return {
    id: row.id,
    shortDescription: { text: row.statement },
    fullDescription: { text: `${row.statement} (${title}, section ${row.section})` },
    ...(url !== undefined && { helpUri: url }),
    defaultConfiguration: { level: isBinding(row.level) ? 'error' : row.level === 'should' ? 'warning' : 'note' },
    properties: { level: row.level, basis: row.basis, section: row.section, tags: [`${row.family}@${row.revision}`] },
  };
}

function result(red: Red, lines: readonly string[]): Result {
  const { row, failures, expected, bindings } = red;
  const scenarios = [...new Set(failures.map(({ scenario }) => scenario.id))];
  return {
    ruleId: row.id,
    kind: 'fail',
    level: row.verdict === 'warning' ? 'warning' : 'error',
    message: { text: redSentence(red), markdown: `${lines.map((line) => `    ${line}`).join('\n')}\n` },
    locations: [
      {
        // Viewers want a file: the scenario stands in for it, so that a result keeps its place from run to run.
        physicalLocation: { artifactLocation: { uri: scenarios[0] ?? row.id }, region: { startLine: 1 } },
        logicalLocations: [...new Set(failures.map(placeOf))].map((fullyQualifiedName) => ({
          fullyQualifiedName,
          kind: 'function',
        })),
      },
    ],
    partialFingerprints: { 'agentproto/v1': [row.id, ...bindings].join('|') },
    ...(expected !== undefined && { suppressions: [{ kind: 'external', justification: expected }] }),
    properties: { verdict: row.verdict, bindings },
  };
}

function invocation(report: Report): NonNullable<Run['invocations']>[number] {
  const { startedAt, durationMs, exitCode, stopped } = report;
  const { sentence } = ending(report);
  return {
    executionSuccessful: stopped === undefined && report.outcome !== 'error',
    startTimeUtc: startedAt,
    endTimeUtc: new Date(Date.parse(startedAt) + durationMs).toISOString(),
    exitCode,
    exitCodeDescription: sentence,
    ...(stopped && { toolExecutionNotifications: [{ level: 'error', message: { text: stopped.message } }] }),
  };
}

/** Bodies of this length are in the run file, and there whole. */
const LONGEST = 16_384;

function webRequest({ request }: Exchange): WebRequest {
  return {
    protocol: new URL(request.url).protocol.replace(':', ''),
    method: request.method,
    target: request.url,
    headers: headersOf(request.headers),
    ...(request.body && {
      body: 'text' in request.body ? { text: request.body.text.slice(0, LONGEST) } : { binary: request.body.base64 },
    }),
  };
}

function webResponse({ response, frames }: Exchange): WebResponse {
  if (!response) return { noResponseReceived: true };
  const streamed = frames.map(({ data }) => data).join('\n');
  const body = response.body ?? (streamed === '' ? undefined : { text: streamed });
  return {
    statusCode: response.status,
    headers: headersOf(response.headers),
    ...(body && { body: 'text' in body ? { text: body.text.slice(0, LONGEST) } : { binary: body.base64 } }),
  };
}

/** SARIF has one value a name. */
function headersOf(headers: Headers): Record<string, string> {
  const byName = Map.groupBy(headers, ([name]) => name.toLowerCase());
  return Object.fromEntries(
    [...byName.values()].map((same) => [same[0]![0], same.map(([, value]) => value).join(', ')]),
  );
}
