import type { Answer } from './answer.ts';
import { partText, record, records, text, type Json } from './view.ts';

/** What anyone could see of a response, in the words of the script's `outcome`. */
export interface Observed {
  text: string;
  /** Remarks on the way: messages whose phase is commentary. */
  statuses?: string[];
  reasoning?: string;
  refusal?: string;
  /** Calls that were run, then those that wait. */
  tools: { name: string | undefined; args: unknown; output?: unknown }[];
  end: string;
}

export function observe({ items, value, response }: Answer): Observed {
  const isRemark = (item: Json) => item.type === 'message' && item.phase === 'commentary';
  const said = (item: Json) =>
    records(item.content).flatMap((part) => (part.type === 'output_text' ? (partText(part) ?? '') : []));
  const messages = items.filter(({ type }) => type === 'message');
  const statuses = messages.filter(isRemark).flatMap(said);
  const reasoning = items
    .filter(({ type }) => type === 'reasoning')
    .flatMap(({ content, summary }) => [...records(content), ...records(summary)].map(partText));
  const tools = [...ran(items), ...waiting(items)];
  return {
    text: messages
      .filter((item) => !isRemark(item))
      .flatMap(said)
      .join(''),
    statuses,
    ...(reasoning.length > 0 ? { reasoning: reasoning.join('') } : {}),
    ...(value.refusal === undefined ? {} : { refusal: value.refusal }),
    tools,
    end: endOf(value.ended, waiting(items).length > 0, record(response.incomplete_details)),
  };
}

/** Outputs of the server's own doing: of functions beside their call, of MCP tools within it. */
function ran(items: readonly Json[]): Observed['tools'] {
  const outputs = new Map(
    items.filter(({ type }) => type === 'function_call_output').map((item) => [item.call_id, item]),
  );
  return items.flatMap((item) => {
    const output = item.type === 'mcp_call' ? item.output : outputs.get(item.call_id)?.output;
    const isRun = item.type === 'mcp_call' || (item.type === 'function_call' && outputs.has(item.call_id));
    return isRun ? [{ ...call(item), output: parsed(text(output)) }] : [];
  });
}

function waiting(items: readonly Json[]): Observed['tools'] {
  const answered = new Set(items.filter(({ type }) => type === 'function_call_output').map(({ call_id: id }) => id));
  return items
    .filter(
      ({ type, call_id: id }) => type === 'mcp_approval_request' || (type === 'function_call' && !answered.has(id)),
    )
    .map(call);
}

const call = (item: Json) => ({ name: text(item.name), args: parsed(text(item.arguments)) });

/** What a function gives or takes is JSON as a rule, and text otherwise. */
function parsed(said: string | undefined): unknown {
  try {
    return JSON.parse(said ?? 'null') as unknown;
  } catch {
    return said;
  }
}

function endOf(status: string, waits: boolean, incomplete: Json | undefined): string {
  if (status === 'completed') return waits ? 'input-required' : 'completed';
  return status === 'incomplete' && incomplete?.reason !== undefined ? 'incomplete' : status;
}
