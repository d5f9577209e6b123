import type { Invariant } from '../../kit/invariant.ts';
import { isOfThisVersion } from '../sent.ts';
import { envelopeInvariants } from './envelope.ts';
import { idInvariants } from './ids.ts';
import { listInvariants } from './list.ts';
import { modelInvariants } from './model.ts';
import { streamInvariants } from './stream.ts';

const all: readonly Invariant[] = [
  ...envelopeInvariants,
  ...streamInvariants,
  ...modelInvariants,
  ...listInvariants,
  ...idInvariants,
];

export const invariants: readonly Invariant[] = all.map((one) => ({
  ...one,
  examine: (exchange, check) => {
    if (isOfThisVersion(exchange)) one.examine(exchange, check);
  },
}));
