import type { Exchange } from '@agentproto/recording';
import type { RunSource } from '../judgement.ts';
import type { Report } from '../model.ts';
import type { Reproduction } from '../html/page-data.ts';
import { listReds, type Red } from '../reds.ts';
import { curlOf } from './curl.ts';
import { scriptOf } from './node-script.ts';
import { stepsTo } from './steps.ts';

/** Of one play; more nobody sends again. */
const MOST = 200;
/** Between the clocks of the run and of its recording. */
const SLACK_MS = 25;

/** How to see each red again without the suite, by requirement: from the play of its first failure that has an exchange. */
export async function reproductions(
  report: Report,
  runs: readonly RunSource[],
  only?: string,
): Promise<Map<string, Reproduction>> {
  const wanted = listReds(report).flatMap((red) => {
    const found = red.failures.find(({ failure }) => failure.exchange !== null);
    const isAsked = only === undefined || red.row.id === only;
    return found && isAsked
      ? [
          {
            red,
            run: found.scenario.run ?? 0,
            label: found.scenario.id,
            id: found.failure.exchange!,
            near: [] as Exchange[],
          },
        ]
      : [];
  });
  for (const [index, run] of runs.entries()) {
    const here = Map.groupBy(
      wanted.filter((one) => one.run === index),
      ({ label }) => label,
    );
    if (here.size === 0) continue;
    for await (const exchange of run.exchanges())
      for (const one of here.get(exchange.label ?? '') ?? []) {
        one.near.push(exchange);
        // What is far away belongs to another play of the same scenario.
        if (one.near.length > MOST * 2)
          one.near.splice(
            0,
            one.near.findIndex(({ id }) => id >= one.id - MOST),
          );
      }
  }
  return new Map(
    wanted.flatMap(({ red, id, near, run }) => {
      const target = near.find((exchange) => exchange.id === id);
      if (!target) return [];
      return [[red.row.id, reproductionOf(target, playOf(target, near, runs[run]!), aboutRed(red))] as const];
    }),
  );
}

/** How to see one exchange again. */
export function reproductionOf(
  target: Exchange,
  play: readonly Exchange[],
  about: { title: string; expected: string; actual: string },
): Reproduction {
  const steps = stepsTo(target, play);
  const base = URL.canParse(target.request.url)
    ? new URL(target.request.url).origin.replace(/^ws/, 'http')
    : target.request.url;
  return { curl: curlOf(steps, { ...about, base }), script: scriptOf(steps, { ...about, base }) };
}

/** The exchanges of the play that an exchange is part of. */
export function playOf(target: Exchange, near: readonly Exchange[], { events }: RunSource): Exchange[] {
  const within = (atMs: number, startedAtMs: number, durationMs: number) =>
    atMs >= startedAtMs - SLACK_MS && atMs <= startedAtMs + durationMs + SLACK_MS;
  const play = events.find(
    (event) =>
      event.type === 'scenario-end' &&
      event.id === target.label &&
      (event.binding === target.binding || target.binding === undefined) &&
      within(target.request.atMs, event.startedAtMs, event.durationMs),
  );
  return near.filter(
    ({ label, binding, request }) =>
      label === target.label &&
      (binding === target.binding || binding === undefined || target.binding === undefined) &&
      (play?.type !== 'scenario-end' || within(request.atMs, play.startedAtMs, play.durationMs)),
  );
}

function aboutRed({ row, failures: [first] }: Red): { title: string; expected: string; actual: string } {
  const told = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return {
    title: `${row.id}: ${row.statement}`,
    expected: told(first?.failure.expected ?? first?.failure.message),
    actual: told(first?.failure.actual ?? 'nothing'),
  };
}
