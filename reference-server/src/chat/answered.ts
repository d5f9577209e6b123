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
  return { ...result, output: carrier === 'cmds' ? 'Commands are never run here.' : `Tool '${name}' not found` };
}
