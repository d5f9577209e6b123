import { randomUUID } from 'node:crypto';
import { Message, Task, TaskArtifactUpdateEvent, TaskStatus, TaskStatusUpdateEvent } from '@a2a-js/sdk';
import { AgentEvent as SdkEvent } from '@a2a-js/sdk/server';
import type { ExecutionEventBus } from '@a2a-js/sdk/server';
import type { AgentEvent, EndState, PartSpec } from '@agentproto/script';

/** Publishes what an agent does in one turn of a task. */
export interface TurnWriter {
  /** Makes the task known. The SDK wants a task or a message before all else, also in a follow-up. */
  open(): void;
  write(event: AgentEvent): void;
}

/** How a script's events look in A2A: the same as in our reference server's encode.ts. */
export function turnWriter(
  ids: { taskId: string; contextId: string },
  task: Task | undefined,
  bus: ExecutionEventBus,
): TurnWriter {
  const message = (parts: PartSpec[]) => ({ ...ids, messageId: randomUUID(), role: 'ROLE_AGENT', parts });
  const statusOf = (state: 'working' | EndState, parts: PartSpec[]) => ({
    state: `TASK_STATE_${state.toUpperCase().replace('-', '_')}`,
    timestamp: new Date().toISOString(),
    ...(parts.length > 0 && { message: message(parts) }),
  });
  const status = (state: 'working' | EndState, parts: PartSpec[]) =>
    bus.publish(SdkEvent.statusUpdate(TaskStatusUpdateEvent.fromJSON({ ...ids, status: statusOf(state, parts) })));
  const artifact = (update: object) =>
    bus.publish(SdkEvent.artifactUpdate(TaskArtifactUpdateEvent.fromJSON({ ...ids, ...update })));

  // Nothing remains of a direct answer, so it names no task.
  const reply = (parts: PartSpec[]) =>
    bus.publish(SdkEvent.message(Message.fromJSON({ ...message(parts), taskId: undefined })));

  let isOpen = false;
  let answering = false;
  let asked: PartSpec[] = [];

  function open(): void {
    if (isOpen) return;
    isOpen = true;
    const known = task ?? Task.fromJSON({ id: ids.taskId, contextId: ids.contextId });
    bus.publish(SdkEvent.task({ ...known, status: TaskStatus.fromJSON(statusOf('working', [])) }));
  }

  function write(event: AgentEvent): void {
    if (event.type === 'reply' && !isOpen) return reply(event.parts);
    open();
    switch (event.type) {
      case 'status':
        return status('working', texts(event.text));
      case 'text':
        if (event.text) artifact({ artifact: { artifactId: 'answer', parts: texts(event.text) }, append: answering });
        answering ||= event.text !== '';
        return;
      case 'artifact':
        return artifact({
          artifact: { artifactId: event.artifact.id, ...event.artifact },
          append: event.append,
          lastChunk: event.last,
        });
      case 'tool-request':
        asked = event.calls.map((call) => ({
          data: { toolCall: { ...call, by: event.by } },
          mediaType: 'application/json',
        }));
        return;
      case 'reply':
        return status('completed', event.parts);
      case 'end':
        return status(event.state, [...texts(event.text), ...(event.state === 'input-required' ? asked : [])]);
    }
  }

  return { open, write };
}

const texts = (text: string | undefined): PartSpec[] => (text ? [{ text }] : []);
