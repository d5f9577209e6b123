import type { Report } from './model.ts';

/** The JSON report as text; `report.schema.json` is its schema. */
export function renderJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
