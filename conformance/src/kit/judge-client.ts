import { createChecks, type Rows } from './check.ts';
import type { ClientCheck, ClientRecording } from './client-check.ts';
import { fold } from './play.ts';
import type { Finding } from './result.ts';

/**
 * What a recording shows of a client, one finding for each rule that it gave occasion for: the worst.
 * @param rows as they hold in the revision that is judged by; default: each as it was brought
 */
export async function judgeClient(
  checks: readonly ClientCheck[],
  recording: ClientRecording,
  rows?: Rows,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id, examine } of checks) {
    const report = (finding: Finding) => void findings.push(finding);
    await examine(recording, createChecks({ scenario: id, binding: 'client', report, ...(rows && { rows }) }));
  }
  return fold(findings);
}
