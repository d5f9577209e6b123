export { defineConfig, type Config, type TargetConfig } from './config.ts';
export type { Failure, Finding, PlannedRow, ScenarioResult, Target } from './kit/result.ts';
export type { RunEvent, RunFooter, RunHeader } from './kit/run-log.ts';
export { VERDICTS, type Verdict } from './kit/verdict.ts';
