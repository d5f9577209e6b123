import type { Verdict } from '../kit/verdict.ts';
import type { RunRecord } from './judgement.ts';
import type { ReportedCause, ReportedRequirement } from './model.ts';

const isRed = ({ verdict }: { verdict: Verdict }) =>
  verdict === 'violation' || verdict === 'warning' || verdict === 'harness-error';

/**
 * The reds in the order of causes (the plan's: envelopes, media types and schemas before what scenarios find), each
 * with the rows that it blocks. What blocks and is no red itself (the credentials that a target asks for, a row of
 * another binding) comes last.
 */
export function listCauses(runs: readonly RunRecord[], listed: readonly ReportedRequirement[]): ReportedCause[] {
  const order = new Map<string, number>();
  for (const { events } of runs)
    for (const event of events)
      if (event.type === 'plan')
        for (const { requirement } of event.rows) if (!order.has(requirement)) order.set(requirement, order.size);
  const place = (id: string) => order.get(id) ?? order.size;

  const byId = new Map(listed.map((row) => [row.id, row]));
  const blocks = new Map<string, Set<string>>();
  for (const { id, bindings } of listed)
    for (const [binding, row] of Object.entries(bindings)) {
      if (row.verdict !== 'blocked') continue;
      const cause = rootOf(row.reason ?? '', binding, byId);
      const known = blocks.get(cause);
      if (known) known.add(id);
      else blocks.set(cause, new Set([id]));
    }
  const reds = listed.flatMap(({ id, verdict, bindings }): ReportedCause[] => {
    const red = Object.entries(bindings).filter(([, row]) => isRed(row));
    return red.length === 0
      ? []
      : [{ id, verdict, bindings: red.map(([binding]) => binding), blocks: [...(blocks.get(id) ?? [])] }];
  });
  const others = [...blocks].flatMap(([id, rows]): ReportedCause[] =>
    reds.some((red) => red.id === id) ? [] : [{ id, verdict: 'blocked', bindings: [], blocks: [...rows] }],
  );
  return [...reds.sort((a, b) => place(a.id) - place(b.id)), ...others];
}

/** What blocks may be blocked itself: the first of the chain is the cause. */
function rootOf(id: string, binding: string, rows: ReadonlyMap<string, ReportedRequirement>): string {
  const seen = new Set<string>();
  for (let cause = id; ;) {
    seen.add(cause);
    const row = rows.get(cause)?.bindings[binding];
    if (row?.verdict !== 'blocked' || !row.reason || seen.has(row.reason)) return cause;
    cause = row.reason;
  }
}
