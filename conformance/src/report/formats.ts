import { renderJson } from './json.ts';
import type { RunRecord } from './judgement.ts';
import type { Report } from './model.ts';

/** A report as text: a pure function of the runs that it tells of. */
export type Format = (report: Report, runs: readonly RunRecord[]) => string;

/** What `--report NAME=FILE` can write at the end; a further format is one line here. */
export const formats: { readonly [name: string]: Format } = {
  json: renderJson,
};
