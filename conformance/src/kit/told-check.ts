import type { RequirementId } from '@agentproto/rules';
import { clientCheck } from './client-check.ts';
import { seen } from './subject.ts';

/** A rule about what a client makes of what came: it is put before it in a situation, and tells what it got. */
export const toldCheck = <const Id extends RequirementId>(
  id: string,
  { row, situation: name, title }: { row: Id; situation: string; title: string },
) =>
  clientCheck<RequirementId>(id, {
    title,
    proves: [row],
    examine({ exchanges, situation, told }, check) {
      if (situation?.name !== name || situation.expected === undefined || !told) return;
      const got = seen(told, { exchange: exchanges.at(-1)?.id ?? 0 });
      if (situation.expected === 'failed')
        return check(row, got).holds(told.failed !== undefined, 'a turn that failed');
      const { text } = situation.expected;
      check(row, got).holds(told.failed === undefined && told.text === text, `the text ${JSON.stringify(text)}`);
    },
  });
