import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { ReportedRequirement } from './suite.ts';

/** Of an entry of a baseline, what a lane reads. */
export interface Entry {
  id: string;
  /** Over this binding only. */
  binding?: string;
  /** It comes and goes. */
  flaky?: boolean;
}

/** The entries of a baseline file; the suite has said before what is wrong with one. */
export async function readEntries(file: string): Promise<Entry[]> {
  return (parse(await readFile(file, 'utf8')) as Entry[] | null) ?? [];
}

/**
 * Entries whose row is red nowhere and blocked somewhere, a sentence each: another red stands before it, so that what the entry says
 * of the system is no longer seen. For the suite that is in order, since it may come back; what is recorded here would be untrue.
 */
export function hidden(entries: readonly Entry[], requirements: readonly ReportedRequirement[]): string[] {
  return entries.flatMap(({ id, binding, flaky }) => {
    const seen = Object.entries(requirements.find((row) => row.id === id)?.bindings ?? {}).filter(
      ([name]) => binding === undefined || name === binding,
    );
    const [first] = seen.filter(([, { verdict }]) => verdict === 'blocked');
    if (!first || flaky || seen.some(([, { verdict }]) => verdict === 'violation' || verdict === 'warning')) return [];
    const [over, { reason = 'another row' }] = first;
    return [
      `${id}: it is not red but blocked by ${reason} over ${over}: remove the entry, or find out why ${reason} now stands before it`,
    ];
  });
}
