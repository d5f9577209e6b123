import { envelopeInvariants } from './envelope.ts';
import { modelInvariants } from './model.ts';
import { streamInvariants } from './stream.ts';

export const invariants = [...envelopeInvariants, ...streamInvariants, ...modelInvariants];
