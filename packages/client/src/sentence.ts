/** Where agents, frameworks and gateways put what they have to say. */
const MEMBERS = ['message', 'detail', 'error_description', 'msg', 'title', 'error'];

/** The sentence for people in the body of a failure, whatever its shape; undefined: there is none. */
export function sentenceIn(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return value.trim() || undefined;
  if (typeof value !== 'object' || value === null || depth > 3) return undefined;
  const inner = Array.isArray(value) ? value.slice(0, 5) : MEMBERS.map((member) => (value as never)[member]);
  const said = inner.map((each) => sentenceIn(each, depth + 1)).filter(Boolean);
  return Array.isArray(value) ? said.join('; ') || undefined : said[0];
}
