import type { Invariant } from '../../kit/invariant.ts';
import { olderIn } from '../older-shape.ts';
import { isOfThisVersion } from '../sent.ts';
import { envelopeInvariants } from './envelope.ts';
import { idInvariants } from './ids.ts';
import { listInvariants } from './list.ts';
import { modelInvariants } from './model.ts';
import { streamInvariants } from './stream.ts';
import { versionInvariants } from './version.ts';

const all: readonly Invariant[] = [
  ...envelopeInvariants,
  ...streamInvariants,
  ...modelInvariants,
  ...listInvariants,
  ...idInvariants,
];

/** What is not said in the shapes of this version is a matter of that alone. */
const inThisShape: readonly Invariant[] = all.map((one) => ({
  ...one,
  examine: (exchange, check, play) => {
    if (olderIn(exchange) === undefined) one.examine(exchange, check, play);
  },
}));

export const invariants: readonly Invariant[] = [...versionInvariants, ...inThisShape].map((one) => ({
  ...one,
  examine: (exchange, check, play) => {
    if (isOfThisVersion(exchange)) one.examine(exchange, check, play);
  },
}));
