import type { Act } from './damaged.ts';

/** What is wrong with the first attempt of a call. */
export interface Broken {
  /** Between the connection and the head. */
  headMs?: number;
  /** What is done instead of sending the body. */
  acts?: readonly Act[];
}
