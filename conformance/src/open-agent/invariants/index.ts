import type { Invariant } from '../../kit/invariant.ts';
import type { Contract } from '../contract.ts';
import { errorInvariants } from './errors.ts';
import { runInvariants } from './run.ts';

/** What must hold in every exchange, as the contract has it. */
export const invariantsFor = (contract: Contract): Invariant[] => [...runInvariants(contract), ...errorInvariants];
