import { grammarInvariants } from './grammar.ts';

export const invariants = grammarInvariants;
