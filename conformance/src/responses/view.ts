import { record, records, text, type Json } from '../kit/json.ts';

// A response, an item or an event as it came; nothing here judges.
export { record, records, text, type Json } from '../kit/json.ts';

export interface CallView {
  id: string | undefined;
  callId: string | undefined;
  name: string | undefined;
  arguments: string | undefined;
}

/** Types of items that are calls of a function of the caller. */
export const isFunctionCall = (item: Json): boolean => item.type === 'function_call';

/** A call of any kind: of a function, or of a tool that the server has. */
export const isCall = ({ type }: Json): boolean =>
  typeof type === 'string' && (type.endsWith('_call') || /:.*call/.test(type));

export const callView = (item: Json): CallView => ({
  id: text(item.id),
  callId: text(item.call_id),
  name: text(item.name),
  arguments: text(item.arguments),
});

/** The text of a part: of what is said, refused or thought. */
export const partText = (part: Json): string | undefined => text(part.text) ?? text(part.refusal);

/** All that the messages among the items say; refusals are apart. */
export const textIn = (items: readonly Json[]): string =>
  items
    .filter(({ type }) => type === 'message')
    .flatMap(({ content }) => records(content))
    .flatMap((part) => (part.type === 'output_text' ? [text(part.text) ?? ''] : []))
    .join('');

export const refusalIn = (items: readonly Json[]): string | undefined => {
  const refusals = items
    .flatMap(({ content }) => records(content))
    .flatMap((part) => (part.type === 'refusal' ? [text(part.refusal) ?? ''] : []));
  return refusals.length > 0 ? refusals.join('') : undefined;
};

/** The events that end a response. */
const TERMINAL = new Set(['response.completed', 'response.failed', 'response.incomplete']);
export const isTerminal = (type: string | undefined): boolean => type !== undefined && TERMINAL.has(type);

/** The statuses of a response that has not ended. */
export const goesOn = (status: unknown): boolean => status === 'queued' || status === 'in_progress';

/** Ends a response, under a name that nothing gives it: `response.done`. */
export const isMisnamedEnd = (event: Json, known: (type: string) => boolean): boolean => {
  const response = record(event.response);
  return (
    typeof event.type === 'string' &&
    /^response\.\w+$/.test(event.type) &&
    !known(event.type) &&
    typeof response?.status === 'string' &&
    !goesOn(response.status)
  );
};
