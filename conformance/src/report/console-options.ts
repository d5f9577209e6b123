import type { ExchangeLookup } from './format.ts';
import type { Paint } from './paint.ts';

export interface ConsoleOptions {
  /** Columns. */
  width: number;
  paint: Paint;
  /** `quiet`: the last sentence alone. `verbose`: every requirement, and every failure in full. */
  verbosity: 'quiet' | 'normal' | 'verbose';
  /** Looks an exchange up; `run` is the index in `report.runs`. */
  exchange?: ExchangeLookup | undefined;
}
