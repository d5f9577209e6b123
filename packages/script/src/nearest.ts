/** `; did you mean X?` for the known word that was most likely meant, or for several of them; empty when none is near. */
export function didYouMean(word: string, known: readonly string[], most = 1): string {
  const near = nearest(word, known).slice(0, most);
  return near.length === 0 ? '' : `; did you mean ${near.join(', ').replace(/, ([^,]+)$/, ' or $1')}?`;
}

/** The known words that may have been meant, the most likely one first. */
export function nearest(word: string, known: readonly string[]): string[] {
  const wanted = word.slice(0, 60).toLowerCase();
  return known
    .map((candidate) => ({ candidate, edits: editsTo(wanted, candidate.toLowerCase()) }))
    .filter(({ edits }) => edits < Infinity)
    .toSorted((a, b) => a.edits - b.edits)
    .map(({ candidate }) => candidate);
}

/** Infinity where the two are too far apart. */
function editsTo(wanted: string, candidate: string): number {
  // One edit for each three characters, so that short words are not taken for each other.
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  // Whoever writes a piece of a long name has forgotten the rest.
  if (wanted.length >= 4 && candidate.includes(wanted)) return candidate === wanted ? 0 : 1;
  if (Math.abs(candidate.length - wanted.length) > limit) return Infinity;
  const edits = editDistance(wanted, candidate);
  return edits <= limit ? edits : Infinity;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity;
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, replaced, swapped));
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
