export { defineConfig, type Config, type TargetConfig } from './config.ts';
export { defineScenarios } from './own/scenarios.ts';
export type {
  Fetched,
  Heard,
  OwnAgent,
  OwnRequirement,
  OwnScenario,
  OwnScenarios,
  OwnStage,
  Seen,
} from './own/scenarios.ts';
export type { Check } from './kit/check.ts';
export type { Failure, Finding, PlannedRow, ScenarioResult, Target } from './kit/result.ts';
export type { RunEvent, RunFooter, RunHeader } from './kit/run-log.ts';
export { VERDICTS, type Verdict } from './kit/verdict.ts';
