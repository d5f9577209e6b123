import type { Report } from '../model.ts';

/** What the page is given: the report, and what it needs to draw the exchanges that stand beside it. */
export interface PageData {
  report: Report;
  /** Why the run ended as it did. */
  sentence: string;
  /** Where each requirement comes from, by its id. */
  sources: { [id: string]: { title: string; url?: string } };
  /** When each scenario was played, in milliseconds since its run began. */
  plays: PlayWindow[];
  /** By requirement. */
  reproductions: { [requirement: string]: Reproduction };
  /** Served while the run goes on: what is new comes from `events`, exchanges from `exchange/RUN/ID`. */
  live?: 'running' | 'over';
}

export interface PlayWindow {
  run: number;
  id: string;
  binding: string;
  attempt: number;
  startedAtMs: number;
  durationMs: number;
}

/** How to see a red again, without the suite. */
export interface Reproduction {
  /** For a shell with curl and jq. */
  curl: string;
  /** For Node alone. */
  script: string;
}

/** What is told of an exchange before it is opened. */
export interface ExchangeSummary {
  run: number;
  id: number;
  label: string;
  binding: string;
  operation: string;
  method: string;
  path: string;
  /** 0 where nothing answered. */
  status: number;
  /** Milliseconds since the run began. */
  atMs: number;
  durationMs: number;
  frames: number;
  end: string;
  /** Which block of the page holds it; unused while the run goes on. */
  block: number;
}
