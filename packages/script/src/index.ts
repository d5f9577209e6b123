export { AgentBusy } from './agent-busy.ts';
export { AgentCrash } from './agent-crash.ts';
export { findScript, SCRIPT_MEDIA_TYPE, SCRIPT_METADATA_KEY, type Carrier, type FoundScript } from './carriers.ts';
export { systemClock, type Clock } from './clock.ts';
export { echoScript } from './echo-script.ts';
export type { AgentEvent, ArtifactEvent, ToolCall, ToolResult } from './event.ts';
export type { Decision, RequestInfo, ToolOutput, TurnInput } from './input.ts';
export { LIMITS } from './limits.ts';
export { parseScript, parseScriptText } from './parse.ts';
export { PRESETS, type Preset } from './presets.ts';
export { didYouMean } from './nearest.ts';
export { run, type AgentRun, type RunContext } from './run.ts';
export { ScriptError, type ScriptErrorCode } from './script-error.ts';
export {
  END_STATES,
  HOLD_MS,
  LATE_CANCEL_MS,
  ON_CANCEL,
  REQUEST_INFO_ID,
  TOOL_RUNNERS,
  WIRE_FAULTS,
  type ArtifactSpec,
  type EndState,
  type Json,
  type OnCancel,
  type PartSpec,
  type Script,
  type Step,
  type StepKind,
  type ToolCallSpec,
  type ToolRunner,
  type Turn,
  type WireFault,
} from './script.ts';
export { STEP_KINDS } from './step-check.ts';
export { TCK_SCRIPTS } from './tck.ts';
export { callsLeft, countTurn, NO_TURNS, turnAfter, turnByInputs, type TurnCount } from './turn.ts';
export { VirtualClock } from './virtual-clock.ts';
