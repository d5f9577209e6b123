import { readdirSync, readFileSync } from 'node:fs';

/** Its value is another in each run of a client, and whatever a client starts inherits it. */
export const MARK = 'AGENTPROTO_CHILD';

/**
 * Ends every process that inherited a mark, also one that has left its group, as browsers and daemons do. Where there is no
 * `/proc` (elsewhere than on Linux) none is found. Needs nothing but its arguments, as the guard runs its text.
 * @param mark `NAME=VALUE` of its environment
 */
export function endMarked(
  mark: string,
  own: number = process.pid,
  read: { readdirSync: typeof readdirSync; readFileSync: typeof readFileSync } = { readdirSync, readFileSync },
): void {
  // What is started while this looks around is found the next time.
  for (let round = 0, found = true; found && round < 10; round++) {
    found = false;
    let names: string[] = [];
    try {
      names = read.readdirSync('/proc');
    } catch {}
    for (const pid of names.filter((name) => /^[0-9]+$/.test(name) && Number(name) !== own))
      try {
        if (!`\0${read.readFileSync(`/proc/${pid}/environ`, 'latin1')}`.includes(`\0${mark}\0`)) continue;
        process.kill(Number(pid), 'SIGKILL');
        found = true;
      } catch {
        // It is gone, or another user's.
      }
  }
}
