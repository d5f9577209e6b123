import { parseArgs } from 'node:util';
import { causesOf, combinations, complaintOf } from './combined.ts';
import { ERAS, eraOddities, eraTrials, tryEra, tryOddity } from './era-trials.ts';
import { fixtures } from './fixtures.ts';
import { judgedQuirks } from './judged-quirks.ts';
import { judgeQuirk, type QuirkVerdict } from './judge-quirk.ts';
import { isRed, names, sight, type Sighting, type TrialOptions } from './sight.ts';

/**
 * `pnpm selftest [--protocol FAMILY,…] [WORD…]`: every quirk must turn the row that it names red, and nothing that it does not
 * entail; no legal oddity may turn anything red.
 */

const PATIENCE_MS = 2_000;
interface Asked {
  words: readonly string[];
  families: readonly string[];
  whole: boolean;
  everywhere: boolean;
}

/** As long as a default run on a broken local target may take; on a busy machine, beyond a run on a sound one. */
const LONGEST_MS = 25_000;
/** Quirks that are tried at once: most of their time is waiting. */
const WIDTH = 4;
/** Of those that failed, or took long, how many are tried again: more are no matter of a busy machine. */
const AGAIN = 30;

async function selftest({ words, families, whole, everywhere }: Asked): Promise<boolean> {
  const options = { patienceMs: PATIENCE_MS, whole: whole || everywhere, everywhere };
  const began = performance.now();
  const isNamed = (name: string) => words.length === 0 || words.some((word) => name.includes(word));
  const isAsked = (family: string) => families.length === 0 || families.includes(family);
  const chosen = judgedQuirks.filter(
    ({ name }) => isAsked(familyOf(name)) && isNamed(name) && !name.startsWith('a2a.era.'),
  );
  const trials = isAsked('a2a') ? eraTrials.filter(({ era, row }) => isNamed(era) || isNamed(row)) : [];
  const odd = isAsked('a2a') ? eraOddities.filter(({ era, quirk }) => isNamed(era) || isNamed(quirk.name)) : [];
  if (chosen.length + trials.length + odd.length === 0) {
    console.error(`no quirk has ${words.join(' or ')} in its name`);
    return false;
  }
  const controls = new Map<string, Sighting>();
  const concerned = new Set(chosen.map(({ name }) => familyOf(name)));
  const eras = new Set([...trials, ...odd].map(({ era }) => era));
  const isNeeded = (id: string) => (ERAS.includes(id) ? eras.has(id) : concerned.has(id.split('@', 1)[0]!));
  const needed = fixtures.filter(({ protocols }) => protocols.some(isNeeded));
  for (const fixture of needed) controls.set(fixture.name, await sight(fixture, [], { patienceMs: PATIENCE_MS }));
  const clean = [...controls].map(([name, { findings }]) => reportControl(name, findings.filter(isRed))).every(Boolean);

  const plain = fixtures.filter(({ protocols }) => !protocols.some((id) => ERAS.includes(id)));
  const verdicts = await judgeAll(chosen, (quirk, more) => judgeQuirk(quirk, plain, controls, { ...options, ...more }));
  const ofEras = await judgeAll(trials, (trial, more) => tryEra(trial, fixtures, controls, { ...options, ...more }));
  const oddInEras = await judgeAll(odd, (one, more) => tryOddity(one, fixtures, controls, { ...options, ...more }));
  const all = [...ofEras, ...oddInEras, ...verdicts];
  for (const { quirk, fixture, complaint } of all)
    if (complaint) console.log(`  ✗ ${quirk.name} on ${fixture}: ${complaint}`);
  const faults = verdicts.filter(({ quirk }) => quirk.breaks !== null);
  const oddities = [...verdicts.filter(({ quirk }) => quirk.breaks === null && !quirk.fatal), ...oddInEras];
  const count = (list: readonly QuirkVerdict[], is: (verdict: QuirkVerdict) => boolean) =>
    `${list.filter(is).length} of ${list.length}`;
  console.log(`detection rate: ${count(faults, ({ detected }) => detected)} quirks turned the row red that they name`);
  console.log(`precision: ${count(faults, ({ complaint }) => !complaint)} turned nothing else red than they say`);
  console.log(`false alarms: ${count(oddities, ({ detected }) => !detected)} legal oddities called a fault`);
  if (ofEras.length > 0)
    console.log(
      `eras: ${count(ofEras, ({ complaint }) => !complaint)} rows of earlier eras turned red, and nothing else did`,
    );
  const together = words.length + families.length === 0 ? await judgeTogether() : [];
  if (together.length > 0)
    console.log(
      `one cause, one red: ${together.filter((complaint) => !complaint).length} of ${together.length} combinations`,
    );
  const slowest = verdicts.toSorted((a, b) => b.tookMs - a.tookMs).slice(0, 5);
  console.log(
    `slowest: ${slowest.map(({ quirk, tookMs }) => `${quirk.name} ${(tookMs / 1_000).toFixed(1)} s`).join(', ')}`,
  );
  const isInTime = slowest.every(({ tookMs }) => tookMs < LONGEST_MS);
  if (!isInTime) console.log(`  ✗ expected each within ${LONGEST_MS / 1_000} s`);
  console.log(`took ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  return clean && isInTime && all.every(({ complaint }) => !complaint) && together.every((complaint) => !complaint);
}

const familyOf = (name: string): string => name.split('.', 1)[0]!;

async function judgeAll<Trial>(
  trials: readonly Trial[],
  judge: (trial: Trial, more: Pick<TrialOptions, 'beyondSound'>) => Promise<QuirkVerdict>,
): Promise<QuirkVerdict[]> {
  const verdicts: QuirkVerdict[] = [];
  const failed: [Trial, QuirkVerdict][] = [];
  const slow: [Trial, QuirkVerdict][] = [];
  const waiting = trials[Symbol.iterator]();
  const lane = async () => {
    for (const trial of waiting) {
      const verdict = await judge(trial, {});
      if (verdict.complaint) failed.push([trial, verdict]);
      else if (verdict.tookMs >= LONGEST_MS) slow.push([trial, verdict]);
      else verdicts.push(verdict);
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, lane));
  // Those that are tried at the same time take each other's time, and other programs that of all; what counts is what
  // becomes of one alone, and how much longer it takes than a sound server.
  const again = async (trial: Trial, first: QuirkVerdict) => {
    console.log(`again, alone: ${first.quirk.name} on ${first.fixture}, ${whyAgain(first)}`);
    return judge(trial, { beyondSound: true });
  };
  const isMany = failed.length > AGAIN;
  for (const [trial, first] of failed) verdicts.push(isMany ? first : await again(trial, first));
  slow.sort(([, a], [, b]) => b.tookMs - a.tookMs);
  let longestMs = 0;
  for (const [index, [trial, first]] of slow.entries()) {
    // The rest took less time than these did, in the same company.
    const verdict = index < AGAIN ? await again(trial, first) : { ...first, tookMs: Math.min(first.tookMs, longestMs) };
    longestMs = Math.max(longestMs, verdict.tookMs);
    verdicts.push(verdict);
  }
  return verdicts.sort((a, b) => a.quirk.name.localeCompare(b.quirk.name));
}

const whyAgain = ({ complaint, tookMs }: QuirkVerdict): string =>
  complaint ?? `which took ${(tookMs / 1_000).toFixed(1)} s`;

/** Several quirks at once; what is wrong with each combination, undefined where nothing is. */
async function judgeTogether(): Promise<(string | undefined)[]> {
  const complaints: (string | undefined)[] = [];
  for (const combination of combinations) {
    const look = async () => complaintOf(await causesOf(combination, { patienceMs: PATIENCE_MS }));
    let complaint = await look();
    if (complaint) console.log(`again: ${combination.name}, ${complaint}`);
    if (complaint) complaint = await look();
    if (complaint) console.log(`  ✗ ${combination.name}: ${complaint}`);
    complaints.push(complaint);
  }
  return complaints;
}

function reportControl(name: string, red: Sighting['findings']): boolean {
  console.log(`control ${name}: ${red.length > 0 ? `NOT CLEAN: ${names(red)}` : 'clean'}`);
  return red.length === 0;
}

const HELP = `pnpm selftest [--whole | --everywhere] [--protocol FAMILY,…] [WORD…]

Plays the suite on the reference server with each quirk in turn, and says which row that turned red.
With a family (a2a, chat, responses, open-agent) only its quirks; with words, only those that have one of them in their names.
A quirk is tried with the scenarios that look at its row; with --whole with all of them, which takes several times as long,
and with --everywhere with all of them in each revision and set-up in which the row holds.
Exit code 1 where a quirk is not seen, or seen as more than it is.
`;

const FAMILIES = [...new Set(judgedQuirks.map(({ name }) => familyOf(name)))];

/** Every revision of a family is tried with it: a quirk belongs to all that have its row. */
function command(args: readonly string[]): Asked | string {
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      protocol: { type: 'string', multiple: true },
      whole: { type: 'boolean' },
      everywhere: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  });
  if (values.help) return HELP;
  const families = (values.protocol ?? []).flatMap((ids) => ids.split(',').map((id) => id.trim().split('@', 1)[0]!));
  const unknown = families.find((family) => !FAMILIES.includes(family));
  if (unknown !== undefined) throw new TypeError(`--protocol: expected ${FAMILIES.join(', ')}, got ${unknown}`);
  return { words: positionals, families, whole: values.whole ?? false, everywhere: values.everywhere ?? false };
}

try {
  const asked = command(process.argv.slice(2));
  if (typeof asked === 'string') process.stdout.write(asked);
  else process.exitCode = (await selftest(asked)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof TypeError)) throw error;
  process.stderr.write(`selftest: ${error.message}\n`);
  process.exitCode = 2;
}
