import type { Message, SendMessageResponse, StreamResponse, Task } from '@agentproto/protocol/a2a/1.0';
import { GrowingArtifact } from './artifact.ts';
import type { Report } from './deviation.ts';

/** What the events of one stream amount to. Takes time in proportion to what the events hold. */
export interface Fold {
  add(event: StreamResponse): void;
  /** The task as far as it is known: without artifacts, which `result` has. */
  readonly task: Task | undefined;
  readonly message: Message | undefined;
  /** The stream is over: a message that came last is the answer, also after a task. Whether it is. */
  conclude(): boolean;
  /** A copy that later events leave alone. */
  result(): SendMessageResponse | undefined;
}

export function createFold(report: Report): Fold {
  let task: Task | undefined;
  let message: Message | undefined;
  let artifacts = new Map<string, GrowingArtifact>();
  let messageIsLast = false;
  let concluded = false;

  function begin(next: Task): void {
    task = { ...next };
    artifacts = new Map((next.artifacts ?? []).map((artifact) => [artifact.artifactId, new GrowingArtifact(artifact)]));
  }

  /** For an agent that sends updates without the task before them. */
  function stub(id: string, contextId: string): Task {
    report('first-event', `expected the task ${id} before its updates (§3.1.2)`);
    begin({ id, contextId, status: { state: 'TASK_STATE_WORKING' } });
    return task!;
  }

  return {
    add(event) {
      messageIsLast = event.message !== undefined;
      if (event.task) begin(event.task);
      else if (event.message) message = event.message;
      else if (event.statusUpdate) {
        const { taskId, contextId, status } = event.statusUpdate;
        (task ?? stub(taskId, contextId)).status = status;
      } else if (event.artifactUpdate) {
        const { taskId, contextId, artifact, append } = event.artifactUpdate;
        if (!task) stub(taskId, contextId);
        const known = artifacts.get(artifact.artifactId);
        if (append && known) known.extend(artifact);
        else {
          if (append)
            report(
              'append-without-artifact',
              `artifact ${artifact.artifactId}: expected a first piece before the appended one (§4.2.2)`,
            );
          artifacts.set(artifact.artifactId, new GrowingArtifact(artifact));
        }
      }
    },
    get task() {
      return task;
    },
    get message() {
      return message;
    },
    conclude: () => (concluded = messageIsLast),
    result() {
      if (!task || concluded) return message && { message };
      return {
        task: {
          ...task,
          ...((artifacts.size > 0 || task.artifacts) && {
            artifacts: Array.from(artifacts.values(), (artifact) => artifact.copy()),
          }),
        },
      };
    },
  };
}
