/** Whether a value that came as JSON is nested deeper: what is very deep can be read, and not written again. */
export function isDeeper(value: unknown, levels: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    const below = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    if (below.length > 0 && depth === levels) return true;
    level = below;
  }
  return false;
}
