import type { Exchange } from '@agentproto/recording';
import type { RequirementId } from '@agentproto/rules';
import { clientCheck, gotThrough } from './client-check.ts';
import { seen } from './subject.ts';

const bodyOf = ({ request: { body } }: Exchange): string | undefined =>
  body && 'text' in body ? body.text : undefined;

/** A rule about a turn whose connection is lost after something of it came: it is not asked for again, and its caller is told. */
export const lostCheck = <const Id extends RequirementId>(
  id: string,
  {
    row,
    situation: name,
    title,
    isTurn,
  }: { row: Id; situation: string; title: string; isTurn: (exchange: Exchange) => boolean },
) =>
  clientCheck<RequirementId>(id, {
    title,
    proves: [row],
    ofTold: true,
    examine({ exchanges, situation, told, twin }, check) {
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
        if (situation?.name === name && told && (told.failed === undefined || !twin || gotThrough(twin)))
          check(row, seen(told, { exchange: lost.id })).holds(told.failed !== undefined, 'a turn that failed');
      }
    },
  });
