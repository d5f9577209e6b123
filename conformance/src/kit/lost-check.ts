import type { Exchange } from '@agentproto/recording';
import type { RequirementId } from '@agentproto/rules';
import { clientCheck } from './client-check.ts';
import { seen } from './subject.ts';
import { checkFailureTold, type ToldRule } from './told-check.ts';

const bodyOf = ({ request: { body } }: Exchange): string | undefined =>
  body && 'text' in body ? body.text : undefined;

/** A rule about a turn whose connection is lost after something of it came: it is not asked for again, and its caller is told. */
export const lostCheck = <const Id extends RequirementId>(
  id: string,
  { row, situation: name, title, isTurn }: ToldRule<Id> & { isTurn: (exchange: Exchange) => boolean },
) =>
  clientCheck<RequirementId>(id, {
    title,
    proves: [row],
    ofTold: true,
    examine(recording, check) {
      const { exchanges, situation } = recording;
      const turns = exchanges.filter(isTurn);
      for (const [index, lost] of turns.entries()) {
        const came = lost.end?.kind === 'broken' && lost.frames.some(({ direction }) => direction === 'in');
        const body = bodyOf(lost);
        if (!came || body === undefined) continue;
        const again = turns.slice(index + 1).find((one) => bodyOf(one) === body);
        check(row, seen(again && 'sent again', { exchange: (again ?? lost).id })).holds(
          again === undefined,
          'a turn that is not sent again',
        );
        if (situation?.name === name) checkFailureTold(row, recording, { exchange: lost.id }, check);
      }
    },
  });
