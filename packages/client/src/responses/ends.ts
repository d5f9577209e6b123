/** Those of the specification, and names that servers have for them. */
const ENDS = ['response.completed', 'response.failed', 'response.incomplete', 'response.done', 'response.cancelled'];

/** Whether an event ends its response. */
export function isEnd(type: string): boolean {
  return ENDS.includes(type);
}
