import type { ReportInput } from './format.ts';

/** The JSON report; `report.schema.json` is its schema. */
export function* renderJson({ report }: ReportInput): Iterable<string> {
  yield `${JSON.stringify(report, null, 2)}\n`;
}
