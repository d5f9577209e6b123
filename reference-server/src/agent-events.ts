import type { AgentEvent } from '@agentproto/script';
import type { AgentEvents } from './runs.ts';

/** What an agent does, each event changed into others; what is there without a wait stays so. */
export function changedEvents(events: AgentEvents, change: (event: AgentEvent) => readonly AgentEvent[]): AgentEvents {
  return {
    ...(events.take && { take: (max) => events.take!(max).flatMap(change) }),
    async *[Symbol.asyncIterator]() {
      for await (const event of events) yield* change(event);
    },
  };
}
