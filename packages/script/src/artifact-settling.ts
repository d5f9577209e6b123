import type { Step } from './script.ts';

export interface Settled {
  id: string;
  last: boolean;
}

const NONE: ReadonlyMap<number, Settled> = new Map();

/** The id, and whether anything follows, of each step of a turn that sends an artifact; by the step's index. */
export function settleArtifacts(steps: Step[]): ReadonlyMap<number, Settled> {
  // Most turns send none.
  if (!steps.some((step) => artifactOf(step) !== undefined)) return NONE;
  const settled = new Map<number, Settled>();
  let count = 0;
  let newest = '';
  for (const [i, step] of steps.entries()) {
    const spec = artifactOf(step);
    if (!spec) continue;
    if (!spec.append) count++;
    newest = spec.id ?? (spec.append ? newest : `artifact-${count}`);
    settled.set(i, { id: newest, last: true });
  }
  const appended = new Set<string>();
  for (const [i, artifact] of [...settled].toReversed()) {
    const spec = artifactOf(steps[i]!)!;
    artifact.last = spec.last ?? !appended.has(artifact.id);
    if (spec.append) appended.add(artifact.id);
    else appended.delete(artifact.id);
  }
  return settled;
}

function artifactOf(step: Step): { id?: string; append?: boolean; last?: boolean } | undefined {
  if ('artifact' in step) return step.artifact;
  return 'pad' in step ? step.pad : undefined;
}
