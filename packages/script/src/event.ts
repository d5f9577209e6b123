import type { ArtifactSpec, EndState, Json, PartSpec, ToolRunner, WireFault } from './script.ts';

export interface ToolCall {
  id: string;
  name: string;
  args: { [key: string]: Json };
  description?: string;
}

export interface ToolResult {
  id: string;
  name: string;
  args: { [key: string]: Json };
  output?: Json;
  /** The caller said no; `output` is then absent. */
  rejected?: { reason?: string };
}

/** An artifact as it goes out: the id is settled. */
export type ArtifactEvent = Omit<ArtifactSpec, 'id' | 'append' | 'last'> & { id: string };

/**
 * What an agent does, in the order in which it does it. A run's log holds these; every protocol's
 * encoder turns them into its own frames. A turn has exactly one `end` or `reply`, and it is the last.
 */
export type AgentEvent =
  | { type: 'status'; text: string }
  | { type: 'text'; text: string }
  | { type: 'artifact'; artifact: ArtifactEvent; append: boolean; last: boolean }
  | { type: 'tool-request'; by: ToolRunner; calls: ToolCall[] }
  | { type: 'tool-result'; by: ToolRunner; results: ToolResult[] }
  | { type: 'reasoning'; text: string }
  | { type: 'refusal'; text: string }
  | { type: 'delegation'; from: string; text?: string }
  | { type: 'usage'; input: number; output: number }
  | { type: 'wire'; fault: WireFault }
  | { type: 'reply'; parts: PartSpec[] }
  | { type: 'end'; state: EndState; text?: string };
