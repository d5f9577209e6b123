import type { Invariant } from '../../kit/invariant.ts';
import type { Contract } from '../contract.ts';

/** What must hold in every exchange, as the contract has it. */
export const invariantsFor = (_contract: Contract): Invariant[] => [];
