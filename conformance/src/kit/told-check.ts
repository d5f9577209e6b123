import type { RequirementId } from '@agentproto/rules';
import type { CheckFunction } from './check.ts';
import { clientCheck, gotThrough, type ClientRecording } from './client-check.ts';
import { seen, type Place } from './subject.ts';

/** A rule about what a client tells of one situation that it is put before. */
export interface ToldRule<Id extends RequirementId> {
  row: Id;
  situation: string;
  title: string;
}

/** Who does not get through the twin either shows nothing by failing here. */
const showsNothing = ({ twin }: ClientRecording): boolean => twin !== undefined && !gotThrough(twin);

/** The turn came to nothing, and its caller is told. Who takes what is broken for whole is at fault, whatever the twin says. */
export function checkFailureTold(
  row: RequirementId,
  recording: ClientRecording,
  place: Place,
  check: CheckFunction,
): void {
  const { told } = recording;
  if (told && (told.failed === undefined || !showsNothing(recording)))
    check(row, seen(told, place)).holds(told.failed !== undefined, 'a turn that failed');
}

/** What a client makes of what came: it tells the text, or that the turn has failed, as the situation expects. */
export const toldCheck = <const Id extends RequirementId>(id: string, { row, situation: name, title }: ToldRule<Id>) =>
  clientCheck<RequirementId>(id, {
    title,
    proves: [row],
    ofTold: true,
    examine(recording, check) {
      const { exchanges, situation, told } = recording;
      if (situation?.name !== name || situation.expected === undefined || !told) return;
      const place = { exchange: exchanges.at(-1)?.id ?? 0 };
      if (situation.expected === 'failed') return checkFailureTold(row, recording, place, check);
      const { text } = situation.expected;
      if (!showsNothing(recording))
        check(row, seen(told, place)).holds(
          told.failed === undefined && told.text === text,
          `the text ${JSON.stringify(text)}`,
        );
    },
  });
