import type { RequirementId } from '@agentproto/rules';
import type { Place } from './subject.ts';

/** A play that cannot go on says why by throwing one of these; the runner turns it into verdicts. */
export abstract class Stop extends Error {}

/** It ran and could not tell: `inconclusive`, with the measured reason. */
export class Lost extends Stop {
  override name = 'Lost';
}

/** A step on which the rest stands did not do what its requirement says: `blocked` by that requirement. */
export class Blocked extends Stop {
  override name = 'Blocked';
  readonly by: RequirementId;
  readonly place: Place | undefined;
  readonly expected: unknown;
  readonly actual: unknown;

  constructor(
    by: RequirementId,
    message: string,
    details: { place?: Place; expected?: unknown; actual?: unknown } = {},
  ) {
    super(message);
    this.by = by;
    this.place = details.place;
    this.expected = details.expected;
    this.actual = details.actual;
  }
}

/** The target wants credentials, or others than it was given: `blocked`, and the run says so once. */
export class NoAccess extends Stop {
  override name = 'NoAccess';
}

/** The target does not claim to do this, or cannot express the script step: `not-applicable`. */
export class NotApplicable extends Stop {
  override name = 'NotApplicable';
}
