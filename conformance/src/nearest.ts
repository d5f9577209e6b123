/** `; did you mean X?` for the known word that was most likely meant; empty when none is near. */
export function nearest(word: string, known: readonly string[]): string {
  const wanted = word.slice(0, 60).toLowerCase();
  // One edit for each three characters, so that short words are not taken for each other.
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: { word: string; edits: number } | undefined;
  for (const candidate of known) {
    if (Math.abs(candidate.length - wanted.length) > limit) continue;
    const edits = editDistance(wanted, candidate.toLowerCase());
    if (edits <= limit && (!best || edits < best.edits)) best = { word: candidate, edits };
  }
  return best ? `; did you mean ${best.word}?` : '';
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
