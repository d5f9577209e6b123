import { a2akit03, a2akit10 } from './a2akit.ts';
import { fasta2a02, fasta2a05, fasta2a21 } from './fasta2a.ts';
import type { Persona } from './persona.ts';
import { wayflowA2A263 } from './wayflow.ts';

/** By their names in `personas.ts`. */
export const a2aPersonas: Readonly<Record<string, Persona>> = {
  'a2akit-0.3@0.0.32': a2akit03,
  'a2akit-1.0@0.0.35': a2akit10,
  'fasta2a@0.2': fasta2a02,
  'fasta2a@0.5': fasta2a05,
  'fasta2a@2.1': fasta2a21,
  'wayflow-a2a@26.3': wayflowA2A263,
};
