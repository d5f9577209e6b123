import type { AnyQuirk } from '@agentproto/reference-server';
import type { Finding } from '../kit/result.ts';
import { families } from '../families.ts';
import { rowTable } from '../kit/rows.ts';
import type { Fixture } from './fixtures.ts';
import { firstRed, isRed, names, sight, type Sighting, type SightOptions, type TrialOptions } from './sight.ts';

export interface QuirkVerdict {
  quirk: AnyQuirk;
  /** The set-up that decided. */
  fixture: string;
  /** Of all that was played for it, in milliseconds. */
  tookMs: number;
  /** The row that it names turned red, and is the first of the reds (a legal oddity: nothing did). */
  detected: boolean;
  /** Why it is not as it should be. */
  complaint?: string;
}

/** Tries a quirk on the set-ups of its family, in their order, until one applies it (`everywhere`: on all). */
export async function judgeQuirk(
  quirk: AnyQuirk,
  fixtures: readonly Fixture[],
  controls: ReadonlyMap<string, Sighting>,
  { patienceMs, everywhere = false, whole = everywhere, beyondSound = false }: TrialOptions,
): Promise<QuirkVerdict> {
  const family = quirk.name.split('.', 1)[0];
  let tookMs = 0;
  let idle: QuirkVerdict = {
    quirk,
    fixture: 'none',
    tookMs: 0,
    detected: false,
    complaint: `no set-up serves the family ${family}`,
  };
  // Of a family's revisions, those in which the row holds.
  const knows = (id: string) =>
    id.split('@', 1)[0] === family && (quirk.breaks === null || rowTable({ id }).get(quirk.breaks)?.check);
  const knowing = fixtures.filter(({ protocols }) => protocols.some(knows));
  // What is legal by a protocol is not what one product does.
  const open =
    quirk.breaks === null ? knowing.filter(({ protocols }) => !protocols.some((id) => PRODUCTS.has(id))) : [];
  const own = open.length > 0 ? open : knowing;
  const seenAt: (QuirkVerdict & Judgement)[] = [];
  // Where the few that cite the row never meet the quirk, all are played.
  for (const plays of whole ? [undefined] : [playsFor(quirk), undefined]) {
    for (const fixture of own) {
      // A family whose server dies is not to be kept alive by its neighbours.
      const alone = quirk.fatal
        ? { ...fixture, protocols: fixture.protocols.filter((id) => id.startsWith(`${family}@`)) }
        : fixture;
      const began = performance.now();
      // What counts is how long one set-up takes.
      if (everywhere) tookMs = 0;
      const seen = await sight(alone, [quirk], { patienceMs, plays });
      tookMs += performance.now() - began;
      if (beyondSound) tookMs -= await timeOf(() => sight(alone, [], { patienceMs, plays }));
      const verdict = {
        quirk,
        fixture: fixture.name,
        tookMs,
        ...judge(inFixture(quirk, alone), seen, controls.get(fixture.name)!),
      };
      // What a set-up cannot have, it says nothing of: the next one may.
      const isLookedAt =
        seen.stopped !== undefined ||
        seen.findings.some(({ requirement, verdict: one }) => requirement === quirk.breaks && one !== 'not-applicable');
      if (seen.applied > 0 && (quirk.breaks === null || isLookedAt)) {
        if (!everywhere) return verdict;
        seenAt.push(verdict);
      }
      idle = seen.applied > 0 ? verdict : { ...verdict, detected: false, complaint: 'was never applied' };
    }
  }
  const decides =
    seenAt.find(({ isTooMuch }) => isTooMuch) ?? seenAt.find(({ complaint }) => !complaint) ?? seenAt[0] ?? idle;
  return { ...decides, tookMs: Math.max(...seenAt.map((one) => one.tookMs), idle.tookMs) };
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** What falls with the row in the revisions that are judged: others may not know it. */
export function inFixture(quirk: AnyQuirk, { protocols }: Fixture): AnyQuirk {
  const { also } = quirk;
  if (!also) return quirk;
  return { ...quirk, also: also.filter((one) => protocols.some((id) => rowTable({ id }).has(one.id))) };
}

/** The scenarios that cite the row or one that falls with it, and those that show every kind of message, for what invariants see. */
function playsFor({ breaks, also = [] }: AnyQuirk): SightOptions['plays'] {
  if (breaks === null) return undefined;
  const smoke = new Set(families.flatMap((family) => family.smoke));
  const rows = [breaks, ...also.map((one) => one.id)];
  return ({ id, proves }) => smoke.has(id) || rows.some((row) => proves.includes(row));
}

/** Revisions that say what one product does, to the letter. */
const PRODUCTS: ReadonlySet<string> = new Set(['responses@wayflow', 'chat@dcaf-2.1']);

interface Judgement extends Pick<QuirkVerdict, 'detected' | 'complaint'> {
  /** More turned red than it says, or something before it. */
  isTooMuch?: true;
}

function judge({ breaks, fatal, also = [] }: AnyQuirk, sighting: Sighting, control: Sighting): Judgement {
  const { findings, stopped } = sighting;
  const red = findings.filter(isRed);
  if (fatal && !stopped?.startsWith('The target stopped working'))
    return { detected: false, complaint: `the run did not say that it stopped working: ${stopped ?? 'nothing'}` };
  if (breaks === null)
    return red.length > 0
      ? { detected: false, complaint: `raised ${names(red)}`, isTooMuch: true }
      : { detected: true };

  const named = findings.filter(({ requirement }) => requirement === breaks);
  const before = control.findings.filter(({ requirement }) => requirement === breaks);
  // What is only observed cannot turn red: there the observation must change. A play that the era cannot have says nothing of it.
  const told = named.filter(({ verdict }) => verdict !== 'not-applicable');
  const changed =
    told.length > 0 && told.every(({ verdict }) => verdict === 'observed') && said(named) !== said(before);
  if (!named.some(isRed) && !changed)
    return { detected: false, complaint: `${breaks} did not turn red: ${said(named) || 'nothing looked at it'}` };

  const entailed = new Set<string>([breaks, ...also.map(({ id }) => id)]);
  const surprises = red.filter(({ requirement }) => !entailed.has(requirement));
  if (surprises.length > 0)
    return { detected: true, complaint: `also raised ${names(surprises)}, which it does not name`, isTooMuch: true };
  const first = firstRed(sighting);
  const same = also.filter((one) => one.same).map(({ id }): string => id);
  if (first !== undefined && first !== breaks && !same.includes(first))
    return { detected: true, complaint: `the first red is ${first}, a consequence of ${breaks}`, isTooMuch: true };
  const spared = also.find(({ id }) => !red.some(({ requirement }) => requirement === id));
  return { detected: true, ...(spared ? { complaint: `names ${spared.id} as well, which stayed as it was` } : {}) };
}

function said(findings: readonly Finding[]): string {
  return [...new Set(findings.map(({ verdict, reason }) => (reason ? `${verdict} (${reason})` : verdict)))]
    .sort()
    .join(', ');
}
