import type { Exchange } from '@agentproto/recording';
import type { RunSource } from './judgement.ts';
import type { Report } from './model.ts';

/** Finds an exchange; `run` is the index in `report.runs`. */
export type ExchangeLookup = (run: number, id: number) => Exchange | undefined;

/** What a report is made of. */
export interface ReportInput {
  report: Report;
  runs: readonly RunSource[];
  /** Those that the first failure of each red points at. */
  exchange: ExchangeLookup;
}

/** A report as pieces of text, in order: a pure function of the runs that it tells of. */
export type Format = (input: ReportInput) => Iterable<string> | AsyncIterable<string>;
