import type { Invariant } from '../../kit/invariant.ts';
import type { Revision } from '../revision.ts';
import { errorInvariants } from './errors.ts';
import { eventInvariants } from './events.ts';
import { grammarInvariants } from './grammar.ts';
import { responseInvariants } from './response.ts';
import { transportInvariants } from './transport.ts';

/** What must hold in every exchange, as the revision has it. */
export const invariantsFor = (revision: Revision): Invariant[] => [
  ...transportInvariants,
  ...eventInvariants(revision),
  ...grammarInvariants(revision),
  ...responseInvariants(revision),
  ...errorInvariants,
];
