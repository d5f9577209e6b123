import type { RequirementId } from '@agentproto/rules';
import { clientCheck, gotThrough } from './client-check.ts';
import { seen } from './subject.ts';

/**
 * A rule about what a client makes of what came: it is put before it in a situation, and tells what it got. Who does not get
 * through the twin either shows nothing by it; who takes what is broken for whole is at fault all the same.
 */
export const toldCheck = <const Id extends RequirementId>(
  id: string,
  { row, situation: name, title }: { row: Id; situation: string; title: string },
) =>
  clientCheck<RequirementId>(id, {
    title,
    proves: [row],
    ofTold: true,
    examine({ exchanges, situation, told, twin }, check) {
      if (situation?.name !== name || situation.expected === undefined || !told) return;
      const isLost = twin !== undefined && !gotThrough(twin);
      const got = seen(told, { exchange: exchanges.at(-1)?.id ?? 0 });
      if (situation.expected === 'failed') {
        if (told.failed === undefined || !isLost)
          check(row, got).holds(told.failed !== undefined, 'a turn that failed');
        return;
      }
      const { text } = situation.expected;
      if (!isLost)
        check(row, got).holds(told.failed === undefined && told.text === text, `the text ${JSON.stringify(text)}`);
    },
  });
