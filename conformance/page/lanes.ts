import type { Exchange } from '@agentproto/recording';
import type { ExchangeSummary, PlayWindow } from '../src/report/html/page-data.ts';
import type { Store } from './store.ts';

/** Exchanges that were open during one play, and what stands out in them. */
export interface Lanes {
  fromMs: number;
  toMs: number;
  exchanges: Exchange[];
  /** Moments that concern more than their own lane. */
  marks: { atMs: number; kind: 'cancel' | 'approval'; text: string }[];
}

/** More of them nobody can read. */
const MOST = 24;
/** Between the clocks of the run and of its recording. */
const SLACK_MS = 25;

/** Everything that was recorded in the play to which an exchange belongs. */
export async function lanesAround(store: Store, run: number, id: number, binding: string): Promise<Lanes | undefined> {
  const at = store.index.find((one) => one.run === run && one.id === id);
  if (!at) return undefined;
  const play =
    store.data.plays.find((one) => holds(one, at, binding)) ??
    store.data.plays.find((one) => holds(one, at, undefined));
  const same = store.index
    .filter(
      (one) =>
        one.run === run &&
        one.label === at.label &&
        (one.binding === at.binding || one.binding === '' || at.binding === ''),
    )
    .filter((one) => one.id === id || !play || within(play, one.atMs))
    .toSorted((a, b) => a.atMs - b.atMs);
  const first = Math.max(0, Math.min(same.indexOf(at) - MOST / 2, same.length - MOST));
  const loaded = await Promise.all(same.slice(first, first + MOST).map((one) => store.load(run, one.id)));
  const exchanges = loaded.filter((one) => one !== undefined);
  const ends = exchanges.map(endOf);
  return {
    fromMs: Math.min(...exchanges.map(({ request }) => request.atMs)),
    toMs: Math.max(...ends),
    exchanges,
    marks: exchanges.flatMap(marksOf),
  };
}

function holds(play: PlayWindow, { run, label, atMs }: ExchangeSummary, binding: string | undefined): boolean {
  return (
    play.run === run && play.id === label && (binding === undefined || play.binding === binding) && within(play, atMs)
  );
}

function within({ startedAtMs, durationMs }: PlayWindow, atMs: number): boolean {
  return atMs >= startedAtMs - SLACK_MS && atMs <= startedAtMs + durationMs + SLACK_MS;
}

export function endOf({ request, response, frames, end }: Exchange): number {
  return end?.atMs ?? frames.at(-1)?.atMs ?? response?.atMs ?? request.atMs;
}

const DECISION =
  /"(tool_calls|approvals|decisions?)":\s*\[\s*\{[^\]]*"(execute|rejection_reason|approved?)"|mcp_approval_response/;

function marksOf({ id, operation = '', request, frames }: Exchange): Lanes['marks'] {
  const marks: Lanes['marks'] = [];
  if (/cancel/i.test(operation) || /[/:]cancel\b/.test(request.url))
    marks.push({ atMs: request.atMs, kind: 'cancel', text: `cancel, exchange ${id}` });
  if (request.body && 'text' in request.body && DECISION.test(request.body.text))
    marks.push({ atMs: request.atMs, kind: 'approval', text: `decision about a call, exchange ${id}` });
  for (const { atMs, direction, data } of frames)
    if (direction === 'out' && DECISION.test(data))
      marks.push({ atMs, kind: 'approval', text: `decision about a call, exchange ${id}` });
  return marks;
}
