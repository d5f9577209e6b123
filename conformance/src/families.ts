import { a2a01, a2a02, a2a03 } from './a2a/eras/families.ts';
import { a2a10, a2a100 } from './a2a/family.ts';
import { chatDcaf21, chatDocs } from './chat/family.ts';
import type { SuiteFamily } from './kit/family.ts';
import { UsageError } from './kit/usage-error.ts';
import { openAgent07, openAgentReadme } from './open-agent/family.ts';
import { responses20260115, responses20260424, responsesOpenAI, responsesWayFlow } from './responses/family.ts';

/** Every family revision that the suite can judge; a further one is a folder and a line here. */
export const families: readonly SuiteFamily[] = [
  a2a10,
  a2a100,
  a2a03,
  a2a02,
  a2a01,
  chatDocs,
  chatDcaf21,
  responses20260424,
  responses20260115,
  responsesOpenAI,
  responsesWayFlow,
  openAgent07,
  openAgentReadme,
];

/** @throws UsageError for an id that is none. */
export function familiesNamed(ids: readonly string[]): SuiteFamily[] {
  return ids.map((id) => {
    const found =
      families.find((family) => family.id === id) ?? families.find((family) => family.id.startsWith(`${id}@`));
    if (!found)
      throw new UsageError(`--protocol ${id}: expected ${families.map((family) => family.id).join(', ')} or auto`);
    return found;
  });
}
