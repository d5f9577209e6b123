import type { AnyQuirk } from '@agentproto/reference-server';
import type { RequirementId } from '@agentproto/rules';
import { families } from '../families.ts';
import { rowsOf, rowTable } from '../kit/rows.ts';
import type { Fixture } from './fixtures.ts';
import { judgeQuirk, type QuirkVerdict } from './judge-quirk.ts';
import { judgedQuirks } from './judged-quirks.ts';
import type { Sighting, TrialOptions } from './sight.ts';

/** Eras whose rows are for the most part the same as rows of 1.0: a quirk that breaks one of those breaks theirs. */
export const ERAS = ['a2a@0.3', 'a2a@0.2', 'a2a@0.1'];

/** A row of an era, and what should turn it red: the quirks that were made for it first. */
export interface EraTrial {
  era: string;
  row: RequirementId;
  candidates: readonly AnyQuirk[];
}

/** No server breaks them; the tests of each check bring a recording that does. */
const ofClients = new Set(families.flatMap(({ clients = [] }) => clients.flatMap(({ proves }) => proves)));

export const eraTrials: readonly EraTrial[] = ERAS.flatMap((era) =>
  rowsOf({ id: era })
    .filter(({ id, check }) => check !== undefined && !ofClients.has(id))
    .map(({ id: row, same = [] }) => ({
      era,
      row,
      candidates: [row, ...same].flatMap((name) => judgedQuirks.filter(({ breaks }) => breaks === name)),
    })),
);

/** Of the oddities, those that an era has no place for, or does not leave room for. */
const NO_ODDITIES: { readonly [era: string]: readonly string[] } = {
  'a2a@0.3': [
    // What is listed: cards, tenants, pages; and webhooks that are called with a media type, or an event, of 1.0.
    ...['older-version-elsewhere', 'card-never-304', 'card-of-more-worlds', 'tenant'],
    ...['lists-at-most-a-hundred', 'lists-one-by-one', 'delivery-as-json', 'delivery-of-tasks'],
    // An update that is final is the last event (7.2.2); a member without a value is left out, and a task has its contextId (6.1).
    ...['closing-snapshot', 'null-is-unset', 'makes-no-contexts'],
  ],
  'a2a@0.2': [
    ...['older-version-elsewhere', 'card-never-304', 'card-of-more-worlds', 'tenant'],
    ...['lists-at-most-a-hundred', 'lists-one-by-one', 'delivery-as-json', 'delivery-of-tasks'],
    ...['closing-snapshot', 'null-is-unset', 'makes-no-contexts'],
    // There is no HTTP+JSON.
    'subscribe-by-get',
  ],
  'a2a@0.1': [
    ...['card-never-304', 'card-of-more-worlds', 'tenant'],
    ...['lists-at-most-a-hundred', 'lists-one-by-one', 'delivery-as-json', 'delivery-of-tasks'],
    ...['closing-snapshot', 'subscribe-by-get'],
    // There are no direct messages.
    ...['only-messages', 'only-tasks', 'messages-without-a-context', 'task-instead-of-a-message-at-once'],
  ],
};

/** A legal oddity in an era: nothing may turn red. */
export interface EraOddity {
  era: string;
  quirk: AnyQuirk;
}

export const eraOddities: readonly EraOddity[] = ERAS.flatMap((era) =>
  judgedQuirks
    .filter(({ name, breaks, fatal }) => breaks === null && !fatal && name.startsWith('a2a.legal.'))
    .filter(({ name }) => !NO_ODDITIES[era]!.includes(name.replace('a2a.legal.', '')))
    .map((quirk) => ({ era, quirk })),
);

/** Plays the whole of the era on it. */
export function tryOddity(
  { era, quirk }: EraOddity,
  fixtures: readonly Fixture[],
  controls: ReadonlyMap<string, Sighting>,
  options: TrialOptions,
): Promise<QuirkVerdict> {
  const own = fixtures.filter(({ protocols }) => protocols.includes(era));
  return judgeQuirk(quirk, own, controls, options);
}

/** A quirk under the names that its rows have in an era; what has none there is nothing there. */
export function inEra(quirk: AnyQuirk, era: string): AnyQuirk {
  const rows = rowTable({ id: era });
  const own = (id: RequirementId) => rows.get(id)?.id;
  const breaks = quirk.breaks === null ? null : (own(quirk.breaks) ?? quirk.breaks);
  const also = (quirk.also ?? []).flatMap((one) => {
    const id = own(one.id);
    return id === undefined || id === breaks ? [] : [{ ...one, id }];
  });
  return { ...quirk, breaks, also: [...new Map(also.map((one) => [one.id, one])).values()] };
}

/** The first of the candidates that turns the row red and nothing else; else what is wrong with the first that was applied. */
export async function tryEra(
  { era, row, candidates }: EraTrial,
  fixtures: readonly Fixture[],
  controls: ReadonlyMap<string, Sighting>,
  options: TrialOptions,
): Promise<QuirkVerdict> {
  const own = fixtures.filter(({ protocols }) => protocols.includes(era));
  let tookMs = 0;
  let best: QuirkVerdict | undefined;
  for (const candidate of candidates) {
    const verdict = await judgeQuirk(inEra(candidate, era), own, controls, options);
    tookMs += verdict.tookMs;
    if (!verdict.complaint) return { ...verdict, tookMs };
    if (!best || (verdict.detected && !best.detected) || best.complaint === NEVER) best = verdict;
  }
  return best
    ? { ...best, complaint: `${row} of ${era}: ${best.complaint}`, tookMs }
    : { ...NOTHING, complaint: `${row} of ${era}: no quirk breaks it` };
}

const NEVER = 'was never applied';
const NOTHING: QuirkVerdict = {
  quirk: { name: 'a2a', breaks: null, says: 'nothing', make: () => ({}) },
  fixture: 'none',
  tookMs: 0,
  detected: false,
};
