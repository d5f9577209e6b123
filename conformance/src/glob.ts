/**
 * A test for names: `*` stands for any run of characters (slashes too), `?` for one, the rest for itself.
 * Case does not matter. Takes time in proportion to pattern times name, whatever the pattern.
 */
export function globs(pattern: string): (name: string) => boolean {
  const wanted = pattern.toLowerCase();
  return (name) => matches(wanted, name.toLowerCase());
}

function matches(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let resume = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      // Let the last star take one more character.
      p = star + 1;
      n = ++resume;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
