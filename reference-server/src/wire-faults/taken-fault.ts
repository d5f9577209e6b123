import type { DeliveryDamage } from './fault.ts';
import type { Random } from './seeded.ts';

/** A fault that one answer has. */
export interface TakenFault {
  damage: DeliveryDamage;
  random: Random;
  /** It has come about; called once, while the answer may still go on. */
  came: () => void;
  /** The answer is over. */
  over: () => void;
}
