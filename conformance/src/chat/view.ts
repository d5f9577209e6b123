import { isRecord } from '../kit/json.ts';

/** A call as it is asked about, or as it was carried out; members that are not as they should be are left out. */
export interface CallView {
  id: string | undefined;
  name: string | undefined;
  input: unknown;
  execute: unknown;
  output: string | undefined;
}

/** An event by its type; `raw` keeps the whole. Nothing here judges. */
export interface EventView {
  type: string | undefined;
  text: string | undefined;
  calls: CallView[];
  raw: unknown;
}

/** The member of each event type that lists calls. */
const LISTS: Record<string, string> = {
  tool_calls: 'tool_calls',
  approvals: 'approvals',
  commands: 'commands',
  executed_tool_calls: 'executed_tool_calls',
  executed_approvals: 'executed_approvals',
  executed_commands: 'executed_cmds',
};

/** An event in a list by itself, or a text in blocks, is read for what it plainly is; that it breaks a rule is the grammar's matter. */
export function eventView(raw: unknown): EventView {
  const alone = Array.isArray(raw) && raw.length === 1 ? (raw[0] as unknown) : raw;
  const event = isRecord(alone) ? alone : {};
  const type = text(event.type);
  return {
    type,
    text: text(event.text) ?? inBlocks(event.text) ?? text(event.error),
    calls: callViews(event[LISTS[type ?? ''] ?? '']),
    raw,
  };
}

function inBlocks(value: unknown): string | undefined {
  const texts = (Array.isArray(value) ? value : []).map((block: unknown) =>
    isRecord(block) ? text(block.text) : undefined,
  );
  return texts.length > 0 && texts.every((one) => one !== undefined) ? texts.join('') : undefined;
}

export function callViews(raw: unknown): CallView[] {
  return (Array.isArray(raw) ? raw : []).map((call: unknown) => {
    const { id, name, input, execute, output } = isRecord(call) ? call : {};
    return { id: text(id), name: text(name), input, execute, output: text(output) };
  });
}

/** `done` or `error`: no more of the turn is owed. */
export function endsTurn({ type }: EventView): boolean {
  return type === 'done' || type === 'error';
}

export function isExecuted({ type }: EventView): boolean {
  return type?.startsWith('executed_') ?? false;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
