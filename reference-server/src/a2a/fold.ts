import type { Artifact, Message, TaskStatus } from '@agentproto/protocol/a2a/1.0';
import type { ToolCall, ToolRunner } from '@agentproto/script';

/** A task as far as its log has been read. `advance` changes it in place: one entry costs what the entry holds. */
export interface TaskFold {
  readonly id: string;
  readonly contextId: string;
  status: TaskStatus;
  /** In the order in which they began. */
  artifacts: ReadonlyMap<string, Artifact>;
  readonly history: Message[];
  /** The turn has said something of its main answer. */
  answering: boolean;
  /** The calls that the turn leaves with its caller. */
  asked: { by: ToolRunner; calls: ToolCall[] } | undefined;
}

export interface TaskViewOptions {
  historyLength?: number | undefined;
  /** Default true. */
  includeArtifacts?: boolean | undefined;
}
