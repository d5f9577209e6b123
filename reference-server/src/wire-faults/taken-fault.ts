import type { DeliveryDamage } from './fault.ts';
import type { Random } from './seeded.ts';

/** A fault that one answer has; `over` is told at its end whether it came about. */
export interface TakenFault {
  damage: DeliveryDamage;
  random: Random;
  over: (applied: boolean) => void;
}
