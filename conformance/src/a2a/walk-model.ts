import { isRecord } from '../kit/json.ts';

/** Told of a member: where it is, and the object that it is in. */
export type VisitMember = (key: string, member: unknown, path: string, parent: Record<string, unknown>) => void;

/** Makes what visits every member of the model's own; what an agent puts into members in `open` is its own business. */
export function walker(open: ReadonlySet<string>) {
  return function walk(value: unknown, visit: VisitMember, path = ''): void {
    if (Array.isArray(value)) value.forEach((element, index) => walk(element, visit, `${path}[${index}]`));
    else if (isRecord(value))
      for (const [key, member] of Object.entries(value)) {
        const at = path ? `${path}.${key}` : key;
        visit(key, member, at, value);
        if (!open.has(key)) walk(member, visit, at);
      }
  };
}
