import type { AgentEvent, Json, ToolResult } from '@agentproto/script';
import { changedEvents } from '../agent-events.ts';
import type { AgentEvents } from '../runs.ts';
import type { ChatTurn, Decision } from './chat-turn.ts';

/**
 * Decisions about calls that nobody proposed, and about commands, are answered too: nothing runs here that is not in
 * the script, and a shell never.
 */
export function answered({ decisions }: ChatTurn, events: AgentEvents): AgentEvents {
  if (decisions.length === 0) return events;
  let first = true;
  return changedEvents(events, (event) => {
    const known = first ? callsIn(event) : undefined;
    const strangers = known ? decisions.filter(({ id }) => !known.has(id)) : [];
    first = false;
    if (strangers.length === 0) return [event];
    const results = strangers.map(resultOf);
    return event.type === 'tool-result' && event.by === 'approval'
      ? [{ ...event, results: [...event.results, ...results] }]
      : [{ type: 'tool-result', by: 'approval', results }, event];
  });
}

/** The same for an agent of the owner's own: what it is not to hear of is answered before it says anything. */
export function refusedFirst(refused: readonly Decision[], events: AgentEvents): AgentEvents {
  if (refused.length === 0) return events;
  const first: AgentEvent = { type: 'tool-result', by: 'approval', results: refused.map(refusedOf) };
  let isFirst = true;
  return changedEvents(events, (event) => {
    if (!isFirst) return [event];
    isFirst = false;
    return event.type === 'tool-result' && event.by === 'approval'
      ? [{ ...event, results: [...first.results, ...event.results] }]
      : [first, event];
  });
}

const refusedOf = (decision: Decision): ToolResult =>
  decision.approved
    ? { ...resultOf(decision), output: `Refused: no call ${JSON.stringify(decision.id)} waits for a decision` }
    : resultOf(decision);

/** The ids of calls that were decided about, or that are asked about once more. */
function callsIn(event: AgentEvent): ReadonlySet<string> {
  const calls =
    event.type === 'tool-result'
      ? event.results
      : event.type === 'tool-request' && event.by !== 'server'
        ? event.calls
        : [];
  return new Set(calls.map(({ id }) => id));
}

function resultOf({ carrier, id, name, input, approved, reason }: Decision): ToolResult {
  // Came as JSON.
  const result = { id, name, args: input as { [key: string]: Json } };
  if (!approved) return { ...result, rejected: { ...(reason !== undefined && { reason }) } };
  return {
    ...result,
    output: carrier === 'cmds' ? 'Commands are never run here.' : `Tool '${name}' not found`,
  };
}
